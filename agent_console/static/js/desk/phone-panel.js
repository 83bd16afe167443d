/**
 * The panel of the softphone: connect, test, mute, hold, hang up, keypad. It drives the
 * telephone that it is given and shows what that says of itself; hold and hang-up are
 * wishes to the floor, for the floor has both sides of the call.
 */

import { ask, one, part, put, show, tell } from "./dom.js";

/** @typedef {import("./contracts.js").Seat} Seat */

/**
 * @typedef {object} Telephone - what the panel needs of a softphone
 * @property {() => Promise<void>} connect
 * @property {(muted: boolean) => void} mute
 * @property {(digit: string) => void} dial
 * @property {() => Promise<string>} testEcho - what was found, for the agent to read
 * @property {(watcher: (state: PhoneState) => void) => void} watch
 *
 * @typedef {object} PhoneState
 * @property {"off" | "connecting" | "ready" | "lost"} state
 * @property {string} text - what it is doing, for the agent to read
 * @property {string} trouble - what is wrong and what to do; empty: nothing
 * @property {boolean} muted
 */

export class PhonePanel extends HTMLElement {
  /** @type {Telephone | null} */
  #phone = null;
  /** @type {PhoneState | null} */
  #state = null;
  /** @type {Seat | null} */
  #seat = null;

  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element && event.target.closest("button");
      if (!(button instanceof HTMLButtonElement)) return;
      if (button.dataset.digit) this.#phone?.dial(button.dataset.digit);
      if (button.dataset.phoneDo) this.do(button.dataset.phoneDo);
    });
  }

  /** @param {Telephone} phone */
  use(phone) {
    this.#phone = phone;
    phone.watch((state) => {
      this.#state = state;
      this.#show();
    });
  }

  /** @param {Seat} seat */
  seat(seat) {
    this.#seat = seat;
    this.#show();
  }

  /** @param {string} verb */
  do(verb) {
    const talking = this.#seat?.state === "talking";
    switch (verb) {
      case "connect":
        return void this.#phone?.connect();
      case "echo":
        return void this.#test();
      case "mute":
        return this.#state?.state === "ready" && this.#phone?.mute(!this.#state.muted);
      case "hold":
        return talking && this.#wish(this.#seat?.held ? "resume" : "hold");
      case "hang_up":
        return talking && this.#wish("hang_up");
    }
  }

  /** @param {string} wish */
  #wish(wish) {
    ask(this, "desk:wish", { do: wish, call: this.#seat?.call });
  }

  async #test() {
    const button = one(this, "[data-phone-do=echo]", HTMLButtonElement);
    button.disabled = true;
    put(part(this, ".phone-state"), "Fale algo: você deve se ouvir.");
    put(part(this, ".phone-state"), (await this.#phone?.testEcho()) ?? "");
    button.disabled = false;
  }

  #show() {
    const state = this.#state;
    const talking = this.#seat?.state === "talking";
    this.dataset.phone = state?.state ?? "off";
    if (state) put(part(this, ".phone-state"), state.text);
    tell(part(this, ".phone-trouble"), state?.trouble ?? "");
    const connected = state?.state === "ready" || state?.state === "connecting";
    show(part(this, "[data-phone-do=connect]"), !connected);
    const free = this.#seat?.state === "paused" || this.#seat?.state === "offline";
    show(part(this, "[data-phone-do=echo]"), state?.state === "ready" && free);
    show(part(this, ".call-verbs"), talking);
    show(part(this, ".keypad"), talking);
    this.#press("mute", state?.muted === true);
    this.#press("hold", this.#seat?.held === true);
  }

  /** @param {string} verb @param {boolean} pressed */
  #press(verb, pressed) {
    part(this, `[data-phone-do=${verb}]`).setAttribute("aria-pressed", String(pressed));
  }
}
