/**
 * A `details` that is a menu: its summary opens it, arrows, Home and End walk through it,
 * Esc and a choice give the focus back to the summary, and it closes when it is left.
 */

/** @param {HTMLDetailsElement} menu */
const opener = (menu) => /** @type {HTMLElement} */ (menu.querySelector("summary"));

/** @param {HTMLDetailsElement} menu @returns {HTMLElement[]} */
const choices = (menu) => [...menu.querySelectorAll("li a, li button")].map(asElement);

/** @param {Element} element */
const asElement = (element) => /** @type {HTMLElement} */ (element);

/**
 * Where a key leads among so many; null: nowhere.
 * @param {string} key
 * @param {number} at - of what has the focus; -1: the summary
 * @param {number} count
 * @returns {number | null}
 */
export function stepOf(key, at, count) {
  if (key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowUp") return at <= 0 ? count - 1 : at - 1;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}

/** Open it and go to its first choice. @param {HTMLDetailsElement} menu */
export function openMenu(menu) {
  menu.open = true;
  choices(menu)[0]?.focus();
}

/** Close it; who was in it is at its summary again. @param {HTMLDetailsElement} menu */
export function closeMenu(menu) {
  const inside = menu.contains(document.activeElement);
  menu.open = false;
  if (inside) opener(menu).focus();
}

/** @param {HTMLDetailsElement} menu @param {KeyboardEvent} event */
function onKey(menu, event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const atOpener = event.target === opener(menu);
  const opens = atOpener && !menu.open && (event.key === "Enter" || event.key === " ");
  if (event.key === "Escape" && menu.open) closeMenu(menu);
  else if (opens) openMenu(menu);
  else if (!walk(menu, event.key)) return;
  event.preventDefault();
  event.stopPropagation(); // nothing else is meant by it
}

/** @param {HTMLDetailsElement} menu @param {string} key @returns {boolean} */
function walk(menu, key) {
  const all = choices(menu);
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const to = stepOf(key, at, all.length);
  if (to === null || (!menu.open && !key.startsWith("Arrow"))) return false;
  menu.open = true;
  all[to]?.focus();
  return true;
}

/** @param {HTMLDetailsElement} menu */
export function asMenu(menu) {
  const summary = opener(menu);
  const tell = () => summary.setAttribute("aria-expanded", String(menu.open));
  if (summary.hasAttribute("aria-haspopup")) {
    menu.addEventListener("toggle", tell);
    tell();
  }
  menu.addEventListener("keydown", (event) => onKey(menu, event));
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.open = false;
  });
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Node && !menu.contains(target)) menu.open = false;
  });
}
