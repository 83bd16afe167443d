/**
 * One campaign: made from a filter with a live count, or changed. When somebody else
 * changed it meanwhile, the page says what and who, keeps all that was typed, and lets the
 * person choose.
 */
import { ApiProblem, api } from "../api.js";
import { number, percent } from "../format.js";
import {
  DEFAULT_TERMS,
  field,
  mark,
  markWrong,
  readFilter,
  readTerms,
  writeFilter,
  writeTerms,
} from "./filter-form.js";
import { inWords } from "./list-progress.js";
import { LiveCount } from "./live-count.js";
import { byId, fill, one, put, say, texts, told } from "./page.js";

/** @typedef {import("./filter-form.js").DebtorFilter} DebtorFilter */
/** @typedef {import("./filter-form.js").Terms} Terms */
/** @typedef {{id: string, status: string, size: number, version: number, terms: Terms,
 *   progress: import("./list-progress.js").Progress | null, trouble: string | null,
 *   filter: DebtorFilter}} Campaign */
/** @typedef {{id: string, name: string, portfolios: {id: string, name: string}[],
 *   products: string[]}} Creditor */

const FILLING_EVERY_MS = 1000;
const { statuses, words, form: say_, outcomes, machines } = texts();
const form = one(document, "#campaign", HTMLFormElement);
const id = form.dataset.id ?? "";
const count = new LiveCount(say_);
/** @type {Creditor[]} */
let creditors = [];
/** @type {Campaign | undefined} what the form was made from */
let base;
let key = newKey();
const asked = new URLSearchParams(location.search);

/** The same order sent twice is one campaign; a changed form is another order. */
function newKey() {
  const random = crypto.getRandomValues(new Uint32Array(4));
  return [...random].map((part) => part.toString(36)).join("-");
}

/**
 * @param {string} value
 * @param {string} text
 */
function option(value, text) {
  const made = document.createElement("option");
  made.value = value;
  made.textContent = text;
  return made;
}

function drawPortfolios() {
  const creditor = creditors.find((one) => one.id === field(form, "creditor").value);
  const portfolios = creditor?.portfolios ?? [];
  field(form, "portfolio").replaceChildren(
    option("", say_.all_portfolios),
    ...portfolios.map(({ id, name }) => option(id, name)),
  );
  drawProducts(creditor?.products ?? []);
}

/** @param {string[]} products */
function drawProducts(products) {
  const legend = one(form, "#products legend", HTMLElement);
  const boxes = products.map((product) => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", name: "products", value: product });
    label.append(box, ` ${product}`);
    return label;
  });
  const note = document.createElement("p");
  note.className = "muted";
  note.textContent = say_.no_products;
  one(form, "#products", HTMLElement).replaceChildren(
    legend,
    ...(boxes.length ? boxes : [note]),
  );
}

function tellChosen() {
  const filter = readFilter(form);
  put(byId("ufs-told"), filter.ufs.join(", ") || say_.all);
  const named = filter.last_outcomes.map((code) => outcomes[code]);
  put(byId("outcomes-told"), named.join(", ") || say_.any);
}

/** @param {Campaign} campaign */
function write(campaign) {
  base = campaign;
  field(form, "creditor").value = campaign.filter.creditor;
  drawPortfolios();
  field(form, "portfolio").value = campaign.filter.portfolio ?? "";
  for (const box of form.querySelectorAll("input[name=products]")) {
    const input = /** @type {HTMLInputElement} */ (box);
    input.checked = campaign.filter.products.includes(input.value);
  }
  writeFilter(form, campaign.filter);
  writeTerms(form, campaign.terms);
  tellChosen();
  tellList(campaign);
}

/**
 * What is in its list. While the worker fills it nothing is saved, and it is asked again.
 * @param {Campaign} campaign
 */
function tellList({ progress, size, trouble }) {
  put(byId("count"), progress ? inWords(progress, words) : number(size));
  put(byId("count-note"), progress ? say_.filling : (trouble ?? say_.exact));
  one(form, "#save", HTMLButtonElement).disabled = progress !== null;
  if (progress) setTimeout(lookAgain, FILLING_EVERY_MS);
}

async function lookAgain() {
  try {
    const now = await api.get(`/api/v1/campaigns/${id}`);
    if (base) base = { ...base, status: now.status, size: now.size };
    tellList(now);
  } catch {
    setTimeout(lookAgain, FILLING_EVERY_MS);
  }
}

async function begin() {
  ({ creditors } = await api.get("/api/v1/campaigns/options"));
  byId("no-creditors").hidden = creditors.length > 0;
  form.hidden = creditors.length === 0;
  field(form, "creditor").replaceChildren(
    ...creditors.map(({ id, name }) => option(id, name)),
  );
  if (id) {
    write(await api.get(`/api/v1/campaigns/${id}`));
    return;
  }
  writeTerms(form, DEFAULT_TERMS);
  choose("creditor", asked.get("creditor"));
  drawPortfolios();
  choose("portfolio", asked.get("portfolio"));
  if (creditors.length) count.ask(readFilter(form));
}

/**
 * Choose by name, as a link from an import does; what is not there changes nothing.
 * @param {string} list
 * @param {string | null} name
 */
function choose(list, name) {
  const found = [.../** @type {HTMLSelectElement} */ (field(form, list)).options];
  const option = found.find(({ text }) => text === name);
  if (option) option.selected = true;
}

/** @param {Event} event */
function changed(event) {
  const input = /** @type {HTMLElement} */ (event.target);
  key = newKey();
  if (input.id === "creditor") drawPortfolios();
  put(byId("saved"), "");
  if (input.closest("#whom")) {
    tellChosen();
    count.ask(readFilter(form));
  }
}

/** @param {number | undefined} version */
async function save(version) {
  const wrong = markWrong(form, say_);
  if (wrong) {
    wrong.focus();
    return;
  }
  const body = { terms: readTerms(form), filter: readFilter(form) };
  const button = one(form, "#save", HTMLButtonElement);
  button.disabled = true;
  try {
    if (version === undefined) {
      await api.post("/api/v1/campaigns", { ...body, key });
      location.assign("/campaigns");
      return;
    }
    write(await api.put(`/api/v1/campaigns/${id}`, { ...body, version }));
    byId("conflict").hidden = true;
    say(byId("trouble"), "");
    put(byId("saved"), say_.saved);
  } catch (error) {
    refused(error);
  }
  button.disabled = base?.status === "filling";
}

/** @param {unknown} error */
function refused(error) {
  if (error instanceof ApiProblem && error.code === "campaign_changed") {
    conflict(error.message, /** @type {any} */ (error.details.current));
    return;
  }
  say(byId("trouble"), told(error, words.unreachable));
  byId("trouble").scrollIntoView({ block: "nearest" });
  if (!(error instanceof ApiProblem)) return;
  for (const name of ["name", "target"]) {
    const text = error.of(`terms.${name}`);
    if (text) mark(form, name, text);
  }
}

/**
 * @param {string} text - who changed it
 * @param {Campaign} now
 */
function conflict(text, now) {
  put(byId("conflict-who"), text);
  byId("conflict-what").replaceChildren(...differences(now).map(listed));
  byId("conflict").hidden = false;
  byId("conflict").scrollIntoView({ block: "nearest" });
  byId("keep-mine").onclick = () => save(now.version);
  byId("take-theirs").onclick = () => {
    write(now);
    byId("conflict").hidden = true;
  };
  byId("keep-mine").focus();
}

/** @param {string} text */
function listed(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

/**
 * What others changed since this form was made, in words.
 * @param {Campaign} now
 * @returns {string[]}
 */
function differences(now) {
  if (!base) return [];
  const before = base;
  const told = /** @type {(keyof Terms)[]} */ (Object.keys(now.terms))
    .filter((name) => now.terms[name] !== before.terms[name])
    .map((name) => {
      const [was, is] = [shown(name, before.terms), shown(name, now.terms)];
      const label = say_[name === "target" ? "target_name" : name];
      return fill(say_.was, { field: label, before: was, after: is });
    });
  if (now.status !== before.status) {
    const [was, is] = [statuses[before.status], statuses[now.status]];
    told.push(fill(say_.was, { field: say_.status, before: was, after: is }));
  }
  if (JSON.stringify(now.filter) !== JSON.stringify(before.filter)) {
    const [was, is] = [number(before.size), number(now.size)];
    told.push(fill(say_.was, { field: say_.list, before: was, after: is }));
  }
  return told;
}

/**
 * @param {keyof Terms} name
 * @param {Terms} terms
 */
function shown(name, terms) {
  if (name === "target") return percent(terms.target);
  if (name === "mode") return words[terms.mode] ?? terms.mode;
  if (name === "machines") return machines[terms.machines] ?? terms.machines;
  return name === "name" ? `«${terms.name}»` : number(terms[name]);
}

form.addEventListener("input", changed);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  save(base?.version);
});
try {
  await begin();
} catch (error) {
  say(byId("trouble"), told(error, words.unreachable));
}
