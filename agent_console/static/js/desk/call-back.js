/**
 * The part of the record that books a call-back, at a time on the debtor's clock: common
 * times at a click, and what the contact policy says of the one that was chosen.
 */

import { contactNow, localOf } from "./contact-clock.js";
import { ask, one, part, put, show } from "./dom.js";

const STEP_MS = 5 * 60_000; // call-backs are booked in steps of so many
const HOUR_MS = 3_600_000;
const CHECK_MS = 400;
const SOMEWHERE = "America/Sao_Paulo"; // as the server takes it when nobody knows

export class CallBackForm {
  /** Where the telephone is. @type {string | null} */
  zone = null;
  /** Whether it was ticked for the code's sake and by nobody. */
  #ticked = false;
  /** @type {number | undefined} */
  #checking;

  /**
   * @param {HTMLElement} root
   * @param {() => void} changed - somebody or a button changed it
   */
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
    this.#wanted.addEventListener("change", () => {
      this.#ticked = false;
    });
    root.addEventListener("click", (event) => {
      const button = event.target instanceof Element && event.target.closest("button");
      if (!(button instanceof HTMLButtonElement)) return;
      const { quick, day, time } = button.dataset;
      if (quick) this.#quickly(quick);
      if (day && time) this.#set(day, time);
    });
  }

  get #wanted() {
    return one(this.root, "#call-back-wanted", HTMLInputElement);
  }

  get #day() {
    return one(this.root, "#call-back-day", HTMLInputElement);
  }

  get #time() {
    return one(this.root, "#call-back-time", HTMLInputElement);
  }

  /** What is asked for now. */
  get draft() {
    return {
      call_back: this.#wanted.checked,
      day: this.#day.value,
      time: this.#time.value,
    };
  }

  /** @param {Partial<import("./contracts.js").Draft>} draft */
  fill(draft) {
    this.#wanted.checked = draft.call_back ?? false;
    this.#ticked = draft.call_back_by_code ?? false;
    this.#day.value = draft.day ?? "";
    this.#time.value = draft.time ?? "";
    this.told("");
    this.refresh();
  }

  /** Whether the tick is the code's: it goes with it. */
  get byCode() {
    return this.#ticked;
  }

  /** A code was chosen. @param {boolean} asks - whether it asks for a call-back */
  follow(asks) {
    if (asks && !this.#wanted.checked) {
      this.#wanted.checked = true;
      this.#ticked = true;
    } else if (!asks && this.#ticked) {
      this.#wanted.checked = false;
      this.#ticked = false;
    }
    this.refresh();
  }

  refresh() {
    show(part(this.root, ".call-back"), this.#wanted.checked);
  }

  /** Have the server asked, a moment after the last change. */
  check() {
    clearTimeout(this.#checking);
    const { call_back, day, time } = this.draft;
    this.told("");
    if (call_back && day && time)
      this.#checking = setTimeout(
        () => ask(this.root, "desk:check", { day, time }),
        CHECK_MS,
      );
  }

  /** @param {string} which */
  #quickly(which) {
    const zone = this.zone ?? SOMEWHERE;
    const now = contactNow();
    const today = localOf(now, zone).day;
    const tomorrow = new Date(`${today}T12:00:00Z`);
    tomorrow.setUTCDate(tomorrow.getUTCDate() + 1);
    const hence = localOf(Math.ceil((now + HOUR_MS) / STEP_MS) * STEP_MS, zone);
    if (which === "evening") this.#set(today, "18:00");
    else if (which === "tomorrow") this.#set(tomorrow.toISOString().slice(0, 10), "10:00");
    else this.#set(hence.day, hence.time);
  }

  /** @param {string} day @param {string} time */
  #set(day, time) {
    this.#day.value = day;
    this.#time.value = time;
    this.changed();
  }

  /**
   * What the policy says of the time that was chosen.
   * @param {string} text
   * @param {{refused?: boolean,
   *   next?: {day: string, time: string, label: string} | null}} [how]
   */
  told(text, { refused = false, next = null } = {}) {
    put(part(this.root, ".call-back-told"), text);
    part(this.root, ".call-back-told").classList.toggle("refused", refused);
    const button = part(this.root, ".use-next");
    show(button, next !== null);
    button.dataset.day = next?.day ?? "";
    button.dataset.time = next?.time ?? "";
    put(button, next ? `Usar ${next.label}` : "");
  }
}
