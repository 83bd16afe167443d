/** Who set what, when, and what the campaign did until the next change. */
import { api } from "../api.js";
import { dateTime, duration, number, percent } from "../format.js";
import { byId, fill, one } from "../supervision/page.js";
import { all, fieldName, shown } from "./words.js";

/** @typedef {{at: string, by: string | null, what: Record<string, [any, any]>,
 *   seconds: number, calls: number, talk_s: number,
 *   rate: {abandoned: number, answered: number, share: number | null}}} Change */

const { words } = all;

/** @param {string} base - of the campaign's addresses */
export async function drawHistory(base) {
  const { changes } = await api.get(`${base}/changes`);
  byId("no-history").hidden = changes.length > 0;
  byId("history").hidden = changes.length === 0;
  one(document, "#history tbody", HTMLElement).replaceChildren(...changes.map(row));
}

/** @param {Change} change */
function row(change) {
  const made = document.createElement("tr");
  const who = change.by ?? words.by_command;
  const texts = [dateTime(change.at), who, what(change), effect(change)];
  for (const text of texts) {
    const cell = document.createElement("td");
    cell.textContent = text;
    made.append(cell);
  }
  return made;
}

/** @param {Change} change */
const what = (change) =>
  Object.entries(change.what)
    .map(([name, [was, now]]) =>
      fill(words.conflict_field, {
        field: fieldName(name),
        before: shown(name, was),
        after: shown(name, now),
      }),
    )
    .join("; ");

/** @param {Change} change */
function effect({ seconds, calls, rate, talk_s }) {
  const held = duration(seconds);
  if (calls === 0) return fill(words.effect_none, { held });
  return fill(words.effect, {
    calls: number(calls),
    answered: number(rate.answered),
    rate: percent(rate.share),
    talk: number(Math.round((talk_s / Math.max(seconds, 1)) * 60)),
    held,
  });
}
