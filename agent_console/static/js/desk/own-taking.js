/**
 * A supervisor takes a caller from the URA himself: first his telephone, then the order,
 * then the call. Until the order is given the URA goes on with whoever is on the line, and
 * after it somebody has him: this seat, or else an agent. The page says which.
 */

import { api } from "../api.js";
import { part, show, tell } from "./dom.js";
import { words } from "./words.js";

/** @typedef {import("./contracts.js").Seat} Seat */
/** @typedef {import("../softphone/softphone.js").Softphone} Softphone */
/** @typedef {import("./phone-panel.js").PhonePanel} PhonePanel */
/** @typedef {{softphone: Softphone, phone: PhonePanel, seat: () => Seat | null,
 *   wish: (wish: {do: string}) => Promise<void>, reason: (error: unknown) => string}} Desk */
/** @typedef {"" | "preparing" | "ordering" | "coming" | "stuck" | "over"} Phase */

const PREPARED_MS = 20_000;
const COMES_MS = 30_000; // the words that are said to the caller take three seconds
const HAS_IT = new Set(["reserved", "talking", "wrap_up"]);

export class OwnTaking extends HTMLElement {
  #call = "";
  /** @type {Phase} */
  #phase = "";
  /** @type {number | undefined} */
  #late;
  /** Of the telephone of this page, which may be another's that sits at the seat. */
  #phone = { state: "off", leg: false };
  /** @type {Desk | undefined} */
  #desk;

  connectedCallback() {
    part(this, "[data-take=again]").addEventListener("click", () => this.#prepare());
    part(this, "[data-take=give]").addEventListener("click", () => this.#give());
  }

  /** @param {Desk} desk */
  use(desk) {
    this.#desk = desk;
    desk.softphone.watch(({ state, leg }) => {
      this.#phone = { state, leg };
      this.#look();
    });
  }

  /** Begin with the call that the address names; a reload does not begin again. */
  begin() {
    const given = new URLSearchParams(location.search).get("take");
    if (!given) return;
    history.replaceState(null, "", location.pathname);
    this.#call = given;
    this.#prepare();
  }

  /** @param {Seat} seat - as the floor shows it now */
  seat(seat) {
    if (this.#phase === "preparing") this.#prepared(seat);
    else if (this.#phase === "coming") this.#comes(seat);
  }

  #prepare() {
    this.#to("preparing", words.own_taking.preparing);
    this.#waitFor(PREPARED_MS, () => this.#to("stuck", words.own_taking.not_ready));
    this.#turnOn().then(() => this.#look());
  }

  /** The telephone: on, and known to the floor. */
  async #turnOn() {
    const seat = this.#desk?.seat() ?? null;
    if (seat === null || seat.state === "offline") await this.#desk?.wish({ do: "log_in" });
    else if (this.#phone.state === "off") await this.#desk?.phone.ready();
  }

  /** At the seat as it is now: what is waited for may be there already. */
  #look() {
    const seat = this.#desk?.seat();
    if (seat) this.seat(seat);
  }

  /** @param {Seat} seat */
  #prepared(seat) {
    if (seat.state === "paused" && this.#phone.leg) this.#order();
    else if (HAS_IT.has(seat.state)) this.#to("stuck", words.own_taking.busy);
  }

  async #order() {
    this.#to("ordering", words.own_taking.ordering);
    try {
      await api.post(`/api/v1/robots/${this.#call}/take`, { own: true });
    } catch (error) {
      return this.#refused(error);
    }
    // the call may have been quicker than the answer
    if (this.#phase !== "ordering") return;
    this.#to("coming", words.own_taking.coming);
    this.#waitFor(COMES_MS, () => this.#to("over", words.own_taking.did_not_come));
    this.#look();
  }

  /** @param {Seat} seat */
  #comes(seat) {
    if (HAS_IT.has(seat.state) && seat.call === this.#call) this.#to("", "");
    else if (seat.state === "connecting" || seat.state === "offline")
      this.#to("over", words.own_taking.line_lost);
  }

  async #give() {
    try {
      await api.post(`/api/v1/robots/${this.#call}/take`, { agent: null });
      this.#to("over", words.own_taking.given);
    } catch (error) {
      this.#refused(error);
    }
  }

  /** @param {unknown} error */
  #refused(error) {
    this.#to("stuck", this.#desk?.reason(error) ?? String(error));
  }

  /** @param {number} ms @param {() => void} then */
  #waitFor(ms, then) {
    this.#late = window.setTimeout(then, ms);
  }

  /** @param {Phase} phase @param {string} said */
  #to(phase, said) {
    clearTimeout(this.#late);
    this.#phase = phase;
    tell(part(this, ".said"), said);
    show(part(this, ".bar"), phase === "stuck");
    show(this, phase !== "");
  }
}
