/** What the page says, from the catalogue that the server put into it. */

const given = document.querySelector("#texts")?.textContent ?? "{}";

/** @type {Record<string, Record<string, string>>} */
export const words = JSON.parse(given);

/** @param {string | null | undefined} code @returns {string} what a pause is called */
export const pauseName = (code) =>
  words.pauses?.[code ?? ""] ?? words.pause_names?.[code ?? ""] ?? code ?? "";
