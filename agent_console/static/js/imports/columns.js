/** The second step: what each column is taken to hold, for a person to confirm. */
import { api } from "../api.js";
import { byId, fill, one, put, say, told } from "../supervision/page.js";
import { fields, label, made, row, words } from "./words.js";

/** @typedef {import("./words.js").Import} Import */

const REQUIRED = ["contract", "document", "name", "amount", "due_on", "phone"];
const SEVERAL = ["document", "phone", "ddd", "score"];
const SURE = 0.8;
const PROBABLE = 0.5;

let drawnFor = "";

/** @param {Import} one_ */
export function drawColumns(one_) {
  const key = `${one_.id} ${one_.sheet}`;
  if (key === drawnFor) return; // what a person chose stays while the page is read again
  drawnFor = key;
  drawSheets(one_);
  byId("columns").replaceChildren(...one_.columns.map(drawnColumn));
  put(byId("mapping-trouble"), problems());
  const note = fill(words.saved_used, { name: one_.saved_mapping ?? "" });
  say(byId("note"), one_.saved_mapping ? note : "");
}

/** Draw them anew the next time. */
export const forgetColumns = () => {
  drawnFor = "";
};

/** @param {Import} one_ */
function drawSheets(one_) {
  byId("sheet-choice").hidden = one_.sheets.length < 2;
  byId("sheet").replaceChildren(
    ...one_.sheets.map((name) => {
      const option = made("option", name, { value: name });
      option.selected = name === one_.sheet;
      return option;
    }),
  );
}

/**
 * @param {import("./words.js").Column} column
 * @param {number} place
 */
function drawnColumn(column, place) {
  const choice = made("select", "", { "aria-label": column.header || `${place + 1}` });
  choice.append(made("option", words.not_read, { value: "" }));
  for (const [code, name] of Object.entries(fields))
    choice.append(made("option", name, { value: code }));
  choice.value = column.field ?? "";
  const certainty = made("span", certaintyOf(column));
  certainty.classList.toggle("doubt", !!column.field && column.confidence < SURE);
  choice.addEventListener("change", () => {
    put(certainty, choice.value ? words.chosen : "");
    certainty.classList.remove("doubt");
    put(byId("mapping-trouble"), problems());
  });
  const samples = made("span", column.samples.join(" · "), { class: "muted" });
  const line = row([column.header, choice, certainty, samples]);
  line.lastElementChild?.classList.add("samples");
  return line;
}

/** @param {import("./words.js").Column} column */
function certaintyOf({ field, confidence }) {
  if (!field) return "";
  if (confidence >= SURE) return words.certain;
  return confidence >= PROBABLE ? words.probable : words.guess;
}

/** @returns {(string | null)[]} */
function chosen() {
  const choices = document.querySelectorAll("#columns select");
  return [...choices].map(
    (choice) => (choice instanceof HTMLSelectElement && choice.value) || null,
  );
}

/** What is still to be said, in one sentence; empty when nothing is. */
function problems() {
  const now = chosen();
  const missing = REQUIRED.filter((code) => !now.includes(code));
  const repeated = Object.keys(fields).filter(
    (code) => !SEVERAL.includes(code) && now.filter((one_) => one_ === code).length > 1,
  );
  const said = [];
  if (missing.length) said.push(fill(words.missing, { fields: names(missing) }));
  if (repeated.length) said.push(fill(words.repeated, { fields: names(repeated) }));
  return said.join(" ");
}

/** @param {string[]} codes */
const names = (codes) => codes.map(label).join(", ");

/**
 * Send what was chosen; `current` is the import shown, `done` gets its new state.
 * @param {() => Import | undefined} current
 * @param {(one: Import) => void} done
 */
export function begin(current, done) {
  const sheet = one(document, "#sheet", HTMLSelectElement);
  const save = one(document, "#save", HTMLInputElement);
  sheet.addEventListener("change", () => {
    const id = current()?.id;
    put_(`/api/v1/imports/${id}/sheet`, { sheet: sheet.value }, done);
  });
  byId("mapping").addEventListener("submit", (event) => {
    event.preventDefault();
    const shown = current();
    if (!shown || problems()) {
      put(byId("mapping-trouble"), problems());
      document.querySelector("#columns select")?.scrollIntoView({ block: "nearest" });
      return;
    }
    const name = fill(words.mapping_name, { creditor: shown.creditor });
    const unique = `${name} (${shown.columns.length} col., ${shown.id.slice(-4)})`;
    const known = shown.saved_mapping ?? unique;
    const body = { fields: chosen(), save_as: save.checked ? known.slice(0, 80) : null };
    put_(`/api/v1/imports/${shown.id}/mapping`, body, done);
  });
}

/**
 * @param {string} path
 * @param {unknown} body
 * @param {(one: Import) => void} done
 */
async function put_(path, body, done) {
  try {
    say(byId("trouble"), "");
    done(await api.put(path, body));
  } catch (error) {
    say(byId("trouble"), told(error, words.unreachable));
  }
}
