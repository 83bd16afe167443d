/**
 * A campaign's pace: what the dialer sees and decides, live; the rules it follows, and who
 * changed them. When somebody else changed them meanwhile nothing typed is thrown away.
 */
import { ApiProblem, api } from "../api.js";
import { number, percent } from "../format.js";
import { Live, sayState } from "../live.js";
import { byId, fill, one, put, say, told } from "../supervision/page.js";
import { Decisions } from "./decisions.js";
import { listen, ratio, read, target, write, wrong } from "./form.js";
import { drawHistory } from "./history.js";
import { all, fieldName, shown } from "./words.js";

/** @typedef {import("./words.js").Pace} Pace */
/** @typedef {{name: string, status: string, version: number, pace: Pace}} Stored */

const STILL_MS = 4000; // without a picture: the campaign rests
const COST_AFTER_MS = 400;
const BY_HAND = new Set(["preview", "manual"]);
const { words, statuses, unreachable } = all;
const form = one(document, "#pace", HTMLFormElement);
const base = `/api/v1/campaigns/${form.dataset.id}/pacing`;
const decisions = new Decisions(base);
/** @type {Stored | undefined} what the form was made from */
let stored;
/** @type {number | undefined} */
let resting;
/** @type {number | undefined} */
let costing;

/** @param {Stored} now */
function take(now) {
  stored = now;
  put(byId("name"), `de «${now.name}»`);
  const status = byId("status");
  put(status, statuses[now.status] ?? now.status);
  status.dataset.status = now.status;
  write(now.pace);
  askCost();
}

/** @param {Record<string, any>} picture */
function showPicture(picture) {
  clearTimeout(resting);
  resting = setTimeout(rest, STILL_MS);
  byId("resting").hidden = true;
  for (const place of byId("picture").querySelectorAll("[data-figure]")) {
    const name = /** @type {HTMLElement} */ (place).dataset.figure ?? "";
    put(place, figure(name, picture[name]));
  }
}

/**
 * @param {string} name
 * @param {number | null | undefined} value
 */
function figure(name, value) {
  if (value === null || value === undefined) return "–";
  if (name === "risk") return percent(value);
  return number(Math.round(value * 10) / 10);
}

function rest() {
  const byHand = stored?.status === "running" && BY_HAND.has(stored.pace.mode);
  put(byId("resting"), byHand ? words.by_hand : words.resting);
  byId("resting").hidden = false;
  for (const place of byId("picture").querySelectorAll("[data-figure]")) put(place, "–");
}

function askCost() {
  clearTimeout(costing);
  costing = setTimeout(tellCost, COST_AFTER_MS);
}

/** What the ratio that was set by hand costs, next to the predictive mode. */
async function tellCost() {
  const asked = ratio();
  if (asked === null || !(asked >= 1 && asked <= 10)) {
    put(byId("ratio-cost"), "");
    return;
  }
  put(byId("ratio-cost"), words.cost_asking);
  const aim = target() > 0 && target() < 1 ? target() : 0.001;
  try {
    const found = await api.get(`${base}/cost?ratio=${asked}&target=${aim}`);
    if (asked !== ratio()) return;
    put(byId("ratio-cost"), costTold(found, asked, aim));
  } catch (error) {
    put(byId("ratio-cost"), told(error, unreachable));
  }
}

/**
 * @param {{agents: number, occupancy: number | null, abandoned: number | null,
 *   predictive: number | null}} found
 * @param {number} asked
 * @param {number} aim
 */
function costTold(found, asked, aim) {
  if (found.occupancy === null) return words.cost_unknown;
  return fill(words.cost, {
    agents: number(found.agents),
    ratio: number(asked),
    occupancy: percent(found.occupancy),
    abandoned: percent(found.abandoned),
    predictive: percent(found.predictive),
    target: percent(aim),
  });
}

/** @param {number | undefined} version */
async function save(version) {
  const bad = wrong();
  if (bad) {
    say(byId("trouble"), words.wrong);
    const folded = bad.closest("details");
    if (folded) folded.open = true;
    bad.focus();
    return;
  }
  const button = one(form, "#save", HTMLButtonElement);
  button.disabled = true;
  try {
    take(await api.put(base, { version, pace: read() }));
    byId("conflict").hidden = true;
    say(byId("trouble"), "");
    put(byId("saved"), words.saved);
    await drawHistory(base);
  } catch (error) {
    refused(error);
  }
  button.disabled = false;
}

/** @param {unknown} error */
function refused(error) {
  if (error instanceof ApiProblem && error.code === "campaign_changed") {
    conflict(error.message, /** @type {Stored} */ (error.details.current));
    return;
  }
  say(byId("trouble"), told(error, unreachable));
}

/**
 * @param {string} text - who changed it
 * @param {Stored} now
 */
function conflict(text, now) {
  put(byId("conflict-who"), text);
  byId("conflict-what").replaceChildren(...differences(now).map(listed));
  byId("conflict").hidden = false;
  byId("keep-mine").onclick = () => save(now.version);
  byId("take-theirs").onclick = () => {
    take(now);
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

/** @param {Stored} now */
function differences(now) {
  const before = stored?.pace;
  if (!before) return [];
  return /** @type {(keyof Pace)[]} */ (Object.keys(now.pace))
    .filter((name) => JSON.stringify(now.pace[name]) !== JSON.stringify(before[name]))
    .map((name) =>
      fill(words.conflict_field, {
        field: fieldName(name),
        before: shown(name, before[name]),
        after: shown(name, now.pace[name]),
      }),
    );
}

listen(() => {
  put(byId("saved"), "");
  askCost();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  save(stored?.version);
});
try {
  take(await api.get(base));
  await Promise.all([decisions.begin(), drawHistory(base)]);
  if (stored?.status === "running" && !BY_HAND.has(stored.pace.mode))
    byId("resting").hidden = true;
  else rest();
  const live = new Live(`${base}/live`)
    .on("pacing", showPicture)
    .on("decision", (decision) => decisions.add(decision));
  sayState(live, byId("connection"));
  live.start();
} catch (error) {
  say(byId("trouble"), told(error, unreachable));
}
