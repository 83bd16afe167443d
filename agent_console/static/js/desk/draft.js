/**
 * What was written of a call and not saved yet, kept over a reload of the page.
 * @typedef {import("./contracts.js").Draft} Draft
 */

const PREFIX = "acordo:draft:";
const KEPT = 20; // calls; the oldest are forgotten first

/** @param {string} call @returns {Partial<Draft>} */
export function loadDraft(call) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + call) ?? "{}");
  } catch {
    return {};
  }
}

/**
 * @param {string} call
 * @param {Draft} draft
 */
export function keepDraft(call, draft) {
  dropDraft(call);
  try {
    sessionStorage.setItem(PREFIX + call, JSON.stringify(draft));
  } catch {
    return; // no room: the page itself still holds it
  }
  const mine = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  // ids of calls sort by the time of their making
  for (const key of mine.sort().slice(0, -KEPT)) sessionStorage.removeItem(key);
}

/** @param {string} call */
export function dropDraft(call) {
  sessionStorage.removeItem(PREFIX + call);
}
