/**
 * What is recorded of a call: a choice by mouse or by one key while the list has the
 * focus, what the choice asks for, a note. Everything typed is kept until it is saved.
 */

import { singleKeys } from "../shortcuts.js";
import { ask, one, part, put, show, tell } from "./dom.js";
import { dropDraft, keepDraft, loadDraft } from "./draft.js";

/** @typedef {import("./contracts.js").Card} Card */
/** @typedef {import("./contracts.js").Draft} Draft */

const MINUTES = 5; // call-backs are booked in steps of so many
const CHECK_MS = 400;

export class CallRecord extends HTMLElement {
  /** @type {string | null} */
  call = null;
  /** @type {Card | null} */
  card = null;
  #late = false;
  #ended = false;
  #busy = false;
  /** @type {number | undefined} */
  #checking;

  connectedCallback() {
    const form = one(this, "form", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("change", () => this.#changed());
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("click", (event) => this.#click(event));
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

  /**
   * Begin with a call, or go on with one after a reload.
   * @param {string} call
   * @param {{late?: string}} [how] - late: what to say of a call that ended before
   */
  open(call, how = {}) {
    if (this.call === call) return;
    this.call = call;
    this.card = null;
    this.#busy = false; // what is on its way is another call's
    this.#late = how.late !== undefined;
    this.#ended = this.#late;
    this.#fill(loadDraft(call));
    tell(part(this, ".late-call"), how.late ?? "");
    show(part(this, ".leave-late"), this.#late);
    show(this, true);
    this.#refresh();
  }

  close() {
    this.#busy = false;
    this.call = null;
    this.card = null;
    show(this, false);
  }

  /** Whether the call is over, so that it can be saved. @param {boolean} ended */
  set ended(ended) {
    if (this.#late) return;
    this.#ended = ended;
    this.#refresh();
  }

  get late() {
    return this.#late;
  }

  /** Go to the list: somebody asked for it. */
  enter() {
    if (this.hidden) return;
    (this.#chosen ?? part(this, "input[name=code]")).focus();
  }

  /** @param {string} text */
  trouble(text) {
    this.#busy = false;
    put(part(this, ".record-trouble"), text);
    this.#refresh();
  }

  /**
   * It is saved: nothing is left to keep. The page may be at the next call already.
   * @param {string} call
   */
  done(call) {
    dropDraft(call);
    if (this.call === call) this.close();
  }

  save() {
    const draft = this.#draft();
    if (!this.call || !this.#ended || this.#busy) return;
    if (!draft.code) {
      this.trouble("Escolha uma tabulação.");
      this.enter();
      return;
    }
    this.#busy = true;
    put(part(this, ".record-trouble"), "");
    this.#refresh();
    ask(this, "desk:record", { call: this.call, draft });
  }

  /** @returns {Draft} */
  #draft() {
    return {
      code: this.#chosen?.value ?? "",
      note: this.#note.value,
      amount: this.#field("promise-amount").value,
      promised_on: this.#field("promise-day").value,
      call_back: this.#field("call-back-wanted").checked,
      day: this.#field("call-back-day").value,
      time: this.#field("call-back-time").value,
    };
  }

  /** @param {Partial<Draft>} draft */
  #fill(draft) {
    for (const radio of this.querySelectorAll("input[name=code]"))
      if (radio instanceof HTMLInputElement) radio.checked = radio.value === draft.code;
    this.#note.value = draft.note ?? "";
    this.#field("promise-amount").value = draft.amount ?? "";
    this.#field("promise-day").value = draft.promised_on ?? "";
    this.#field("call-back-wanted").checked = draft.call_back ?? false;
    this.#field("call-back-day").value = draft.day ?? "";
    this.#field("call-back-time").value = draft.time ?? "";
    this.callBackTold("", null);
    put(part(this, ".record-trouble"), "");
  }

  #changed() {
    const asks = this.#chosen?.dataset.asks?.split(" ") ?? [];
    if (asks.includes("call_back")) this.#field("call-back-wanted").checked = true;
    if (this.call) keepDraft(this.call, this.#draft());
    this.#refresh();
    clearTimeout(this.#checking);
    const { call_back, day, time } = this.#draft();
    if (call_back && day && time)
      this.#checking = setTimeout(() => ask(this, "desk:check", { day, time }), CHECK_MS);
    else this.callBackTold("", null);
  }

  #refresh() {
    const asks = this.#chosen?.dataset.asks?.split(" ") ?? [];
    show(part(this, ".promise"), asks.includes("promise"));
    show(part(this, ".call-back"), this.#field("call-back-wanted").checked);
    this.#note.required = asks.includes("note");
    one(this, ".save", HTMLButtonElement).disabled = !this.#ended || this.#busy;
    show(part(this, ".save-hint"), !this.#ended);
  }

  /** One key chooses, while the list has the focus and nowhere else. */
  #key(/** @type {KeyboardEvent} */ event) {
    if (event.ctrlKey && event.key === "Enter") {
      event.preventDefault();
      this.save();
      return;
    }
    const target = event.target;
    const inList = target instanceof HTMLInputElement && target.type === "radio";
    if (!inList || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!singleKeys()) return;
    const key = CSS.escape(event.key.toLowerCase());
    const radio = this.querySelector(`input[data-key="${key}"]`);
    if (!(radio instanceof HTMLInputElement)) return;
    event.preventDefault();
    radio.checked = true;
    radio.focus();
    this.#changed();
    this.#goOn(radio.dataset.asks ?? "");
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
    const { quick, day, time } = button.dataset;
    if (quick) this.#quickly(quick);
    if (day && time) this.#setTime(day, time);
  }

  /** @param {string} which */
  #quickly(which) {
    const today = this.card?.policy?.today;
    const now = this.card?.policy?.zone ? nowIn(this.card.policy.zone) : null;
    if (!today) return;
    const tomorrow = new Date(`${today}T12:00:00Z`);
    tomorrow.setUTCDate(tomorrow.getUTCDate() + 1);
    if (which === "evening") this.#setTime(today, "18:00");
    else if (which === "tomorrow")
      this.#setTime(tomorrow.toISOString().slice(0, 10), "10:00");
    else if (now) this.#setTime(today, now);
  }

  /** @param {string} day @param {string} time */
  #setTime(day, time) {
    this.#field("call-back-day").value = day;
    this.#field("call-back-time").value = time;
    this.#changed();
  }

  /**
   * What the policy says of the time that was chosen.
   * @param {string} text
   * @param {{day: string, time: string, label: string} | null} next
   */
  callBackTold(text, next) {
    put(part(this, ".call-back-told"), text);
    part(this, ".call-back-told").classList.toggle("refused", next !== null);
    const button = part(this, ".use-next");
    show(button, next !== null);
    button.dataset.day = next?.day ?? "";
    button.dataset.time = next?.time ?? "";
    put(button, next ? `Usar ${next.label}` : "");
  }
}

/**
 * An hour from now on the debtor's clock, rounded up.
 * @param {string} zone
 */
function nowIn(zone) {
  const later = new Date(Date.now() + 3_600_000 + MINUTES * 60_000);
  const text = later.toLocaleTimeString("pt-BR", { timeZone: zone, timeStyle: "short" });
  const [hour, minute] = text.split(":").map(Number);
  const rounded = Math.floor(minute / MINUTES) * MINUTES;
  return `${String(hour).padStart(2, "0")}:${String(rounded).padStart(2, "0")}`;
}
