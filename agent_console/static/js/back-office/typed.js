/** Amounts and percentages as people type them, and as the server takes them: as text. */

/** "1.234,56" as the server reads it. @param {string} text */
export const decimal = (text) =>
  text.includes(",") ? text.replaceAll(".", "").replace(",", ".") : text;

/**
 * A percentage as a fraction, digit by digit; what is no number stays as it is, for the
 * server to refuse.
 * @param {string} text - "1,5" @returns {string} "0.015"
 */
export function shareOf(text) {
  const given = decimal(text.trim());
  if (!/^\d+(\.\d+)?$/.test(given)) return given;
  return moved(given, -2);
}

/** A fraction as a percentage. @param {string} share - "0.015" @returns {string} "1,5" */
export const percentOf = (share) => moved(share, 2).replace(".", ",");

/** The number with its point elsewhere. @param {string} number @param {number} places */
function moved(number, places) {
  const [whole = "0", rest = ""] = number.split(".");
  const digits = `00${whole}${rest}00`;
  const point = 2 + whole.length + places;
  const before = digits.slice(0, point).replace(/^0+(?=\d)/, "");
  const after = digits.slice(point).replace(/0+$/, "");
  return after ? `${before}.${after}` : before;
}
