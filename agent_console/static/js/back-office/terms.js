/** Contract terms: filled in from a version, tried on one debt, registered. */

import { api } from "../api.js";
import { money } from "../format.js";
import { asked, one, say, words } from "./asking.js";
import { made } from "./drawing.js";
import { percentOf, shareOf } from "./typed.js";

const form = /** @type {HTMLFormElement} */ (one("#terms"));
const TROUBLE = "#terms-trouble";
const SENT = { form, where: TROUBLE };
const SHARES = ["rate", "before"];

/** @param {string} name @returns {any} a field, or the fields of one name */
const field = (name) => form.elements.namedItem(name);

/** @param {string} name */
const typed = (name) => String(field(name).value).trim();

/** Show what the chosen kind of interest needs. */
function fit() {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (
    form.querySelectorAll("[data-of]")
  ))
    part.hidden = !part.dataset.of?.split(" ").includes(field("kind").value);
}

/** @param {any} terms - as the server keeps them */
function fill(terms) {
  const { interest, order } = terms;
  field("fine").value = percentOf(terms.fine);
  field("kind").value = interest.kind;
  for (const name of SHARES)
    field(name).value = interest[name] ? percentOf(interest[name]) : "";
  field("day_count").value = interest.day_count ?? "30";
  field("correction").value = terms.correction ?? "";
  field("grace_days").value = terms.grace_days;
  field("bank_days").checked = terms.bank_days;
  field("holidays").value = terms.holidays.join(", ");
  field("cap").value = terms.cap === null ? "" : percentOf(terms.cap);
  field("revolving").checked = terms.revolving;
  field("source").value = terms.source;
  field("impute_by").value = terms.impute_by;
  for (const [place, select] of field("order").entries()) select.value = order[place];
  fit();
}

/** Interest as chosen; only what its kind has. */
function interest() {
  const kind = field("kind").value;
  if (kind === "none") return { kind };
  if (kind === "legal") return { kind, before: shareOf(typed("before")) };
  const rate = shareOf(typed("rate"));
  return kind === "daily"
    ? { kind, rate }
    : { kind, rate, day_count: field("day_count").value };
}

/** All of the form as the server takes it. */
function given() {
  const holidays = typed("holidays").split(",");
  return {
    portfolio: typed("portfolio") || null,
    product: typed("product") || null,
    contract: typed("contract") || null,
    terms: {
      fine: shareOf(typed("fine")) || "0",
      interest: interest(),
      correction: typed("correction") || null,
      grace_days: Number(typed("grace_days")),
      bank_days: field("bank_days").checked,
      holidays: holidays.map((day) => day.trim()).filter(Boolean),
      cap: shareOf(typed("cap")) || null,
      revolving: field("revolving").checked,
      order: [...field("order")].map((select) => select.value),
      impute_by: field("impute_by").value,
      source: typed("source"),
    },
  };
}

/** @param {string} name @param {string} now @param {string} then */
function row(name, now, then) {
  const head = made("th", name);
  head.setAttribute("scope", "row");
  return made("tr", "", head, made("td", money(now)), made("td", money(then)));
}

/** @param {any} told */
function draw({ now, then, holds }) {
  const heads = [words.terms_what, words.terms_now, words.terms_then].map((text) => {
    const head = made("th", text);
    head.setAttribute("scope", "col");
    return head;
  });
  const accounts = [...field("order")[0].options];
  const rows = accounts.map(({ value, text }) =>
    row(text, now.owed[value], then.owed[value]),
  );
  const table = made(
    "table",
    "",
    made("thead", "", made("tr", "", ...heads)),
    made("tbody", "", ...rows, row(words.terms_total, now.total, then.total)),
  );
  table.className = "list";
  const scroll = made("div", "", table);
  Object.assign(scroll, { className: "scroll", role: "group", tabIndex: 0 });
  scroll.setAttribute("aria-label", words.terms_look);
  const lines = then.lines.map((/** @type {any} */ line) =>
    made("li", `${line.instalment}: ${money(line.amount)}, ${line.text}`),
  );
  const how = lines.length
    ? [made("p", words.terms_lines), made("ul", "", ...lines)]
    : [made("p", words.terms_no_lines)];
  const place = one("#terms-compared");
  place.replaceChildren(...(holds ? [] : [made("p", words.terms_not_its)]), scroll, ...how);
  place.hidden = false;
}

async function look() {
  one("#terms-compared").hidden = true;
  const body = { ...given(), debt: typed("debt"), on: typed("on") };
  const told = await asked(() => api.post(`${form.dataset.at}/preview`, body), SENT);
  if (told) draw(told);
}

async function save() {
  const told = await asked(() => api.post(String(form.dataset.at), given()), SENT);
  if (told) location.reload();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = /** @type {SubmitEvent} */ (event).submitter;
  const saves = button instanceof HTMLButtonElement && button.value === "save";
  return saves ? save() : look();
});
field("kind").addEventListener("change", fit);
document.querySelector("#terms-versions")?.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("button");
  if (!(button instanceof HTMLButtonElement) || !button.dataset.terms) return;
  const version = JSON.parse(button.dataset.terms);
  field("portfolio").value = version.portfolio_id ?? "";
  field("product").value = version.product ?? "";
  field("contract").value = version.contract ?? "";
  fill(version.terms);
  say(TROUBLE, "");
  /** @type {HTMLDetailsElement} */ (one("#terms-new")).open = true;
  field("fine").focus();
});
fill(JSON.parse(String(form.dataset.usual)));
