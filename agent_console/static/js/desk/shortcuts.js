/**
 * The keys of the desk. Function keys work everywhere; `?` only outside of fields. While a
 * dialog is open none of them does anything.
 */

import { one } from "./dom.js";

/** @typedef {Record<string, () => void>} Keys */

/** @param {Keys} keys - by the name of the key */
export function listenToKeys(keys) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (document.querySelector("dialog[open]")) return;
    const act = keys[event.key];
    if (!act || (event.key === "?" && writes(event.target))) return;
    event.preventDefault();
    act();
  });
}

/** @param {EventTarget | null} target */
const writes = (target) =>
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement ||
  (target instanceof HTMLInputElement && target.type !== "radio");

export function showHelp() {
  one(document, "#help", HTMLDialogElement).showModal();
}
