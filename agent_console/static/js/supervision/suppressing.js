/** The two dialogs of the suppression ledger: one enters a line, the other lifts one. */
import { ApiProblem, api } from "../api.js";
import { byId, fill, one, put, say, told } from "./page.js";

const API = "/api/v1/compliance/suppressions";

/** A dialog with a form; `ask` resolves with what was done, empty when nothing was. */
class Asking {
  /** @type {(done: string) => void} */
  #settle = () => {};

  /** @param {string} id @param {Record<string, string>} words */
  constructor(id, words) {
    this.words = words;
    this.dialog = one(document, `#${id}`, HTMLDialogElement);
    this.form = one(this.dialog, "form", HTMLFormElement);
    this.trouble = one(this.form, "[role=alert]", HTMLElement);
    one(this.form, ".secondary", HTMLButtonElement).onclick = () => this.dialog.close();
    this.dialog.addEventListener("close", () => this.#settle(""));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#try();
    });
  }

  /** @param {string} name @returns {HTMLInputElement | HTMLSelectElement} */
  field(name) {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name));
  }

  /** @param {string} name */
  value(name) {
    return this.field(name).value.trim();
  }

  /** @returns {Promise<string>} */
  open() {
    say(this.trouble, "");
    this.dialog.showModal();
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  async #try() {
    try {
      const done = await this.save();
      if (!done) return;
      this.#settle(done);
      this.dialog.close();
    } catch (error) {
      say(this.trouble, this.#textOf(error));
    }
  }

  /** @returns {Promise<string>} what was done; empty: something is missing, and was said */
  async save() {
    return "";
  }

  /** @param {unknown} error */
  #textOf(error) {
    const fields = error instanceof ApiProblem ? (error.details.errors ?? []) : [];
    return fields.length
      ? fields.map(({ text }) => text).join(" ")
      : told(error, this.words.unreachable);
  }
}

/** Enters a line; what its reason needs is asked for, and nothing else. */
export class Entering extends Asking {
  /** @param {Record<string, string>} words */
  constructor(words) {
    super("entering", words);
    this.field("reason").addEventListener("change", () => this.#refresh());
  }

  /** @returns {Promise<string>} */
  ask() {
    this.form.reset();
    this.#refresh();
    return this.open();
  }

  get #reason() {
    const select = /** @type {HTMLSelectElement} */ (this.field("reason"));
    return select.selectedOptions[0].dataset;
  }

  #refresh() {
    const { of, proof, days } = this.#reason;
    this.#part("document").hidden = of === "number";
    this.#part("number").hidden = of === "person";
    const lasts = days ? fill(this.words.lasts_days, { days }) : this.words.lasts;
    put(byId("entry-lasts"), lasts);
    const hint = proof ? this.words.proof_needed : this.words.proof_hint;
    put(byId("entry-proof-hint"), hint);
    this.field("proof").toggleAttribute("required", Boolean(proof));
  }

  /** @param {string} name */
  #part(name) {
    return one(this.form, `[data-asked=${name}]`, HTMLElement);
  }

  /** What is hidden was not said. */
  #given() {
    const shown = (/** @type {string} */ name) =>
      (!this.#part(name).hidden && this.value(name)) || null;
    const until = this.value("until");
    return {
      reason: this.value("reason"),
      document: shown("document"),
      number: shown("number"),
      creditor: this.value("creditor") || null,
      means: this.value("means") || null,
      until: until ? `${until}T23:59:59` : null,
      proof: this.value("proof"),
    };
  }

  async save() {
    const { again } = await api.post(API, this.#given());
    return again ? this.words.entered_again : this.words.entered_now;
  }
}

/** Lifts a line, with the reason why. */
export class Lifting extends Asking {
  #line = "";

  /** @param {Record<string, string>} words */
  constructor(words) {
    super("lifting", words);
  }

  /** @param {string} line @param {string} whose @returns {Promise<string>} */
  ask(line, whose) {
    this.#line = line;
    this.form.reset();
    put(one(this.form, ".whose", HTMLElement), whose);
    return this.open();
  }

  async save() {
    const why = this.value("why");
    if (!why) {
      say(this.trouble, this.words.why_missing);
      this.field("why").focus();
      return "";
    }
    await api.post(`${API}/${this.#line}/lift`, { why });
    return this.words.lifted;
  }
}
