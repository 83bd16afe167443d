/** The floor as the campaign's pacer sees it now; a dash where it has no such figure. */
import { number, percent } from "../format.js";
import { byId, fill, put } from "../supervision/page.js";
import { all, windowName } from "./words.js";

const { words } = all;
const UNKNOWN = "–";

/** @param {Record<string, any>} picture */
export function drawPicture(picture) {
  for (const place of byId("picture").querySelectorAll("[data-figure]")) {
    const name = /** @type {HTMLElement} */ (place).dataset.figure ?? "";
    put(place, figure(name, picture[name]));
  }
  drawRates(picture.rates ?? []);
}

/** Nothing is decided now. */
export const clearPicture = () => drawPicture({});

/**
 * @param {string} name
 * @param {number | null | undefined} value
 */
function figure(name, value) {
  if (value === null || value === undefined) return UNKNOWN;
  if (name === "risk") return percent(value);
  return number(Math.round(value * 10) / 10);
}

/** @param {[number, number, number][]} rates - window, limit, share so far */
function drawRates(rates) {
  const place = byId("rates");
  const lines = rates.map(([window_s, limit, share]) =>
    fill(share > limit ? words.rate_over : words.rate, {
      window: windowName(window_s),
      rate: percent(share),
      limit: percent(limit),
    }),
  );
  put(place, lines.join("\n") || UNKNOWN);
  place.classList.toggle(
    "over",
    rates.some(([, limit, share]) => share > limit),
  );
}
