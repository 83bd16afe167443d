/**
 * The clock by which people are called. A demonstration runs on another day than this
 * machine: whatever is said of a debtor's time comes from the server's, never from here.
 */

let offsetMs = 0;

/** @param {string} iso - that clock, as the server tells it now */
export function setContactClock(iso) {
  offsetMs = Date.parse(iso) - Date.now();
}

/** @returns {number} milliseconds since 1970 */
export const contactNow = () => Date.now() + offsetMs;

/**
 * @param {number} instant - milliseconds since 1970
 * @param {string} zone - e.g. "America/Manaus"
 * @returns {{day: string, time: string}} as fields take them, on the clocks there
 */
export function localOf(instant, zone) {
  const at = new Date(instant);
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(at);
  const clock = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit" });
  const time = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, ...clock }).format(at);
  return { day, time };
}
