/**
 * The keys of the desk: function keys, which work everywhere but while a dialog is open.
 */

import { free } from "../shortcuts.js";

/** @typedef {Record<string, () => void>} Keys */

/** Ctrl+Enter saves, wherever the focus is. @param {() => void} save */
export function listenToSave(save) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.ctrlKey || event.repeat) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    save();
  });
}

/** @param {Keys} keys - by the name of the key */
export function listenToKeys(keys) {
  document.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || !free(event)) return;
    event.preventDefault();
    act();
  });
}
