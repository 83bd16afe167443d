/**
 * The bar of the agent's own state: what, since when, and what can be asked of the floor.
 * Shows what the floor says, never what was asked for.
 */

import { duration } from "../format.js";
import { asMenu, closeMenu, openMenu } from "../menu.js";
import { ask, one, part, put, show, tell } from "./dom.js";
import { until } from "./follows.js";
import { pauseName, supervises, words } from "./words.js";

/** @typedef {import("./contracts.js").Seat} Seat */

const TICK_MS = 500;
const TALK = "acordo:talk:"; // when the talk of a call began, kept over a reload
const IN_CALL = new Set(["preview", "reserved", "talking", "wrap_up"]);

// what a supervisor's seat is called where an agent's rests or is left
const OWN_STATES = { paused: "ready", offline: "not_ready" };

const MEANS_THE_CALL = new Set(["dial", "skip"]);

/**
 * The state as it is told; hold, and a telephone that is off, are states of their own.
 * @param {Seat} seat
 * @param {string} line - state of the telephone in this page
 * @returns {string}
 */
export function shownState(seat, line) {
  if (seat.state === "connecting" && line === "off") return "phone_off";
  if (supervises && seat.state in OWN_STATES)
    return OWN_STATES[/** @type {"paused"} */ (seat.state)];
  if (!seat.held || seat.state !== "talking") return seat.state;
  return seat.robot ? "with_robot" : "held";
}

/**
 * When the state began. A conversation that a reload or a lost line interrupted is one:
 * the floor begins the state anew, the people did not.
 * @param {Seat} seat
 */
function begun(seat) {
  if (seat.state !== "talking" || !seat.call) return seat.since;
  const key = `${TALK}${seat.call}`;
  const first = sessionStorage.getItem(key);
  if (first) return first;
  for (const old of Object.keys(sessionStorage))
    if (old.startsWith(TALK)) sessionStorage.removeItem(old);
  sessionStorage.setItem(key, seat.since);
  return seat.since;
}

export class StateBar extends HTMLElement {
  /** @type {Seat | null} */
  seat = null;
  /** Milliseconds to add to this machine's clock to get the server's. */
  skew = 0;
  #said = "";

  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element && event.target.closest("[data-do]");
      if (!(button instanceof HTMLElement)) return;
      closeMenu(this.#pauses);
      const { do: verb, code } = button.dataset;
      const call = MEANS_THE_CALL.has(verb ?? "") ? this.seat?.call : undefined;
      ask(this, "desk:wish", { do: verb, code, call });
    });
    asMenu(this.#pauses);
    setInterval(() => this.#tick(), TICK_MS);
  }

  get #pauses() {
    return one(this, ".pauses", HTMLDetailsElement);
  }

  /** Open the list of pauses and go to its first. Somebody asked for it. */
  choosePause() {
    if (this.#pauses.hidden) return;
    openMenu(this.#pauses);
  }

  /** @param {Seat} seat @param {string} line - state of the telephone in this page */
  put(seat, line) {
    this.seat = seat;
    const state = shownState(seat, line);
    this.dataset.state = state;
    put(part(this, ".state-name"), words.desk_states[state] ?? state);
    const paused = state === "paused" ? pauseName(seat.pause_code) : "";
    const turnOn = state === "phone_off" ? words.desk.turn_phone_on : "";
    put(part(this, ".state-more"), paused || turnOn || this.#previews(seat));
    this.#offer(seat);
    this.#say(state, paused);
    this.#tick();
  }

  /** @param {Seat} seat */
  #offer(seat) {
    const inside = seat.state !== "offline";
    const leaving = IN_CALL.has(seat.state) ? seat.wants : undefined;
    this.#show("log_in", !inside);
    const rests = inside && seat.state !== "idle" && !IN_CALL.has(seat.state);
    const comes = leaving !== undefined && leaving !== "idle";
    this.#show("available", !supervises && (rests || comes));
    const previews = seat.state === "preview" && Boolean(seat.preview);
    this.#show("dial", previews);
    this.#show("skip", previews);
    this.#show("log_out", inside && leaving !== "offline");
    show(this.#pauses, inside && seat.state !== "connecting" && !supervises);
    const wishes = {
      paused: ["Depois: pausa", pauseName(seat.pause_code)].filter(Boolean).join(" · "),
      offline: "Depois: encerrar o turno",
    };
    const wish = supervises ? "" : wishes[/** @type {"paused"} */ (leaving)];
    tell(part(this, ".wish"), wish ?? "");
  }

  /** @param {string} wish @param {boolean} shown */
  #show(wish, shown) {
    show(part(this, `.state-verbs > [data-do=${wish}]`), shown);
  }

  /** Said once for each change, and only of the call's and the seat's state. */
  #say(/** @type {string} */ state, /** @type {string} */ paused) {
    const said = [words.desk_said[state] ?? "", paused].filter(Boolean).join(" ");
    if (said === this.#said) return;
    this.#said = said;
    put(part(document, "#call-state"), said);
    document.title = `${words.desk_states[state] ?? state} · Acordo`;
  }

  /** What a preview does next. @param {Seat} seat */
  #previews({ state, preview }) {
    if (state !== "preview") return "";
    if (!preview) return words.desk.dialling;
    if (!preview.dial_at) return words.desk.dials_when_told;
    const left = (Date.parse(preview.dial_at) - Date.now() - this.skew) / 1000;
    return words.desk.dials_in.replace("{left}", duration(left + 0.99));
  }

  #tick() {
    if (!this.seat) return;
    const now = Date.now() + this.skew;
    if (this.seat.preview?.dial_at)
      put(part(this, ".state-more"), this.#previews(this.seat));
    const since = (now - Date.parse(begun(this.seat))) / 1000;
    put(part(this, ".state-timer"), duration(since));
    const end = this.seat.state === "wrap_up" ? this.seat.wrap_up_until : null;
    const left = end ? (Date.parse(end) - now) / 1000 : null;
    show(part(this, ".wrap-up-left"), left !== null);
    if (left !== null) {
      put(part(this, ".wrap-up-left .figure"), duration(left + 0.99));
      put(part(this, ".wrap-up-left .then"), until(this.seat));
    }
    this.toggleAttribute("data-hurry", left !== null && left < 10);
  }

  /** What a person asked for and could not have; empty takes it away. */
  told(/** @type {string} */ text) {
    tell(part(document, "#told"), text);
  }

  /** Take that away, if it is what is told. */
  untold(/** @type {string} */ text) {
    if (part(document, "#told").textContent === text) this.told("");
  }
}
