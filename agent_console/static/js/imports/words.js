/** The words of the page, and small makers of elements. */
import { texts } from "../supervision/page.js";

/** @typedef {{new: number, changed: number, same: number, repeated: number,
 *   refused: number, new_debtors: number, new_points: number, rows: number,
 *   accepted: number, warnings: number}} Counts */
/** @typedef {{header: string, field: string | null, confidence: number,
 *   samples: string[]}} Column */
/** @typedef {{line: number, contract: string | null, name: string, old: string,
 *   new: string}} Change */
/** @typedef {{line: number, contract: string, name: string, instalment: number,
 *   amount: string, due_on: string}} Example */
/** @typedef {{fields: Record<string, {total: number, examples: Change[]}>,
 *   new: Example[], same: Example[], refused: [number, string][]}} Diff */
/** @typedef {{phase: string, rows: number, total_rows: number, share: number,
 *   rate: number, left_s: number | null}} Progress */
/** @typedef {{check: boolean, apply: boolean, undo: boolean, retry: boolean,
 *   discard: boolean}} Possible */
/** @typedef {{id: string, status: string, created_by: string, created_at: string,
 *   creditor: string, portfolio: string, file_name: string, file_bytes: number,
 *   counts: Counts | null, progress: Progress | null, queued: boolean,
 *   stalled: boolean, trouble: string | null, has_errors_file: boolean,
 *   applied_at: string | null, applied_by: string | null, undone_at: string | null,
 *   undone_by: string | null, possible: Possible}} Line */
/** @typedef {Line & {form: string | null, sheet: string | null, sheets: string[],
 *   columns: Column[], missing: string[], repeated: string[],
 *   saved_mapping: string | null, action: string | null, diff: Diff | null,
 *   notes: string[], fingerprint: string | null, base_changed: boolean}} Import */

const found = texts();
/** @type {Record<string, string>} */
export const words = found.words;
/** @type {Record<string, string>} */
export const fields = found.words.fields;
/** @type {Record<string, string>} */
export const statuses = found.statuses;

/** Name of a field or of what else may change.
 * @param {string} code
 */
export const label = (code) => fields[code] ?? words[code] ?? code;

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} [text]
 * @param {Record<string, string>} [attributes]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function made(tag, text = "", attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/**
 * @param {(string | Node)[]} cells
 * @returns {HTMLTableRowElement}
 */
export function row(cells) {
  const line = made("tr");
  cells.forEach((cell, place) => {
    const element = place === 0 ? made("th", "", { scope: "row" }) : made("td");
    element.append(cell);
    line.append(element);
  });
  return line;
}
