/** Who set what, when, and the campaign's figures before it and after it. */
import { api } from "../api.js";
import { dateTime, duration, number, percent } from "../format.js";
import { byId, fill, one } from "../supervision/page.js";
import { all, fieldName, shown } from "./words.js";

/** @typedef {{seconds: number, calls: number, occupancy: number | null,
 *   rate: {abandoned: number, answered: number, share: number | null}}} Effect */
/** @typedef {{id: string, at: string, by: string | null, what: Record<string, [any, any]>,
 *   before: Effect | null, after: Effect | null}} Change */

const { words } = all;

/** @param {string} base - of the campaign's addresses */
export async function drawHistory(base) {
  const page = await api.get(`${base}/changes`);
  byId("no-history").hidden = page.changes.length > 0;
  byId("history").hidden = page.changes.length === 0;
  byId("history-hint").hidden = page.changes.length === 0;
  body().replaceChildren();
  append(base, page);
}

const body = () => one(document, "#history tbody", HTMLElement);

/**
 * @param {string} base
 * @param {{changes: Change[], more: boolean}} page
 */
function append(base, { changes, more }) {
  body().append(...changes.map(row));
  const older = byId("older-changes");
  older.hidden = !more;
  older.onclick = async () => {
    append(base, await api.get(`${base}/changes?before=${changes.at(-1)?.id}`));
  };
}

/** @param {Change} change */
function row(change) {
  const made = document.createElement("tr");
  const sides = [change.before, change.after].map(effect);
  for (const text of [dateTime(change.at), who(change), what(change), ...sides]) {
    const cell = document.createElement("td");
    cell.className = "text";
    cell.textContent = text;
    made.append(cell);
  }
  return made;
}

/** @param {Change} change */
const who = ({ by, what: { status } }) =>
  by ?? (status?.[1] === "finished" ? words.by_itself : words.by_command);

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

/** @param {Effect | null} side */
function effect(side) {
  if (side === null) return words.effect_rest;
  return fill(words.effect, {
    rate: percent(side.rate.share),
    occupancy: percent(side.occupancy),
    calls: number(side.calls),
    answered: number(side.rate.answered),
    held: duration(side.seconds),
  });
}
