/** The dialog in which a supervisor puts right what was recorded of a call. */
import { ApiProblem, api } from "../api.js";
import { amountOf } from "../desk/promise.js";
import { date, dateTime, money } from "../format.js";
import { byId, fill, one, put, say, told } from "./page.js";

/** @typedef {{amount: string, due_on: string}} Promised */
/** @typedef {{at: string, by: string, reason: string, label: string, note: string | null,
 *   promise: Promised | null}} Stood */
/** @typedef {{code: string, label: string, note: string | null, promise: Promised | null,
 *   agent: string, at: string, before: Stood[]}} Recorded */

export class Correction {
  #dialog = one(document, "#correction", HTMLDialogElement);
  #form = one(this.#dialog, "form", HTMLFormElement);
  #words;
  #call = "";
  #seen = 0;
  /** @type {(label: string) => void} */
  #settle = () => {};

  /** @param {Record<string, string>} words */
  constructor(words) {
    this.#words = words;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    this.#code.addEventListener("change", () => this.#refresh());
    one(this.#form, ".secondary", HTMLButtonElement).onclick = () => this.#dialog.close();
    this.#dialog.addEventListener("close", () => this.#settle(""));
  }

  get #code() {
    return one(this.#form, "[name=code]", HTMLSelectElement);
  }

  get #trouble() {
    return one(this.#form, "[role=alert]", HTMLElement);
  }

  /** @param {string} name @returns {HTMLInputElement | HTMLTextAreaElement} */
  #field(name) {
    return /** @type {HTMLInputElement} */ (this.#form.elements.namedItem(name));
  }

  /**
   * Show what stands of a call and let it be put right.
   * @param {string} call
   * @param {string} title
   * @returns {Promise<string>} what it is called now; empty: it stays as it was
   * @throws {ApiProblem} when it could not be read
   */
  async ask(call, title) {
    /** @type {Recorded} */
    const found = await api.get(`/api/v1/calls/${call}/disposition`);
    this.#call = call;
    this.#fill(found, title);
    this.#dialog.showModal();
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** @param {Recorded} found @param {string} title */
  #fill(found, title) {
    this.#form.reset();
    this.#seen = found.before.length;
    put(byId("correction-title"), `${this.#words.correct_title}: ${title}`);
    const values = { agent: found.agent, at: dateTime(found.at) };
    const whose = fill(this.#words.correct_whose, values);
    put(one(this.#form, ".whose", HTMLElement), whose);
    this.#code.value = found.code;
    this.#field("note").value = found.note ?? "";
    this.#field("amount").value = found.promise?.amount.replace(".", ",") ?? "";
    this.#field("promised").value = found.promise?.due_on ?? "";
    const before = one(this.#form, ".before", HTMLElement);
    before.hidden = found.before.length === 0;
    const lines = found.before.map((stood) => this.#line(stood));
    one(before, "ol", HTMLElement).replaceChildren(...lines);
    say(this.#trouble, "");
    this.#refresh();
  }

  /** @param {Stood} stood */
  #line(stood) {
    const line = document.createElement("li");
    const { label, by, reason, promise } = stood;
    const what = { label, by, reason, at: dateTime(stood.at) };
    const more = [
      promise &&
        fill(this.#words.correct_promise, {
          amount: money(promise.amount),
          day: date(promise.due_on),
        }),
      stood.note && `“${stood.note}”`,
    ];
    const text = [fill(this.#words.correct_before, what), ...more.filter(Boolean)];
    line.textContent = text.join(" · ");
    return line;
  }

  #refresh() {
    const asks = this.#code.selectedOptions[0]?.dataset.asks?.split(" ") ?? [];
    one(this.#form, ".promise", HTMLElement).hidden = !asks.includes("promise");
    one(this.#form, ".call-back", HTMLElement).hidden = !asks.includes("call_back");
  }

  /** What is hidden was not said. */
  #given() {
    const shown = (/** @type {string} */ part) =>
      !one(this.#form, part, HTMLElement).hidden;
    const of = (/** @type {string} */ name) => this.#field(name).value;
    const promised = shown(".promise") && (of("amount").trim() || of("promised"));
    const booked = shown(".call-back") && (of("day") || of("time"));
    return {
      code: this.#code.value,
      note: of("note"),
      reason: of("reason"),
      seen: this.#seen,
      promise: promised ? { amount: amountOf(of("amount")), due_on: of("promised") } : null,
      call_back: booked ? { day: of("day"), time: of("time") } : null,
    };
  }

  async #save() {
    if (this.#field("reason").value.trim().length < 3) {
      say(this.#trouble, "Escreva o motivo da correção.");
      this.#field("reason").focus();
      return;
    }
    try {
      const address = `/api/v1/calls/${this.#call}/disposition`;
      const { label } = await api.put(address, this.#given());
      this.#settle(label);
      this.#dialog.close();
    } catch (error) {
      say(this.#trouble, this.#textOf(error));
    }
  }

  /** @param {unknown} error */
  #textOf(error) {
    const fields = error instanceof ApiProblem ? (error.details.errors ?? []) : [];
    const texts = fields.map(({ text }) => text);
    return texts.length ? texts.join(" ") : told(error, this.#words.unreachable);
  }
}
