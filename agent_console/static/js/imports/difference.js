/** The third step: what would change, in figures and with examples. */
import { number } from "../format.js";
import { byId, fill, one, put } from "../supervision/page.js";
import { label, made, row, words } from "./words.js";

/** @param {import("./words.js").Import} shown */
export function drawDifference(shown) {
  for (const place of document.querySelectorAll("[data-count]")) {
    const name = /** @type {keyof import("./words.js").Counts} */ (
      place.getAttribute("data-count") ?? "rows"
    );
    put(place, number(shown.counts?.[name] ?? 0));
  }
  byId("downloads").hidden = !shown.has_errors_file;
  for (const form of ["xlsx", "csv"])
    one(document, `#errors-${form}`, HTMLAnchorElement).href =
      `/api/v1/imports/${shown.id}/errors.${form}`;
  byId("notes").hidden = shown.notes.length === 0;
  byId("notes").replaceChildren(...shown.notes.map((note) => made("li", note)));
  byId("differences").replaceChildren(...(shown.diff ? parts(shown.diff) : []));
}

/** @param {import("./words.js").Diff} diff */
function parts(diff) {
  const made_ = Object.entries(diff.fields).flatMap(([code, changes]) =>
    table(
      `Muda ${label(code)}: ${number(changes.total)}`,
      ["Onde", "Devedor", "Agora", "Depois"],
      changes.examples.map((change) => [
        where(change.line, change.contract),
        change.name,
        made("del", change.old || words.empty),
        made("ins", change.new),
      ]),
      changes.total,
    ),
  );
  made_.push(...examples("Linhas novas, por exemplo", diff.new));
  made_.push(...examples("Linhas iguais, por exemplo", diff.same));
  const refused = diff.refused.map(([line, why]) => [where(line, null), why]);
  made_.push(...table("Linhas recusadas", ["Onde", "Por quê"], refused, refused.length));
  return made_;
}

/**
 * @param {string} title
 * @param {import("./words.js").Example[]} found
 */
const examples = (title, found) =>
  table(
    title,
    ["Onde", "Devedor", "Parcela", "Valor", "Vencimento"],
    found.map((one_) => [
      where(one_.line, one_.contract),
      one_.name,
      String(one_.instalment),
      one_.amount,
      one_.due_on,
    ]),
    found.length,
  );

/**
 * @param {string} title
 * @param {string[]} heads
 * @param {(string | Node)[][]} rows
 * @param {number} total
 * @returns {HTMLElement[]}
 */
function table(title, heads, rows, total) {
  if (rows.length === 0) return [];
  const head = made("tr");
  head.append(...heads.map((name) => made("th", name, { scope: "col" })));
  const top = made("thead");
  top.append(head);
  const body = made("tbody");
  body.append(...rows.map(row));
  const whole = made("table", "", { class: "list" });
  whole.append(top, body);
  const region = made("div", "", {
    class: "scroll",
    role: "region",
    "aria-label": title,
    tabindex: "0",
  });
  region.append(whole);
  const left = total - rows.length;
  const rest = left > 0 ? [made("p", fill(words.more, { count: number(left) }))] : [];
  return [made("h2", title), region, ...rest];
}

/**
 * @param {number} line
 * @param {string | null} contract
 */
const where = (line, contract) =>
  fill(words.line, { line: String(line) }) + (contract ? `, ${contract}` : "");
