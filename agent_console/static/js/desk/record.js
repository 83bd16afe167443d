/**
 * What is recorded of a call: a choice by mouse or by one key while the list has the
 * focus, what the choice asks for, a note. Everything typed is kept until it is saved.
 *
 * Whether it can be saved is decided of the call that is shown, by `#obstacle` alone: what
 * is on its way is remembered by call, so that one call's answer never holds up another.
 */

import { singleKeys } from "../shortcuts.js";
import { CallBackForm } from "./call-back.js";
import { ask, one, part, put, show, tell } from "./dom.js";
import { dropDraft, keepDraft, loadDraft } from "./draft.js";
import { words } from "./words.js";

/** @typedef {import("./contracts.js").Card} Card */
/** @typedef {import("./contracts.js").Draft} Draft */
/** @typedef {"in_call" | "line_lost" | "over"} Phase - of the call that is shown */

const NOT_HIM = "unidentified"; // what is offered when it was not surely the debtor

export class CallRecord extends HTMLElement {
  /** @type {string | null} */
  call = null;
  /** @type {Card | null} */
  #card = null;
  #late = false;
  #affirmed = false; // it was the debtor, the agent says
  #saveText = words.desk.save_and_go_on; // of the call in hand: what saving leads to
  /** @type {Phase} */
  #phase = "in_call";
  /** Calls whose record is on its way to the server. @type {Set<string>} */
  #saving = new Set();
  /** @type {CallBackForm | undefined} */
  #booking;

  connectedCallback() {
    const form = one(this, "form", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.#booking = new CallBackForm(part(this, ".book"), () => this.#changed());
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("change", (event) => this.#changed(event));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("click", (event) => this.#click(event));
  }

  get callBack() {
    return /** @type {CallBackForm} */ (this.#booking);
  }

  /** @param {string} id */
  #field(id) {
    return one(this, `#${id}`, HTMLInputElement);
  }

  get #note() {
    return one(this, "#note", HTMLTextAreaElement);
  }

  /** @returns {HTMLInputElement | null} */
  get #chosen() {
    return this.querySelector("input[name=code]:checked");
  }

  get #asks() {
    return this.#chosen?.dataset.asks?.split(" ") ?? [];
  }

  /**
   * Begin with a call, or go on with one after a reload.
   * @param {string} call
   * @param {{late?: string, zone?: string}} [how] - late: what to say of a call that ended
   *   before
   */
  open(call, how = {}) {
    if (this.call === call) return;
    this.call = call;
    this.#card = null;
    this.#late = how.late !== undefined;
    this.#phase = this.#late ? "over" : "in_call";
    this.callBack.zone = how.zone ?? null;
    this.#fill(loadDraft(call));
    tell(part(this, ".late-call"), how.late ?? "");
    show(part(this, ".leave-late"), this.#late);
    this.#sayWhatFollows();
    show(this, true);
    this.#refresh();
  }

  close() {
    this.call = null;
    this.#card = null;
    show(this, false);
  }

  /** The call's card is here. @param {Card} card */
  set card(card) {
    if (card.call.id !== this.call) return;
    this.#card = card;
    this.callBack.zone = card.policy?.zone ?? null;
  }

  /** How far the call in hand is. @param {Phase} phase */
  set phase(phase) {
    if (this.#late || this.#phase === phase) return;
    this.#phase = phase;
    put(part(this, ".record-trouble"), "");
    this.#refresh();
  }

  /** What saving leads to, as the floor will have it. @param {string} text */
  set saveText(text) {
    this.#saveText = text;
    this.#sayWhatFollows();
  }

  #sayWhatFollows() {
    put(part(this, ".save span"), this.#late ? words.desk.save : this.#saveText);
  }

  get late() {
    return this.#late && this.call !== null;
  }

  /** The call in hand, if something is written of it that is not on its way. */
  get drafted() {
    if (!this.call || this.#late || this.#saving.has(this.call)) return null;
    const { code, note, amount, promised_on } = this.#draft();
    return code || note.trim() || amount || promised_on ? this.call : null;
  }

  /** Go to the list: somebody asked for it. */
  enter() {
    if (this.hidden) return;
    (this.#chosen ?? part(this, "input[name=code]")).focus();
  }

  /** @param {string} text */
  trouble(text) {
    put(part(this, ".record-trouble"), text);
  }

  /** It counts as a talk with the debtor, whom no answers proved: was it him? */
  askWho() {
    show(part(this, ".affirm"), true);
    part(this, ".affirm").focus(); // on no answer: a tired Enter affirms nothing
  }

  /** What was sent was answered, one way or the other. @param {string} call */
  settled(call) {
    this.#saving.delete(call);
    this.#refresh();
  }

  /** It is saved: nothing is left to keep. @param {string} call */
  done(call) {
    dropDraft(call);
    if (this.call === call) this.close();
  }

  /** Why it cannot be saved now, as the catalogue calls it; empty when it can. */
  get #obstacle() {
    if (this.#phase !== "over") return this.#phase;
    return this.call && this.#saving.has(this.call) ? "saving" : "";
  }

  save() {
    if (!this.call) return;
    const obstacle = this.#obstacle;
    if (obstacle) {
      this.trouble(words.desk[obstacle]);
      return;
    }
    if (!part(this, ".affirm").hidden) {
      this.askWho(); // the question wants its own answer
      return;
    }
    const draft = this.#draft();
    const [lacks, field] = this.#lacking(draft);
    this.trouble(lacks);
    if (lacks) {
      field?.focus();
      return;
    }
    this.#saving.add(this.call);
    this.#refresh();
    ask(this, "desk:record", { call: this.call, draft, affirmed: this.#affirmed });
  }

  /**
   * What is missing, and where it goes.
   * @param {Draft} draft
   * @returns {[string, HTMLElement | null]}
   */
  #lacking(draft) {
    const asks = this.#asks;
    if (!draft.code) return [words.desk.choose_code, part(this, "input[name=code]")];
    const [amount, day] = [this.#field("promise-amount"), this.#field("promise-day")];
    const some = Boolean(draft.amount.trim() || draft.promised_on);
    const whole = Boolean(draft.amount.trim() && draft.promised_on);
    // nobody promised when we know not whom: the server knows, of a call of before
    if (asks.includes("promise") && !whole && (some || this.#card?.debtor))
      return [words.desk.promise_incomplete, draft.amount.trim() ? day : amount];
    if (draft.call_back && !(draft.day && draft.time)) {
      const field = draft.day ? "call-back-time" : "call-back-day";
      return [words.desk.call_back_incomplete, this.#field(field)];
    }
    if (asks.includes("note") && !draft.note.trim())
      return [words.desk.note_incomplete, this.#note];
    return ["", null];
  }

  /** @returns {Draft} */
  #draft() {
    return {
      code: this.#chosen?.value ?? "",
      note: this.#note.value,
      amount: this.#field("promise-amount").value,
      promised_on: this.#field("promise-day").value,
      ...this.callBack.draft,
      call_back_by_code: this.callBack.byCode,
    };
  }

  /** @param {Partial<Draft>} draft */
  #fill(draft) {
    for (const radio of this.querySelectorAll("input[name=code]"))
      if (radio instanceof HTMLInputElement) radio.checked = radio.value === draft.code;
    this.#note.value = draft.note ?? "";
    this.#field("promise-amount").value = draft.amount ?? "";
    this.#field("promise-day").value = draft.promised_on ?? "";
    this.callBack.fill(draft);
    this.#unask();
    this.trouble("");
  }

  /** @param {Event} [event] */
  #changed(event) {
    const target = event?.target;
    if (target instanceof HTMLInputElement && target.name === "code") this.#recoded();
    this.callBack.refresh();
    if (this.call) keepDraft(this.call, this.#draft());
    this.trouble("");
    this.#refresh();
    this.callBack.check();
  }

  /** Another code: what the one before asked for, and what was asked of it, goes. */
  #recoded() {
    const unknown = this.#card !== null && this.#card.debtor === null;
    this.callBack.follow(this.#asks.includes("call_back") && !unknown);
    this.#unask();
  }

  #unask() {
    this.#affirmed = false;
    show(part(this, ".affirm"), false);
  }

  #refresh() {
    const asks = this.#asks;
    show(part(this, ".promise"), asks.includes("promise"));
    this.#note.required = asks.includes("note");
    show(part(this, ".note-needed"), this.#note.required);
    this.#note.placeholder = this.#chosen?.dataset.hint || this.#note.dataset.hint || "";
    const obstacle = this.#obstacle;
    one(this, ".save", HTMLButtonElement).disabled = obstacle !== "";
    tell(part(this, ".save-hint"), obstacle ? words.desk[obstacle] : "");
  }

  /** One key chooses, while the list has the focus and nowhere else. */
  #key(/** @type {KeyboardEvent} */ event) {
    if (event.ctrlKey || event.altKey || event.metaKey || !singleKeys()) return;
    const target = event.target;
    if (!(target instanceof HTMLElement)) return;
    if (target.closest(".affirm")) return this.#answerByKey(event);
    if (!(target instanceof HTMLInputElement && target.type === "radio")) return;
    const key = CSS.escape(event.key.toLowerCase());
    const radio = this.querySelector(`input[data-key="${key}"]`);
    if (!(radio instanceof HTMLInputElement)) return;
    event.preventDefault();
    this.#choose(radio);
    this.#goOn(radio.dataset.asks ?? "");
  }

  /** @param {KeyboardEvent} event */
  #answerByKey(event) {
    const answer = { s: "yes", n: "no" }[event.key.toLowerCase()];
    if (!answer) return;
    event.preventDefault();
    this.#affirm(answer);
  }

  /** @param {string} answer */
  #affirm(answer) {
    if (answer === "yes") {
      this.#affirmed = true;
      show(part(this, ".affirm"), false);
      return this.save();
    }
    this.#choose(one(this, `input[value=${NOT_HIM}]`, HTMLInputElement));
    this.trouble(words.desk.choose_other);
  }

  /** @param {HTMLInputElement} radio */
  #choose(radio) {
    radio.checked = true;
    radio.focus();
    this.#recoded();
    this.#changed();
  }

  /** Whoever chose by key goes on with what the choice asks for. @param {string} asks */
  #goOn(asks) {
    const field = {
      promise: "#promise-amount",
      call_back: "#call-back-day",
      note: "#note",
    };
    const next = field[/** @type {"note"} */ (asks.split(" ")[0])];
    if (next) part(this, next).focus();
  }

  /** @param {Event} event */
  #click(event) {
    const button = event.target instanceof Element && event.target.closest("button");
    if (!(button instanceof HTMLButtonElement)) return;
    if (button.classList.contains("leave-late")) ask(this, "desk:leave-late");
    if (button.dataset.affirm) this.#affirm(button.dataset.affirm);
  }
}
