/** The calculator: each form asks again whenever a figure of it changes. */
import { api } from "../api.js";
import { number, percent } from "../format.js";
import { byId, fill, one, put, say, texts, told } from "./page.js";

/** @typedef {{agents: number, occupancy: number, waits: number, answered_within: number,
 *   mean_wait_s: number | null, abandons: number | null}} Plan */

const AFTER_MS = 300;
const FEW = 10;
const { words, unreachable } = texts();

/** @param {number} value */
const rough = (value) => number(Math.round(value * 10) / 10);

/** @type {Record<string, (found: any, form: HTMLFormElement) => string>} */
const ANSWERS = {
  inbound(found, form) {
    draw(form, found.agents, found.plans);
    if (found.agents === null) return words.inbound_never;
    const plan = found.plans.find((/** @type {Plan} */ one) => one.agents === found.agents);
    return fill(words.inbound_enough, {
      agents: number(found.agents),
      answered: percent(plan?.answered_within ?? 1),
      within: value(form, "within_s"),
      occupancy: percent(plan?.occupancy ?? 0),
    });
  },
  outbound(found, form) {
    const best = fill(words.outbound_best, {
      occupancy: percent(found.occupancy),
      talks: number(Math.round(found.talks_per_hour)),
      blind: percent(found.blind),
    });
    return Number(value(form, "agents")) < FEW ? `${best} ${words.outbound_few}` : best;
  },
  lines(found) {
    if (found.lines === null) return words.lines_never;
    const { lines, blocked } = found;
    return fill(words.lines_enough, { lines: number(lines), blocked: percent(blocked) });
  },
};

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
const value = (form, name) => one(form, `[name=${name}]`, HTMLInputElement).value;

/**
 * @param {HTMLFormElement} form
 * @param {number | null} enough
 * @param {Plan[]} plans
 */
function draw(form, enough, plans) {
  const table = one(form, "table", HTMLTableElement);
  table.hidden = plans.length === 0;
  const rows = plans.map((plan) => {
    const row = document.createElement("tr");
    row.classList.toggle("enough", plan.agents === enough);
    row.append(...cells(plan).map(cell));
    return row;
  });
  one(table, "tbody", HTMLElement).replaceChildren(...rows);
}

/** @param {Plan} plan */
const cells = (plan) => [
  number(plan.agents),
  percent(plan.occupancy),
  percent(plan.waits),
  percent(plan.answered_within),
  plan.mean_wait_s === null ? words.grows : `${rough(plan.mean_wait_s)} s`,
  percent(plan.abandons),
];

/** @param {string} text */
function cell(text) {
  const made = document.createElement("td");
  made.textContent = text;
  return made;
}

/** @param {HTMLFormElement} form @returns {string | null} null: a figure is wrong */
function query(form) {
  const asked = new URLSearchParams();
  let right = true;
  for (const field of form.querySelectorAll("input")) {
    if (field.validity.valid) field.removeAttribute("aria-invalid");
    else field.setAttribute("aria-invalid", "true");
    right &&= field.validity.valid;
    if (field.value === "") continue;
    const share = field.dataset.kind === "percent";
    asked.set(field.name, share ? String(Number(field.value) / 100) : field.value);
  }
  return right ? asked.toString() : null;
}

/** @param {HTMLFormElement} form */
async function ask(form) {
  const plan = form.dataset.plan ?? "";
  const place = one(form, "[data-answer]", HTMLElement);
  const asked = query(form);
  if (asked === null) {
    put(place, words.wrong);
    return;
  }
  try {
    const found = await api.get(`/api/v1/staffing/${plan}?${asked}`);
    if (asked === query(form)) put(place, ANSWERS[plan](found, form));
    say(byId("trouble"), "");
  } catch (error) {
    say(byId("trouble"), told(error, unreachable));
  }
}

for (const form of document.querySelectorAll("form[data-plan]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  /** @type {number | undefined} */
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => ask(form), AFTER_MS);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  ask(form);
}
