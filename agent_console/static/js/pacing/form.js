/**
 * The form of the pace as values, and back. The slider is the target: it moves every limit
 * that has the same share; stricter ones of other windows stay.
 */
import { percent } from "../format.js";
import { byId, one, put } from "../supervision/page.js";
import { limitsTold } from "./words.js";

/** @typedef {import("./words.js").Pace} Pace */
/** @typedef {import("./words.js").Limit} Limit */

const MOST_LIMITS = 4;
const DAY_S = 86_400;
/** @type {Limit[]} */
let limits = [];

/** @param {string} id */
const input = (id) => one(document, `#${id}`, HTMLInputElement);
const mode = one(document, "#mode", HTMLSelectElement);

/** @param {string} id @returns {number | null} */
const numberOf = (id) => (input(id).value === "" ? null : Number(input(id).value));

/** @param {number} percentage @returns {number} a share without the noise of floats */
const share = (percentage) => Math.round(percentage * 1000) / 100_000;

/** @param {Pace} pace */
export function write(pace) {
  limits = pace.limits.map((limit) => ({ ...limit }));
  mode.value = pace.mode;
  const plain = /** @type {const} */ ([
    "ratio",
    "countdown_s",
    "max_cps",
    "max_lines",
    "priority",
  ]);
  for (const id of plain) input(id).value = String(pace[id] ?? "");
  input("inbound_share").value = pace.inbound
    ? String(Math.round(pace.inbound.share * 1000) / 10)
    : "";
  input("inbound_within").value = String(pace.inbound?.within_s ?? "");
  input("scored").checked = pace.scored;
  input("target").value = String((limits[0]?.share ?? 0) * 100);
  draw();
}

/** @returns {Pace} */
export function read() {
  const inbound = numberOf("inbound_share");
  const ratio = mode.value === "ratio" ? numberOf("ratio") : null;
  return {
    mode: mode.value,
    limits,
    ratio,
    countdown_s: mode.value === "preview" ? numberOf("countdown_s") : null,
    max_cps: numberOf("max_cps"),
    max_lines: numberOf("max_lines"),
    inbound:
      inbound === null
        ? null
        : { share: share(inbound), within_s: numberOf("inbound_within") ?? 20 },
    scored: input("scored").checked,
    priority: numberOf("priority") ?? 0,
  };
}

/** @returns {HTMLInputElement | undefined} the first field that is wrong */
export function wrong() {
  const fields = document.querySelectorAll("#pace input");
  let first;
  for (const element of fields) {
    const field = /** @type {HTMLInputElement} */ (element);
    const lacks = field.id === "ratio" && mode.value === "ratio" && field.value === "";
    const bad = lacks || !field.validity.valid;
    field.setAttribute("aria-invalid", String(bad));
    if (!bad) field.removeAttribute("aria-invalid");
    else first ??= field;
  }
  return first;
}

export const ratio = () => (mode.value === "ratio" ? numberOf("ratio") : null);
export const target = () => limits[0]?.share ?? 0;

function draw() {
  put(byId("target-told"), percent(target()));
  put(byId("limits-told"), limitsTold(limits));
  byId("ratio-field").hidden = mode.value !== "ratio";
  byId("countdown-field").hidden = mode.value !== "preview";
  byId("add-limit").hidden = limits.length >= MOST_LIMITS;
  byId("limit-list").replaceChildren(...limits.map(row));
}

/** @param {Limit} limit @param {number} place */
function row(limit, place) {
  const model = one(document, "#limit-row", HTMLTemplateElement);
  const copy = /** @type {DocumentFragment} */ (model.content.cloneNode(true));
  const made = one(copy, "li", HTMLElement);
  const field = one(made, "[data-share]", HTMLInputElement);
  const window = one(made, "[data-window]", HTMLSelectElement);
  field.value = String(Math.round(limit.share * 10_000) / 100);
  const seconds = String(Math.round(limit.window_s));
  if (![...window.options].some((option) => option.value === seconds))
    window.add(new Option(`${limit.window_s / 3600} h`, seconds));
  window.value = seconds;
  field.onchange = () => {
    limits[place] = { ...limits[place], share: share(Number(field.value)) };
    input("target").value = String(target() * 100);
    draw();
  };
  window.onchange = () => {
    limits[place] = { ...limits[place], window_s: Number(window.value) };
    put(byId("limits-told"), limitsTold(limits));
  };
  const remove = one(made, "[data-remove]", HTMLButtonElement);
  remove.hidden = limits.length < 2;
  remove.onclick = () => {
    limits.splice(place, 1);
    draw();
    byId("add-limit").focus();
  };
  return made;
}

/** @param {() => void} changed */
export function listen(changed) {
  input("target").addEventListener("input", () => {
    const [before, now] = [target(), share(Number(input("target").value))];
    limits = limits.map((one) => (one.share === before ? { ...one, share: now } : one));
    draw();
    changed();
  });
  byId("add-limit").addEventListener("click", () => {
    limits.push({ share: target(), window_s: DAY_S });
    draw();
    changed();
  });
  byId("pace").addEventListener("input", changed);
  mode.addEventListener("change", draw);
}
