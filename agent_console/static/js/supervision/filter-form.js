/**
 * The form of a campaign as values: what is typed into JSON and back, and what is wrong
 * with it before the server is asked.
 */
import { amountOf } from "../desk/promise.js";
import { one } from "./page.js";

/** @typedef {{creditor: string, portfolio: string | null, products: string[], ufs: string[],
 *   days_late_from: number | null, days_late_to: number | null, amount_from: string | null,
 *   amount_to: string | null, last_outcomes: string[], contact: string}} DebtorFilter */
/** @typedef {{name: string, mode: string, target: number, max_attempts: number,
 *   ring_timeout_s: number, threshold_s: number, wrap_up_s: number,
 *   machines: string}} Terms */

export const DEFAULT_TERMS = {
  name: "",
  mode: "predictive",
  target: 0.025,
  max_attempts: 5,
  ring_timeout_s: 30,
  threshold_s: 2,
  wrap_up_s: 30,
  machines: "off",
};
export const NUMBERS = /** @type {const} */ ([
  "max_attempts",
  "ring_timeout_s",
  "threshold_s",
  "wrap_up_s",
]);
const RANGES = /** @type {const} */ (["days_late_from", "days_late_to"]);
const AMOUNTS = /** @type {const} */ (["amount_from", "amount_to"]);

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @returns {HTMLInputElement | HTMLSelectElement}
 */
export function field(form, name) {
  const found = form.elements.namedItem(name);
  if (found instanceof HTMLInputElement || found instanceof HTMLSelectElement) return found;
  throw new Error(`the form lacks ${name}`);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
const checked = (form, name) =>
  [...form.querySelectorAll(`input[name=${name}]:checked`)].map(
    (box) => /** @type {HTMLInputElement} */ (box).value,
  );

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @returns {string | null} "1.234,50" as "1234.50"; null: nothing was typed
 */
const amount = (form, name) => amountOf(field(form, name).value) || null;

/**
 * @param {HTMLFormElement} form
 * @returns {DebtorFilter}
 */
export function readFilter(form) {
  /** @param {string} name */
  const text = (name) => field(form, name).value.trim() || null;
  /** @param {string} name */
  const whole = (name) => (text(name) === null ? null : Number(text(name)));
  return {
    creditor: field(form, "creditor").value,
    portfolio: text("portfolio"),
    products: checked(form, "products"),
    ufs: checked(form, "ufs"),
    days_late_from: whole("days_late_from"),
    days_late_to: whole("days_late_to"),
    amount_from: amount(form, "amount_from"),
    amount_to: amount(form, "amount_to"),
    last_outcomes: checked(form, "last_outcomes"),
    contact: field(form, "contact").value,
  };
}

/**
 * @param {HTMLFormElement} form
 * @returns {Terms}
 */
export function readTerms(form) {
  /** @param {string} name */
  const value = (name) => Number(field(form, name).value);
  return {
    name: field(form, "name").value.trim(),
    mode: field(form, "mode").value,
    target: Math.round(value("target") * 1000) / 100_000,
    max_attempts: value("max_attempts"),
    ring_timeout_s: value("ring_timeout_s"),
    threshold_s: value("threshold_s"),
    wrap_up_s: value("wrap_up_s"),
    machines: field(form, "machines").value,
  };
}

/**
 * @param {HTMLFormElement} form
 * @param {Terms} terms
 */
export function writeTerms(form, terms) {
  field(form, "name").value = terms.name;
  field(form, "mode").value = terms.mode;
  field(form, "machines").value = terms.machines;
  field(form, "target").value = String(Math.round(terms.target * 100_000) / 1000);
  for (const name of NUMBERS) field(form, name).value = String(terms[name]);
}

/**
 * Creditor, portfolio and products are written by who knows the options.
 * @param {HTMLFormElement} form
 * @param {DebtorFilter} filter
 */
export function writeFilter(form, filter) {
  for (const name of RANGES) field(form, name).value = String(filter[name] ?? "");
  for (const name of AMOUNTS)
    field(form, name).value = filter[name]?.replace(".", ",") ?? "";
  field(form, "contact").value = filter.contact;
  for (const name of /** @type {const} */ (["ufs", "last_outcomes"])) {
    for (const box of form.querySelectorAll(`input[name=${name}]`)) {
      const input = /** @type {HTMLInputElement} */ (box);
      input.checked = filter[name].includes(input.value);
    }
  }
}

/**
 * Say beside each field what is wrong with it.
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} words
 * @returns {HTMLElement | undefined} the first field that is wrong
 */
export function markWrong(form, words) {
  const wrong = whatIsWrong(form, words);
  for (const name of ["name", "target", ...NUMBERS, ...RANGES, ...AMOUNTS]) {
    mark(form, name, wrong.get(name));
  }
  const [first] = wrong.keys();
  return first ? field(form, first) : undefined;
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string | undefined} text
 */
export function mark(form, name, text) {
  const input = field(form, name);
  const hint = one(form, `#${name}-hint`, HTMLElement);
  hint.textContent = text ?? hint.dataset.hint ?? "";
  hint.classList.toggle("trouble", text !== undefined);
  if (text === undefined) input.removeAttribute("aria-invalid");
  else input.setAttribute("aria-invalid", "true");
}

/**
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} words
 * @returns {Map<string, string>}
 */
function whatIsWrong(form, words) {
  const wrong = new Map();
  if (!field(form, "name").value.trim()) wrong.set("name", words.name_missing);
  for (const name of AMOUNTS) {
    const typed = amount(form, name);
    if (typed && !/^\d{1,12}(\.\d{1,2})?$/.test(typed)) wrong.set(name, words.no_amount);
  }
  for (const name of ["target", ...NUMBERS, ...RANGES]) {
    const input = /** @type {HTMLInputElement} */ (field(form, name));
    const empty = input.value === "" && !RANGES.includes(/** @type {any} */ (name));
    if (empty || !input.validity.valid) {
      const text = words.out_of_range.replace("{min}", input.min);
      wrong.set(name, text.replace("{max}", input.max));
    }
  }
  for (const [low, high] of [RANGES, AMOUNTS]) {
    const [from, to] = [low, high].map((name) => amountOf(field(form, name).value));
    if (from && to && Number(from) > Number(to)) wrong.set(high, words.crossed);
  }
  return wrong;
}
