/**
 * Money, dates and times as people in Brazil write them. Instants are shown in the
 * browser's zone unless one is given; money is a decimal string, never a float.
 */

const count = new Intl.NumberFormat("pt-BR");
const percentage = new Intl.NumberFormat("pt-BR", {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const tenths = new Intl.NumberFormat("pt-BR", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const reais = new Intl.NumberFormat("pt-BR", { style: "currency", currency: "BRL" });
const between = new Intl.RelativeTimeFormat("pt-BR", { numeric: "auto" });

/** @param {number} value @returns {string} 12345 -> "12.345" */
export const number = (value) => count.format(value);

/** @param {number} value @returns {string} 3.07 -> "3,1" */
export const decimal = (value) => tenths.format(value);

/** @param {number | null} share 0..1; null: unknown @returns {string} 0.031 -> "3,1%" */
export const percent = (share) => (share === null ? "–" : percentage.format(share));

/** @param {string} amount as the API gives it: "1234.56" @returns {string} "R$ 1.234,56" */
export const money = (amount) => reais.format(/** @type {any} */ (amount));

/**
 * @param {string} iso - an instant, or a date alone, which has no zone
 * @returns {string} "10/03/2026"
 */
export function date(iso) {
  const alone = /^\d{4}-\d{2}-\d{2}$/.test(iso);
  const options = /** @type {const} */ ({ dateStyle: "short" });
  return alone
    ? iso.split("-").reverse().join("/")
    : new Intl.DateTimeFormat("pt-BR", options).format(new Date(iso));
}

/**
 * @param {string} iso
 * @param {string} [zone] - e.g. "America/Manaus"
 * @returns {string} "14:05"
 */
export const time = (iso, zone) =>
  new Intl.DateTimeFormat("pt-BR", { timeStyle: "short", timeZone: zone }).format(
    new Date(iso),
  );

/**
 * @param {string} iso
 * @param {string} [zone]
 * @returns {string} "10/03/2026, 14:05"
 */
export const dateTime = (iso, zone) =>
  new Intl.DateTimeFormat("pt-BR", {
    dateStyle: "short",
    timeStyle: "short",
    timeZone: zone,
  }).format(new Date(iso));

/**
 * @param {number} seconds - of a call, a state
 * @returns {string} "4:07", "1:02:09"
 */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = String(whole % 60).padStart(2, "0");
  return hours > 0
    ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}`
    : `${minutes}:${tail}`;
}

/**
 * @param {string} iso
 * @param {number} [now] - milliseconds since 1970
 * @returns {string} "há 3 minutos", "em 2 dias"
 */
export function relative(iso, now = Date.now()) {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const [unit, size] = largestUnit(Math.abs(seconds));
  return between.format(Math.trunc(seconds / size), unit);
}

/**
 * @param {number} seconds
 * @returns {[Intl.RelativeTimeFormatUnit, number]}
 */
function largestUnit(seconds) {
  if (seconds >= 86400) return ["day", 86400];
  if (seconds >= 3600) return ["hour", 3600];
  if (seconds >= 60) return ["minute", 60];
  return ["second", 1];
}
