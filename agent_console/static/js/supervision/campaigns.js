/**
 * The list of campaigns: start, pause, stop. What hurts is asked first; what was done can
 * be undone for a moment. The list is read again every few seconds, and rows are patched.
 */
import { api } from "../api.js";
import { number, percent, relative } from "../format.js";
import { inWords, onBar } from "./list-progress.js";
import { byId, fill, one, put, say, texts, told } from "./page.js";

/** @typedef {{id: string, status: string, creditor: string, size: number, version: number,
 *   progress: import("./list-progress.js").Progress | null, trouble: string | null,
 *   changed_at: string | null, changed_by: string | null,
 *   terms: {name: string, mode: string, target: number}}} Campaign */
/** @typedef {"start" | "pause" | "stop"} Verb */

const EVERY_MS = 5000;
const FILLING_EVERY_MS = 1000;
const UNDO_MS = 12_000;
/** @type {Record<string, Verb[]>} */
const POSSIBLE = {
  filling: ["stop"],
  draft: ["start", "stop"],
  running: ["pause", "stop"],
  paused: ["start", "stop"],
  stopped: ["start"],
  finished: [],
};
/** @type {Record<string, Verb | undefined>} what brings a status back */
const BACK = { running: "start", paused: "pause", stopped: "stop" };

const { statuses, words } = texts();
/** @type {Map<string, HTMLElement>} */
const rows = new Map();
/** @type {number | undefined} */
let hiding;
let filling = false;

async function refresh() {
  try {
    const { campaigns } = await api.get("/api/v1/campaigns");
    draw(campaigns);
    filling = campaigns.some((/** @type {Campaign} */ one) => one.status === "filling");
    say(byId("trouble"), "");
  } catch (error) {
    say(byId("trouble"), told(error, words.unreachable));
  }
  byId("loading").hidden = true;
}

/** @param {Campaign[]} campaigns */
function draw(campaigns) {
  byId("no-campaigns").hidden = campaigns.length > 0;
  byId("campaigns").hidden = campaigns.length === 0;
  const body = one(document, "#campaigns tbody", HTMLElement);
  for (const campaign of campaigns) {
    const row = rows.get(campaign.id) ?? made(campaign.id);
    drawRow(row, campaign);
    if (!row.isConnected) body.append(row);
  }
}

/** @param {string} id */
function made(id) {
  const model = one(document, "#campaign-row", HTMLTemplateElement);
  const row = one(
    /** @type {DocumentFragment} */ (model.content.cloneNode(true)),
    "tr",
    HTMLElement,
  );
  rows.set(id, row);
  return row;
}

/**
 * @param {HTMLElement} row
 * @param {Campaign} campaign
 */
function drawRow(row, campaign) {
  const { terms } = campaign;
  const link = one(row, "[data-name]", HTMLAnchorElement);
  put(link, terms.name);
  link.href = `/campaigns/${campaign.id}`;
  const status = one(row, "[data-status]", HTMLElement);
  put(status, statuses[campaign.status] ?? campaign.status);
  status.dataset.status = campaign.status;
  put(one(row, "[data-creditor]", HTMLElement), campaign.creditor);
  drawSize(row, campaign);
  const mode = one(row, "[data-mode]", HTMLAnchorElement);
  put(mode, words[terms.mode] ?? terms.mode);
  mode.href = `/campaigns/${campaign.id}/pacing`;
  put(one(row, "[data-target]", HTMLElement), percent(terms.target));
  put(one(row, "[data-changed]", HTMLElement), changed(campaign));
  for (const button of row.querySelectorAll("button")) {
    const verb = /** @type {Verb} */ (button.dataset.do);
    const hasList = verb !== "start" || campaign.size > 0;
    button.hidden = !hasList || !POSSIBLE[campaign.status]?.includes(verb);
    button.onclick = () => ask(verb, campaign);
    button.setAttribute("aria-label", `${button.textContent?.trim()} ${terms.name}`);
  }
}

/**
 * How many debtors; how far it is while they are put together; why there are none.
 * @param {HTMLElement} row
 * @param {Campaign} campaign
 */
function drawSize(row, { size, progress, trouble }) {
  const shown = progress ? inWords(progress, words) : size ? number(size) : words.no_list;
  put(one(row, "[data-size]", HTMLElement), shown);
  onBar(one(row, "progress", HTMLProgressElement), progress);
  say(one(row, "[data-trouble]", HTMLElement), trouble ?? "");
}

/** @param {Campaign} campaign */
function changed(campaign) {
  if (!campaign.changed_at) return "";
  const who = campaign.changed_by ?? words.by_command;
  return fill(words.changed, { when: relative(campaign.changed_at), who });
}

/**
 * @param {Verb} verb
 * @param {Campaign} campaign
 */
async function ask(verb, campaign) {
  const { name } = campaign.terms;
  const asksFirst = verb === "stop" || (verb === "start" && campaign.status === "draft");
  const what = campaign.status === "filling" ? "stop_filling" : verb;
  if (asksFirst && !(await sure(what, name, campaign.size))) return;
  await act(verb, campaign, BACK[campaign.status]);
}

/**
 * @param {Verb | "stop_filling"} what
 * @param {string} name
 * @param {number} size
 * @returns {Promise<boolean>}
 */
function sure(what, name, size) {
  const dialog = one(document, "#sure", HTMLDialogElement);
  const values = { name, size: number(size) };
  put(one(dialog, "h2", HTMLElement), fill(words[`${what}_title`], values));
  put(one(dialog, "p", HTMLElement), fill(words[`${what}_text`], values));
  const yes = one(dialog, "button[value=yes]", HTMLButtonElement);
  put(yes, words[`${what}_yes`]);
  yes.className = what === "start" ? "" : "danger";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "yes");
  });
}

/**
 * @param {Verb} verb
 * @param {Campaign} campaign
 * @param {Verb | undefined} back - undoes it
 */
async function act(verb, campaign, back) {
  try {
    const now = await api.post(`/api/v1/campaigns/${campaign.id}/${verb}`);
    drawRow(rows.get(campaign.id) ?? made(campaign.id), now);
    const done = { start: "started", pause: "paused", stop: "stopped" }[verb];
    toast(fill(words[done], { name: campaign.terms.name }), now, back);
    say(byId("trouble"), "");
  } catch (error) {
    say(byId("trouble"), told(error, words.unreachable));
    await refresh();
  }
}

/**
 * @param {string} text
 * @param {Campaign} now
 * @param {Verb | undefined} back
 */
function toast(text, now, back) {
  const place = byId("done");
  put(one(place, "span", HTMLElement), text);
  place.hidden = false;
  const undo = one(place, "#undo", HTMLButtonElement);
  undo.hidden = back === undefined;
  undo.onclick = () => {
    if (back) act(back, now, undefined);
  };
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    place.hidden = !place.matches(":hover, :focus-within");
  }, UNDO_MS);
}

/** Look again soon while a list grows, else now and then. */
function later() {
  setTimeout(
    async () => {
      if (!document.hidden) await refresh();
      later();
    },
    filling ? FILLING_EVERY_MS : EVERY_MS,
  );
}

await refresh();
later();
