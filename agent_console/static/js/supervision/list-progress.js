/** How far the worker is with a campaign's list, in words and as a share. */
import { number } from "../format.js";
import { fill } from "./page.js";

/** @typedef {{debtors: number, total: number | null, stalled: boolean}} Progress */

/**
 * @param {Progress} progress
 * @param {Record<string, string>} words
 */
export function inWords({ debtors, total, stalled }, words) {
  if (stalled) return words.stalled;
  if (total === null) return words.finding;
  return fill(words.filled, { done: number(debtors), total: number(total) });
}

/**
 * Show it on a bar; without a total the bar only says that something goes on.
 * @param {HTMLProgressElement} bar
 * @param {Progress | null} progress
 */
export function onBar(bar, progress) {
  bar.hidden = progress === null || progress.stalled;
  if (progress?.total) bar.value = progress.debtors / progress.total;
  else bar.removeAttribute("value");
}
