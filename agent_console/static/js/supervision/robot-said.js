/** What was said in a conversation with the URA, as lines to read. */
import { fill } from "./page.js";

/** @typedef {{number: number, asked: string, kind: string, hypothesis: string,
 *   outcome: string}} Said */

/**
 * @param {Said[]} turns
 * @param {Record<string, string>} words
 */
export const linesOf = (turns, words) =>
  turns.flatMap((turn) => [
    ...(turn.asked ? [line(words.robot_said, turn.asked)] : []),
    line(words.caller_said, answer(turn, words)),
  ]);

/**
 * @param {Said} turn
 * @param {Record<string, string>} words
 */
function answer({ kind, hypothesis, outcome }, words) {
  if (kind === "silence") return words.silent;
  return outcome ? hypothesis : fill(words.not_understood, { said: hypothesis });
}

/**
 * @param {string} who
 * @param {string} text
 */
function line(who, text) {
  const item = document.createElement("li");
  const name = document.createElement("strong");
  name.textContent = `${who}: `;
  item.append(name, text);
  return item;
}
