/** Own figures of the day, own call-backs, and calls that were not recorded yet. */

import { dateTime, duration, number, percent, time } from "../format.js";
import { ask, copied, made, part, put, show } from "./dom.js";
import { toast } from "./toast.js";
import { words } from "./words.js";

/** @typedef {import("./contracts.js").CallBack} CallBack */
/** @typedef {import("./contracts.js").Figures} Figures */
/** @typedef {import("./contracts.js").PassedOn} PassedOn */
/** @typedef {import("./contracts.js").Unrecorded} Unrecorded */

const ANOTHER_CLOCK_MS = 3_600_000; // a machine's own clock may be wrong by less
const SAO_PAULO = "America/Sao_Paulo";
const TOLD = "acordo:passed-on"; // the last one that was told in this browser
const UNKNOWN = "Número desconhecido";

export class OwnFigures extends HTMLElement {
  /** @param {Figures} figures */
  put(figures) {
    const shown = {
      calls: number(figures.calls),
      right_party: number(figures.right_party),
      promises: number(figures.promises),
      aht_s: figures.aht_s === null ? "–" : duration(figures.aht_s),
      occupancy: percent(figures.occupancy),
      logged_in_s: duration(figures.logged_in_s),
    };
    for (const [name, text] of Object.entries(shown))
      put(part(this, `[data-figure=${name}]`), text);
    const pauses = Object.entries(figures.paused_s).map(([name, seconds]) => {
      const pair = document.createElement("div");
      pair.append(made("dt", name), made("dd", duration(seconds)));
      return pair;
    });
    show(part(this, "h3"), pauses.length > 0);
    part(this, ".pauses-taken").replaceChildren(...pauses);
  }

  /** In a demonstration people are called by another clock. @param {number} now */
  set contactClock(now) {
    const other = Math.abs(now - Date.now()) > ANOTHER_CLOCK_MS;
    show(part(this, ".simulated"), other);
    put(part(this, ".simulated time"), dateTime(new Date(now).toISOString(), SAO_PAULO));
  }
}

export class OwnCallBacks extends HTMLElement {
  #told = "";

  /** @param {CallBack[]} booked */
  put(booked) {
    const told = JSON.stringify(booked);
    if (told === this.#told) return; // the focus may be on one of them
    this.#told = told;
    show(part(this, ".empty"), booked.length === 0);
    part(this, ".rows").replaceChildren(...booked.map((one) => this.#row(one)));
  }

  /** @param {CallBack} booked */
  #row(booked) {
    const row = copied(this, "template");
    const when = dateTime(booked.due_at, booked.zone);
    put(part(row, ".when"), booked.overdue ? `${when} (atrasado)` : when);
    const waits = booked.waits ? ` · ${booked.waits}` : "";
    put(part(row, ".whom"), `${booked.debtor} · ${booked.telephone}${waits}`);
    const button = part(row, "button");
    put(part(button, ".for-readers"), `Desmarcar o retorno de ${booked.debtor}, ${when}`);
    button.addEventListener("click", () => {
      if (confirm(`Desmarcar o retorno de ${booked.debtor}, ${when}?`))
        ask(this, "desk:cancel-call-back", booked.id);
    });
    return row;
  }
}

export class OwnUnrecorded extends HTMLElement {
  #told = "";
  #busy = false;

  /** @param {Unrecorded[]} left */
  put(left) {
    const told = JSON.stringify(left);
    if (told === this.#told) return;
    this.#told = told;
    show(this, left.length > 0);
    part(this, ".rows").replaceChildren(...left.map((one) => this.#row(one)));
    this.#allow();
  }

  /** A call is in hand: these wait. @param {boolean} busy */
  set busy(busy) {
    if (busy === this.#busy) return;
    this.#busy = busy;
    this.#allow();
  }

  #allow() {
    show(part(this, ".wait"), this.#busy);
    for (const button of this.querySelectorAll("li button"))
      if (button instanceof HTMLButtonElement) button.disabled = this.#busy;
  }

  /** @param {Unrecorded} left */
  #row(left) {
    const row = copied(this, "template");
    const [at, long] = [time(left.answered_at, left.zone), duration(left.talk_s)];
    const whom = [left.debtor ?? UNKNOWN, left.telephone, left.campaign];
    put(part(row, ".when"), `${at} · ${long}`);
    put(part(row, ".whom"), whom.filter(Boolean).join(" · "));
    const late = `Chamada das ${at}, de ${long}: ${whom.slice(0, 2).join(", ")}. A ficha já foi fechada.`;
    const button = part(row, "button");
    button.setAttribute("aria-label", `Tabular a chamada das ${at}, ${whom[0]}`);
    button.addEventListener("click", () =>
      ask(this, "desk:late", { call: left.call, late, zone: left.zone }),
    );
    return row;
  }
}

/** Own calls that others took while the line was gone: told once, and listed. */
export class OwnPassedOn extends HTMLElement {
  #told = "";

  /** @param {PassedOn[]} passed - the newest first */
  put(passed) {
    const told = JSON.stringify(passed);
    if (told === this.#told) return;
    this.#told = told;
    show(this, passed.length > 0);
    part(this, ".rows").replaceChildren(...passed.map((one) => this.#row(one)));
    if (passed[0]) tellOnce(passed[0]);
  }

  /** @param {PassedOn} one */
  #row(one) {
    const row = copied(this, "template");
    put(part(row, ".when"), time(one.at, one.zone));
    const whom = one.debtor ?? UNKNOWN;
    put(part(row, ".whom"), `${whom} · ${one.telephone} · com ${one.taker}`);
    return row;
  }
}

/** @param {PassedOn} passed */
function tellOnce({ call, debtor, telephone, taker }) {
  if (localStorage.getItem(TOLD) === call) return;
  localStorage.setItem(TOLD, call);
  const whom = debtor ?? telephone;
  toast(words.desk.passed_on.replace("{debtor}", whom).replace("{taker}", taker));
}
