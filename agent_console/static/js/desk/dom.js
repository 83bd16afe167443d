/**
 * The page's own elements, found or said to be missing, and changed only when they
 * differ: what does not change keeps focus, selection and silence.
 */

/**
 * @template {Element} T
 * @param {ParentNode} within
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
export function one(within, selector, kind) {
  const found = within.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page lacks ${selector}`);
  return found;
}

/**
 * @param {ParentNode} within
 * @param {string} selector
 * @returns {HTMLElement}
 */
export const part = (within, selector) => one(within, selector, HTMLElement);

/**
 * @param {Element} element
 * @param {string} text
 */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {HTMLElement} element
 * @param {boolean} shown
 */
export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/**
 * A text in an element that is hidden while there is none.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function tell(element, text) {
  put(element, text);
  show(element, text !== "");
}

/**
 * @param {string} tag
 * @param {string} text
 * @param {string} [classes]
 * @returns {HTMLElement}
 */
export function made(tag, text, classes = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (classes) element.className = classes;
  return element;
}

/** @param {ParentNode} within @param {string} selector @returns {HTMLElement} */
export function copied(within, selector) {
  const model = one(within, selector, HTMLTemplateElement);
  const copy = document.importNode(model.content, true).firstElementChild;
  if (!(copy instanceof HTMLElement)) throw new Error(`${selector} is empty`);
  return copy;
}

/**
 * Ask the rest of the page for something.
 * @param {Element} from
 * @param {string} type
 * @param {unknown} [detail]
 */
export function ask(from, type, detail) {
  from.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
}
