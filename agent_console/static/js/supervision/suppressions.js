/** Who must not be contacted: the ledger with its filters, what is entered and lifted. */
import { api } from "../api.js";
import { dateTime } from "../format.js";
import { free, singleKeys, writes } from "../shortcuts.js";
import { byId, fill, one, put, say, texts, told } from "./page.js";
import { Entering, Lifting } from "./suppressing.js";

/** @typedef {{id: string, title: string, debtor: string | null, whom: string | null,
 *   telephone: string | null, creditor: string | null, debt: string | null,
 *   means: string | null, origin: string, by: string | null, proof: string | null,
 *   since: string, until: string | null, stands: boolean}} Line */

const ZONE = "America/Sao_Paulo";
const FEWEST = 3; // characters of a name
const { words, means, origins } = texts();
const form = one(document, "#filters", HTMLFormElement);
const whom = one(document, "#whom", HTMLInputElement);
const entering = new Entering(words);
const lifting = new Lifting(words);
/** @type {AbortController | undefined} */
let asking;
let last = "";

/** Who somebody is goes into no address: those are logged, and kept by browsers. */
function sought() {
  const asked = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
  const typed = whom.value.trim();
  return typed ? { ...asked, whom: typed } : asked;
}

/** @param {boolean} on - further, below what is shown */
async function load(on) {
  asking?.abort();
  const typed = whom.value.trim();
  if (typed && typed.length < FEWEST) {
    say(byId("trouble"), words.whom_short);
    return;
  }
  asking = new AbortController();
  const { signal } = asking;
  const body = on ? { ...sought(), before: last } : sought();
  try {
    const address = "/api/v1/compliance/suppressions/search";
    const { lines, more } = await api.post(address, body, { signal });
    draw(lines, on);
    byId("more").hidden = !more;
    say(byId("trouble"), "");
  } catch (error) {
    if (!signal.aborted) say(byId("trouble"), told(error, words.unreachable));
  }
}

/** @param {Line[]} lines @param {boolean} on */
function draw(lines, on) {
  const body = one(document, "#list tbody", HTMLElement);
  if (!on) body.replaceChildren();
  body.append(...lines.map(rowOf));
  last = lines.at(-1)?.id ?? last;
  const nothing = body.children.length === 0;
  const { reason, state, whom: typed } = /** @type {any} */ (sought());
  const filtered = reason || typed || state === "over";
  byId("list").hidden = nothing;
  say(byId("none"), nothing ? (filtered ? words.none_found : words.none) : "");
}

/** @param {Line} line */
function rowOf(line) {
  const model = one(document, "#row", HTMLTemplateElement);
  const copy = /** @type {DocumentFragment} */ (model.content.cloneNode(true));
  const row = one(copy, "tr", HTMLElement);
  row.classList.toggle("over", !line.stands);
  cell(row, "who", ...whoOf(line));
  cell(row, "reason", line.title);
  cell(row, "scope", scopeOf(line));
  cell(row, "proof", line.proof ?? "–");
  const by = line.by ?? origins[line.origin] ?? line.origin;
  cell(row, "entered", dateTime(line.since, ZONE), fill(words.by, { by }));
  cell(row, "ends", endOf(line));
  offerLift(row, line);
  return row;
}

/**
 * @param {HTMLElement} row
 * @param {string} name
 * @param {string} text
 * @param {string} [more] - below, in small
 */
function cell(row, name, text, more) {
  const place = one(row, `[data-cell=${name}]`, HTMLElement);
  put(place, text);
  if (!more) return;
  const small = document.createElement("small");
  small.textContent = more;
  place.append(small);
}

/** @param {Line} line @returns {[string, string]} */
function whoOf(line) {
  if (line.whom) return [line.whom, line.telephone ?? ""];
  return [line.telephone ?? "–", words.number_of_all];
}

/** @param {Line} line */
function scopeOf(line) {
  const parts = [
    line.creditor,
    line.debt && words.only_debt,
    line.means && (means[line.means] ?? line.means),
  ];
  return parts.filter(Boolean).join(", ") || words.everything;
}

/** @param {Line} line */
function endOf(line) {
  if (line.until === null) return words.never;
  const at = dateTime(line.until, ZONE);
  return line.stands ? at : fill(words.is_over, { at });
}

/** @param {HTMLElement} row @param {Line} line */
function offerLift(row, line) {
  const button = one(row, ".lift", HTMLButtonElement);
  button.hidden = !line.stands;
  const named = { title: line.title, who: whoOf(line)[0] };
  button.setAttribute("aria-label", fill(words.lift_of, named));
  button.onclick = async () => {
    const done = await lifting.ask(line.id, fill(words.lift_whose, named));
    if (done) await again(done);
    (button.isConnected ? button : byId("add")).focus();
  };
}

/** @param {string} done - what was done */
async function again(done) {
  await load(false);
  say(byId("done"), done);
}

async function enter() {
  const done = await entering.ask();
  if (done) await again(done);
  byId("add").focus();
}

form.addEventListener("change", () => load(false));
form.addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", () => load(true));
byId("add").addEventListener("click", enter);
document.addEventListener("keydown", (event) => {
  if (!singleKeys() || !free(event) || writes(event.target)) return;
  if (event.key === "/") {
    event.preventDefault();
    whom.focus();
  } else if (event.key.toLowerCase() === "n") {
    event.preventDefault();
    enter();
  }
});
load(false);
