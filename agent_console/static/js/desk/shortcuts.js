/**
 * The keys of the desk: function keys, which work everywhere but while a dialog is open.
 */

import { free } from "../shortcuts.js";

/** @typedef {Record<string, () => void>} Keys */

/** @param {Keys} keys - by the name of the key */
export function listenToKeys(keys) {
  document.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || !free(event)) return;
    event.preventDefault();
    act();
  });
}
