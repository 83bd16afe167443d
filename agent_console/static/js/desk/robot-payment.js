/**
 * The debtor in call with the URA, to pay: its steps as the server tells them, and what the
 * agent can do meanwhile. Nothing of a code is shown; of a card there is nothing to show.
 */

import { ApiProblem, api } from "../api.js";
import { ask, made, part, show, tell } from "./dom.js";
import { words } from "./words.js";

/** @typedef {import("./contracts.js").Seat} Seat */
/** @typedef {import("./contracts.js").RobotPayment} RobotPayment */
/** @typedef {import("./contracts.js").Written} Written */

const LOOK_MS = 2000;
const IN_HAND = new Set(["talking", "wrap_up"]);

/** @param {string} at */
const clock = (at) =>
  new Date(at).toLocaleTimeString("pt-BR", { hour: "2-digit", minute: "2-digit" });

export class DeskRobotPayment extends HTMLElement {
  /** @type {string | null} */
  #call = null;
  /** @type {Seat | null} */
  #seat = null;
  /** @type {RobotPayment | null} */
  #errand = null;
  #looking = 0;

  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element && event.target.closest("button");
      if (!(button instanceof HTMLButtonElement)) return;
      ask(this, "desk:wish", { do: button.dataset.wish, call: this.#call });
    });
  }

  /** @param {Seat} seat */
  seat(seat) {
    this.#seat = seat;
    const call = IN_HAND.has(seat.state) ? seat.call : null;
    if (call !== this.#call) {
      this.#call = call;
      this.#errand = null;
      if (call) this.#look();
    }
    this.#show();
  }

  /**
   * Send the debtor there. What is refused is said where it was asked.
   * @param {{agreement?: string, debt?: string}} what
   * @returns {Promise<void>}
   */
  async send(what) {
    if (!this.#call) return;
    const told = await api.post(`/api/v1/desk/calls/${this.#call}/robot`, what);
    this.#errand = told.errand;
    this.#show();
    this.#look();
  }

  /** Ask again and again, while there is something to come. */
  async #look() {
    clearTimeout(this.#looking);
    const call = this.#call;
    if (!call) return;
    try {
      const told = await api.get(`/api/v1/desk/calls/${call}/robot`);
      if (call !== this.#call) return;
      this.#errand = told.errand;
      this.#show();
    } catch (error) {
      if (!(error instanceof ApiProblem || error instanceof TypeError)) throw error;
      if (call !== this.#call) return; // gone meanwhile; else it is asked again
    }
    if (this.#errand && !this.#errand.paid_at)
      this.#looking = setTimeout(() => this.#look(), LOOK_MS);
  }

  #show() {
    const errand = this.#errand;
    const there = this.#seat?.robot === true;
    show(this, errand !== null);
    show(part(this, ".robot-payment-verbs"), there);
    if (!errand) return;
    part(this, ".robot-steps").replaceChildren(
      ...steps(errand, there).map((step) => made("li", step)),
    );
    const over = errand.outcome ? words.robot_payment[`over_${errand.outcome}`] : "";
    tell(part(this, ".robot-over"), over ?? "");
  }
}

/**
 * @param {RobotPayment} errand
 * @param {boolean} there - the debtor is with the URA, or on his way
 */
function steps(errand, there) {
  const said = words.robot_payment;
  const told = [`${said.asked}: ${clock(errand.asked_at)}`];
  if (errand.began_at) told.push(`${said.began}: ${clock(errand.began_at)}`);
  else if (!there) told.push(said.not_begun ?? "");
  if (errand.began_at && errand.messages.length === 0 && !errand.read_out)
    told.push(said.nothing_written ?? "");
  told.push(...errand.messages.map(written));
  if (errand.read_out) told.push(said.read_out ?? "");
  if (errand.paid_at) told.push(`${said.paid}: ${clock(errand.paid_at)}`);
  return told;
}

/** @param {Written} message */
function written({ template, means, state, sent_at, delivered_at }) {
  const said = words.robot_payment;
  const what = words.robot_payment_sent[template] ?? template;
  const by = { sms: "por SMS", email: "por e-mail" }[means ?? ""] ?? "";
  const failed = ["failed", "refused", "cancelled"].includes(state);
  const came = delivered_at
    ? `${said.delivered} ${clock(delivered_at)}`
    : sent_at
      ? `${said.sent} ${clock(sent_at)}`
      : failed
        ? said.failed
        : said.queued;
  return `${[what, by].filter(Boolean).join(" ")}: ${came}`;
}
