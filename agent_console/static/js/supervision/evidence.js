/** What a verdict was seen by, in words. */
import { decimal } from "../format.js";
import { fill } from "./page.js";

/** @typedef {{speech?: [number, number][], tones?: [number, number, number][],
 *   text?: string, patterns?: string[], odds?: number | null}} Evidence */

/**
 * @param {Evidence} seen
 * @param {Record<string, string>} words
 * @returns {string[]} what there is, the most telling first
 */
export function evidence(seen, words) {
  const told = [];
  if (seen.text) told.push(fill(words.heard, { text: seen.text }));
  if (seen.patterns?.length) {
    told.push(fill(words.patterns, { patterns: seen.patterns.join("; ") }));
  }
  if (typeof seen.odds === "number" && seen.odds !== 0) {
    const side = seen.odds > 0 ? words.to_machine : words.to_person;
    told.push(fill(words.odds, { odds: decimal(Math.abs(seen.odds)), side }));
  }
  if (seen.tones?.length) {
    const tones = seen.tones.map(([hz, begin, end]) =>
      fill(words.tone, { hz: String(hz), seconds: decimal(end - begin) }),
    );
    told.push(fill(words.tones, { tones: tones.join(", ") }));
  }
  return [...told, spoken(seen.speech ?? [], words)];
}

/**
 * @param {[number, number][]} speech
 * @param {Record<string, string>} words
 */
function spoken(speech, words) {
  if (speech.length === 0) return words.silent;
  const seconds = speech.reduce((sum, [begin, end]) => sum + end - begin, 0);
  return fill(words.spoke, { seconds: decimal(seconds), count: String(speech.length) });
}
