/**
 * Choice of microphone and loudspeaker.
 * `<acordo-devices data-microphone="..." data-speaker="..." data-clean="..." data-usual="...">`
 */

import { chosen } from "./sound.js";

/** @typedef {import("./softphone.js").Softphone} Softphone */

export class DeviceChoice extends HTMLElement {
  /** @type {Softphone | undefined} */
  #phone;

  /** @param {Softphone} phone */
  use(phone) {
    this.#phone = phone;
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#fill());
    this.#fill();
  }

  /** Ask the browser again: names come with the microphone's consent. */
  refresh() {
    this.#fill();
  }

  async #fill() {
    const phone = this.#phone;
    if (!phone || !navigator.mediaDevices) return;
    const { microphones, speakers } = await phone.devices();
    const now = chosen();
    const { microphone, speaker, clean, usual = "" } = this.dataset;
    this.replaceChildren(
      list(microphone, usual, microphones, now.microphone, (id) =>
        phone.choose({ microphone: id }),
      ),
      list(speaker, usual, speakers, now.speaker, (id) => phone.choose({ speaker: id })),
      tick(clean, now.clean ?? true, (on) => phone.choose({ clean: on })),
    );
  }
}

/**
 * @param {string | undefined} name @param {string} usual
 * @param {{id: string, name: string}[]} options @param {string | undefined} current
 * @param {(id: string) => void} onChoice
 */
function list(name, usual, options, current, onChoice) {
  const label = document.createElement("label");
  const select = document.createElement("select");
  select.append(new Option(usual, ""));
  for (const one of options)
    select.append(new Option(one.name || one.id, one.id, false, one.id === current));
  select.addEventListener("change", () => onChoice(select.value));
  label.append(name ?? "", select);
  return label;
}

/** @param {string | undefined} name @param {boolean} on @param {(on: boolean) => void} onChoice */
function tick(name, on, onChoice) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = on;
  box.addEventListener("change", () => onChoice(box.checked));
  label.append(box, name ?? "");
  return label;
}
