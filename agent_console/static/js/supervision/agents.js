/**
 * The agents as a wall of small cells. Made for hundreds with a change a second each:
 * cells keep their places, changes are gathered and patched a few times a second, and one clock
 * moves all the times.
 */
import { duration } from "../format.js";
import { byId, one, put } from "./page.js";

/** @typedef {{state: string, since: string, call: string | null, pause_code?: string | null,
 *   held?: boolean, supervises?: boolean}} Entry */

const GATHER_MS = 250;

export class Agents {
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  /** @type {Map<string, HTMLElement>} */
  #cells = new Map();
  /** @type {Map<string, string>} */
  #names = new Map();
  /** @type {Set<string>} */
  #changed = new Set();
  #drawing = false;
  #drawnAt = 0;
  #only = "";

  /**
   * @param {{states: Record<string, string>, pauses: Record<string, string>,
   *   words: Record<string, string>}} texts
   * @param {() => void} unknown - somebody sat down whose name is not known yet
   * @param {(counts: Record<string, number>) => void} counted
   */
  constructor(texts, unknown, counted) {
    this.texts = texts;
    this.unknown = unknown;
    this.counted = counted;
    setInterval(() => this.#tick(), 1000);
    for (const chip of document.querySelectorAll(".chip")) {
      chip.addEventListener("click", () => this.#show(/** @type {HTMLElement} */ (chip)));
    }
  }

  /** @param {{endpoint: string, name: string}[]} seats */
  name(seats) {
    for (const { endpoint, name } of seats) this.#names.set(endpoint, name);
    for (const endpoint of this.#cells.keys()) this.#change(endpoint);
  }

  /** Who is idle now, by name. */
  idle() {
    return [...this.#entries]
      .filter(([, { state }]) => state === "idle")
      .map(([endpoint]) => ({ endpoint, name: this.#names.get(endpoint) ?? endpoint }))
      .sort((a, b) => a.name.localeCompare(b.name, "pt-BR"));
  }

  /** @param {Record<string, Entry>} agents - all there are */
  replace(agents) {
    for (const endpoint of this.#entries.keys()) {
      if (!(endpoint in agents)) this.#entries.delete(endpoint);
      this.#change(endpoint);
    }
    for (const [endpoint, entry] of Object.entries(agents)) this.take(endpoint, entry);
    this.#drawSoon(); // nobody is something to show too
  }

  /**
   * @param {string} endpoint
   * @param {Entry} entry
   */
  take(endpoint, entry) {
    if (entry.supervises) {
      this.#entries.delete(endpoint); // no agent: a supervisor with a call of the URA
      return this.#change(endpoint);
    }
    this.#entries.set(endpoint, entry);
    if (!this.#names.has(endpoint) && entry.state !== "offline") this.unknown();
    this.#change(endpoint);
  }

  /** @param {string} endpoint */
  #change(endpoint) {
    this.#changed.add(endpoint);
    this.#drawSoon();
  }

  /** At once after a quiet moment, else gathered: no eye reads four states a second. */
  #drawSoon() {
    if (this.#drawing) return;
    this.#drawing = true;
    const wait = Math.max(0, this.#drawnAt + GATHER_MS - performance.now());
    setTimeout(() => requestAnimationFrame(() => this.#draw()), wait);
  }

  #draw() {
    this.#drawing = false;
    this.#drawnAt = performance.now();
    for (const endpoint of this.#changed) this.#drawOne(endpoint);
    this.#changed.clear();
    this.#count();
  }

  /** @param {string} endpoint */
  #drawOne(endpoint) {
    const entry = this.#entries.get(endpoint);
    if (!entry || entry.state === "offline") {
      this.#cells.get(endpoint)?.remove();
      this.#cells.delete(endpoint);
      return;
    }
    const cell = this.#cells.get(endpoint) ?? this.#made(endpoint);
    cell.dataset.state = entry.state;
    cell.hidden = this.#only !== "" && this.#only !== entry.state;
    put(one(cell, ".name", HTMLElement), this.#names.get(endpoint) ?? endpoint);
    put(one(cell, ".state", HTMLElement), this.#stateOf(entry));
    const time = one(cell, "time", HTMLTimeElement);
    time.dataset.since = String(Date.parse(entry.since));
    put(time, elapsed(time));
  }

  /** @param {Entry} entry */
  #stateOf(entry) {
    const name = this.texts.states[entry.state] ?? entry.state;
    if (entry.held) return `${name}, ${this.texts.words.held}`;
    const pause = this.texts.pauses[entry.pause_code ?? ""];
    return entry.state === "paused" && pause ? `${name}: ${pause}` : name;
  }

  /** Kept in the order of the seats, so that nobody wanders over the wall.
   * @param {string} endpoint
   */
  #made(endpoint) {
    const model = one(document, "#agent-cell", HTMLTemplateElement);
    const copy = /** @type {DocumentFragment} */ (model.content.cloneNode(true));
    const cell = one(copy, "li", HTMLElement);
    const after = [...this.#cells.keys()].filter((other) => other > endpoint).sort()[0];
    this.#cells.set(endpoint, cell);
    byId("agents").insertBefore(cell, after ? (this.#cells.get(after) ?? null) : null);
    return cell;
  }

  #count() {
    /** @type {Record<string, number>} */
    const counts = {};
    for (const { state } of this.#entries.values()) {
      counts[state] = (counts[state] ?? 0) + 1;
    }
    for (const chip of document.querySelectorAll(".chip")) {
      const state = /** @type {HTMLElement} */ (chip).dataset.state ?? "";
      put(one(chip, "b", HTMLElement), String(counts[state] ?? 0));
    }
    byId("no-agents").hidden = this.#cells.size > 0;
    this.counted(counts);
  }

  #tick() {
    if (document.hidden) return;
    for (const cell of this.#cells.values()) {
      const time = /** @type {HTMLElement} */ (cell.lastElementChild);
      put(time, elapsed(time));
    }
  }

  /** @param {HTMLElement} chip */
  #show(chip) {
    const state = chip.dataset.state ?? "";
    this.#only = this.#only === state ? "" : state;
    for (const other of document.querySelectorAll(".chip")) {
      const own = /** @type {HTMLElement} */ (other).dataset.state === this.#only;
      other.setAttribute("aria-pressed", String(own));
    }
    for (const endpoint of this.#cells.keys()) this.#change(endpoint);
  }
}

/** @param {HTMLElement} time */
const elapsed = (time) => duration((Date.now() - Number(time.dataset.since)) / 1000);
