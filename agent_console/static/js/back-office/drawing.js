/** Elements made where a template would be longer. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {string} [text] @param {...Node} inside
 */
export function made(tag, text = "", ...inside) {
  const element = document.createElement(tag);
  element.append(text, ...inside);
  return element;
}
