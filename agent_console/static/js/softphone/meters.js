/**
 * Two bars that move with the sound: one's own microphone, and what arrives.
 * `<acordo-meters data-microphone="..." data-ear="...">`
 */

const EVERY_MS = 100;
const FULL = 0.35; // loud speech
const QUIET = 0.003; // the line's own noise: shown as nothing

/** @typedef {import("./softphone.js").Softphone} Softphone */

export class LevelMeters extends HTMLElement {
  /** @type {number | undefined} */
  #timer;
  /** @type {Softphone | undefined} */
  #phone;

  connectedCallback() {
    if (this.childElementCount === 0)
      for (const side of ["microphone", "ear"]) this.append(bar(side, this.dataset[side]));
    this.#timer = window.setInterval(() => this.#move(), EVERY_MS);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  /** @param {Softphone} phone */
  use(phone) {
    this.#phone = phone;
  }

  #move() {
    if (!this.#phone || document.hidden) return;
    const levels = this.#phone.levels();
    for (const meter of this.querySelectorAll("meter")) {
      const side = meter.dataset.side === "ear" ? levels.ear : levels.microphone;
      meter.value = side < QUIET ? 0 : Math.min(1, Math.sqrt(side / FULL));
    }
  }
}

/** @param {string} side @param {string | undefined} name */
function bar(side, name) {
  const label = document.createElement("label");
  const meter = document.createElement("meter");
  meter.max = 1;
  meter.dataset.side = side;
  label.append(name ?? side, meter);
  return label;
}
