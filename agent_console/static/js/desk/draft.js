/**
 * What was written of a call and not saved yet, kept in this browser for its author: over
 * a reload, and over a page that was closed. It is about people, so it goes when it is
 * recorded, when its author logs out, when somebody else comes in, and after a day.
 * @typedef {import("./contracts.js").Draft} Draft
 */

const PREFIX = "acordo:draft:";
const KEPT = 20; // calls; the oldest are forgotten first
const KEPT_MS = 24 * 3_600_000;

/** Whose drafts: everybody's before a login. */
function own() {
  /** @type {HTMLElement | null} */
  const door = document.querySelector("#login-again");
  const login = door?.dataset.login;
  return login ? `${PREFIX}${encodeURIComponent(login)}:` : PREFIX;
}

/** @param {string} key @returns {{at: number, draft: Partial<Draft>} | null} */
function kept(key) {
  try {
    const { at, draft } = JSON.parse(localStorage.getItem(key) ?? "{}");
    return Date.now() - at < KEPT_MS ? { at, draft } : null;
  } catch {
    return null;
  }
}

/** @returns {string[]} */
function keys() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return []; // a browser that keeps nothing
  }
}

/** @param {string} call @returns {Partial<Draft>} */
export function loadDraft(call) {
  return kept(own() + call)?.draft ?? {};
}

/**
 * @param {string} call
 * @param {Draft} draft
 */
export function keepDraft(call, draft) {
  try {
    localStorage.setItem(own() + call, JSON.stringify({ at: Date.now(), draft }));
  } catch {
    return; // no room: the page itself still holds it
  }
  // ids of calls sort by the time of their making
  for (const key of keys().sort().slice(0, -KEPT)) localStorage.removeItem(key);
}

/** @param {string} call */
export function dropDraft(call) {
  try {
    localStorage.removeItem(own() + call);
  } catch {
    // a browser that keeps nothing
  }
}

/** Forget what is too old, and what somebody else wrote who did not log out. */
export function dropOldDrafts() {
  const mine = own();
  for (const key of keys())
    if (!key.startsWith(mine) || !kept(key)) localStorage.removeItem(key);
}

/** Forget all: its author goes. */
export function dropDrafts() {
  for (const key of keys()) localStorage.removeItem(key);
}
