/** The list of imports: who, when, what came of it. */
import { dateTime, number } from "../format.js";
import { byId } from "../supervision/page.js";
import { made, row, statuses } from "./words.js";

let drawn = "";

/**
 * @param {import("./words.js").Line[]} imports
 * @param {string} current - id of the one that is shown
 */
export function drawHistory(imports, current) {
  byId("no-imports").hidden = imports.length > 0;
  byId("history").hidden = imports.length === 0;
  const now = JSON.stringify([imports, current]);
  if (now === drawn) return; // focus stays where it is
  drawn = now;
  const focused = document.activeElement?.getAttribute("href");
  byId("imports").replaceChildren(...imports.map((line) => drawnLine(line, current)));
  if (focused?.startsWith("#")) {
    const again = document.querySelector(`#imports a[href="${focused}"]`);
    if (again instanceof HTMLElement) again.focus();
  }
}

/**
 * @param {import("./words.js").Line} line
 * @param {string} current
 */
function drawnLine(line, current) {
  const link = made("a", line.file_name, { href: `#${line.id}` });
  if (line.id === current) link.setAttribute("aria-current", "true");
  const { counts } = line;
  return row([
    link,
    `${line.creditor} / ${line.portfolio}`,
    statuses[line.status] ?? line.status,
    `${line.created_by}, ${dateTime(line.created_at)}`,
    counts ? number(counts.new) : "–",
    counts ? number(counts.changed) : "–",
    counts ? number(counts.refused) : "–",
  ]);
}
