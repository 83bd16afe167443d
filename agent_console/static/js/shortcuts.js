/**
 * The keys of a page: `?` opens their list anywhere but in fields, and whoever does not
 * want keys of one character (WCAG 2.1.4: a voice that dictates, a hand that brushes the
 * keyboard) switches them off there, for this browser.
 */

const OFF = "acordo:single-keys-off";

/** Whether keys of one character do anything. */
export function singleKeys() {
  try {
    return localStorage.getItem(OFF) === null;
  } catch {
    return true; // a browser that keeps nothing
  }
}

/** @param {boolean} on */
function switchSingleKeys(on) {
  try {
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } catch {
    // it holds as long as the page does not ask again: never
  }
}

/** Whether somebody writes there. @param {EventTarget | null} target */
export const writes = (target) =>
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement ||
  (target instanceof HTMLInputElement &&
    !["radio", "checkbox", "range", "button"].includes(target.type));

/** Whether the key is of this page and not of a field, a dialog or the browser.
 * @param {KeyboardEvent} event
 */
export const free = (event) =>
  !(event.ctrlKey || event.altKey || event.metaKey || event.repeat) &&
  !document.querySelector("dialog[open]");

/** Make `?`, the button in the frame and the switch in the list do their work. */
export function offerHelp() {
  const help = /** @type {HTMLDialogElement | null} */ (document.querySelector("#help"));
  const wanted = /** @type {HTMLInputElement | null} */ (
    document.querySelector("#single-keys")
  );
  if (!help || !wanted) return;
  const open = () => {
    wanted.checked = singleKeys();
    help.showModal();
  };
  wanted.addEventListener("change", () => switchSingleKeys(wanted.checked));
  document.querySelector("#shortcuts")?.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || !singleKeys() || !free(event) || writes(event.target)) return;
    event.preventDefault();
    open();
  });
}
