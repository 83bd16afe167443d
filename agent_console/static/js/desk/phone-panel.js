/**
 * The panel of the softphone: connect, test, mute, hold, hang up, keypad. It drives the
 * telephone that it is given and shows what that says of itself; hold and hang-up are
 * wishes to the floor, for the floor has both sides of the call.
 */

import { DeviceChoice } from "../softphone/devices.js";
import { LevelMeters } from "../softphone/meters.js";
import { ask, one, part, put, show, tell } from "./dom.js";
import { words } from "./words.js";

/** @typedef {import("./contracts.js").Seat} Seat */

/** @typedef {import("../softphone/softphone.js").Softphone} Softphone */
/** @typedef {import("../softphone/softphone.js").PhoneState} PhoneState */

customElements.define("acordo-meters", LevelMeters);
customElements.define("acordo-devices", DeviceChoice);

export class PhonePanel extends HTMLElement {
  /** @type {Softphone | null} */
  #phone = null;
  /** @type {PhoneState | null} */
  #state = null;
  /** @type {Seat | null} */
  #seat = null;
  #taken = false; // the telephone was on here, or was tried once

  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element && event.target.closest("button");
      if (!(button instanceof HTMLButtonElement)) return;
      if (button.dataset.digit) this.#phone?.dial(button.dataset.digit);
      if (button.dataset.phoneDo) this.do(button.dataset.phoneDo);
    });
  }

  /** The telephone that the panel drives. */
  get telephone() {
    return this.#phone;
  }

  /** @param {Softphone} phone */
  use(phone) {
    this.#phone = phone;
    one(this, "acordo-meters", LevelMeters).use(phone);
    one(this, "acordo-devices", DeviceChoice).use(phone);
    phone.watch((state) => {
      const changed = state.state !== this.#state?.state;
      this.#state = state;
      this.#taken ||= state.state !== "off";
      if (changed) one(this, "acordo-devices", DeviceChoice).refresh();
      this.#show();
    });
  }

  /**
   * Have the telephone on, as far as it can be; what is in the way is shown.
   * @returns {Promise<boolean>}
   */
  async ready() {
    await this.#phone?.connect();
    return this.#state?.state === "ready" || this.#state?.state === "connecting";
  }

  /** @param {Seat} seat */
  seat(seat) {
    const other = seat.state === "talking" && this.#seat?.call !== seat.call;
    if (other) this.#phone?.announce();
    this.#seat = seat;
    if (seat.state === "connecting") this.#takeUp();
    this.#show();
  }

  /** The shift goes on and its telephone is nowhere: the page that had it was closed. */
  #takeUp() {
    if (this.#taken || document.visibilityState !== "visible") return;
    this.#taken = true;
    this.#phone?.takeUp();
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
      case "hand_on":
        return talking && this.#wish(verb);
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
    const turnOn = part(this, "[data-phone-do=connect]");
    show(turnOn, !connected);
    const { turn_on, take_back } = words.softphone;
    put(part(turnOn, "span"), state?.code === "seat_taken" ? take_back : turn_on);
    const free = this.#seat?.state === "paused" || this.#seat?.state === "offline";
    show(part(this, "[data-phone-do=echo]"), state?.state === "ready" && free);
    show(part(this, "acordo-meters"), connected);
    show(part(this, ".devices"), !talking);
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
