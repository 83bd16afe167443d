/** The URA's seats: the conversations it holds now, and its figures of the day. */
import { duration, money, number, percent } from "../format.js";
import { byId, fill, one, put } from "./page.js";
import { RobotFollow } from "./robot-follow.js";

/** @typedef {{id: string, protocol: string, began_at: string, caller: string | null,
 *   called: string, identified: boolean, agreed: boolean, taken: boolean,
 *   understood: number, missed: number}} Seat */
/** @typedef {{calls: number, aht_s: number | null, right_parties: number,
 *   understanding: number | null, agreements: number, agreed: string, promises: number,
 *   promised: string, transfers: Record<string, number>}} Day */

export class Robots {
  /** @type {Map<string, HTMLElement>} */
  #cells = new Map();

  /**
   * @param {{robots: Record<string, string>, transfers: Record<string, string>}} texts
   * @param {() => {endpoint: string, name: string}[]} idle - agents who may get a call
   */
  constructor({ robots, transfers }, idle) {
    this.words = robots;
    this.follow = new RobotFollow(robots, idle);
    this.transfers = transfers;
    setInterval(() => this.#tick(), 1000);
  }

  /** @param {{seats: Seat[], day: Day | null}} robots */
  show({ seats, day }) {
    const there = new Set(seats.map((seat) => seat.id));
    for (const [id, cell] of this.#cells) if (!there.has(id)) this.#remove(id, cell);
    for (const seat of seats) this.#draw(seat);
    byId("no-robots").hidden = seats.length > 0;
    this.#figure("robots", seats.length ? `(${number(seats.length)})` : "");
    if (day) this.#showDay(day);
  }

  /** @param {Day} day */
  #showDay(day) {
    const { words } = this;
    const share = day.calls ? percent(day.right_parties / day.calls) : "";
    const right = number(day.right_parties);
    this.#figure("robot-calls", number(day.calls));
    this.#figure("robot-aht", day.aht_s === null ? "–" : duration(day.aht_s));
    const cpc = share ? fill(words.share, { count: right, share }) : right;
    this.#figure("robot-cpc", cpc);
    this.#figure("robot-agreements", this.#worth(day.agreements, day.agreed));
    this.#figure("robot-promises", this.#worth(day.promises, day.promised));
    this.#figure("robot-understanding", percent(day.understanding));
    const why = Object.entries(day.transfers).map(
      ([code, count]) => `${number(count)} ${this.transfers[code] ?? code}`,
    );
    this.#figure("robot-transfers", why.join(", ") || number(0));
  }

  /**
   * @param {number} count
   * @param {string} reais
   */
  #worth(count, reais) {
    const values = { count: number(count), money: money(reais) };
    return count ? fill(this.words.money, values) : values.count;
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  #figure(name, text) {
    put(one(document, `[data-figure="${name}"]`, HTMLElement), text);
  }

  /** @param {Seat} seat */
  #draw(seat) {
    const cell = this.#cells.get(seat.id) ?? this.#made(seat);
    cell.dataset.state = seat.taken ? "reserved" : "talking";
    const state = fill(this.words.state, {
      state: this.#stateOf(seat),
      understood: number(seat.understood),
      answers: number(seat.understood + seat.missed),
    });
    put(one(cell, ".state", HTMLElement), state);
  }

  /** @param {Seat} seat */
  #stateOf({ taken, agreed, identified }) {
    if (taken) return this.words.taken;
    if (agreed) return this.words.agreed;
    return identified ? this.words.identified : this.words.identifying;
  }

  /** @param {Seat} seat */
  #made({ id, called, caller, began_at }) {
    const model = one(document, "#robot-seat", HTMLTemplateElement);
    const copy = /** @type {DocumentFragment} */ (model.content.cloneNode(true));
    const cell = one(copy, "li", HTMLElement);
    const name = { called, caller: caller ?? this.words.no_caller };
    const title = fill(this.words.seat, name);
    put(one(cell, ".name", HTMLElement), title);
    const follow = one(cell, ".follow", HTMLButtonElement);
    follow.setAttribute("aria-label", fill(this.words.follow_whose, { name: title }));
    follow.onclick = () => this.follow.open(id, title);
    one(cell, "time", HTMLTimeElement).dataset.since = String(Date.parse(began_at));
    this.#cells.set(id, cell);
    byId("robots").append(cell);
    this.#tick();
    return cell;
  }

  /**
   * @param {string} id
   * @param {HTMLElement} cell
   */
  #remove(id, cell) {
    cell.remove();
    this.#cells.delete(id);
  }

  #tick() {
    if (document.hidden) return;
    for (const cell of this.#cells.values()) {
      const time = one(cell, "time", HTMLTimeElement);
      put(time, duration((Date.now() - Number(time.dataset.since)) / 1000));
    }
  }
}
