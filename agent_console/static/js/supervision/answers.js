/**
 * Verdicts on who answered, checked by ear: each is listened to and judged, by buttons or
 * keys, and the next one comes; below, how often each detector erred.
 */
import { api } from "../api.js";
import { dateTime, decimal, number } from "../format.js";
import { free, singleKeys, writes } from "../shortcuts.js";
import { evidence } from "./evidence.js";
import { byId, fill, one, put, say, texts, told } from "./page.js";
import { Player } from "./player.js";

/** @typedef {{attempt: string, campaign: string | null, answered_at: string | null,
 *   who: string, kind: string, why: string, heard_s: number, acted: boolean,
 *   evidence: import("./evidence.js").Evidence, times: string | null,
 *   disposition: string | null, recording: string | null}} Verdict */
/** @typedef {{detector: string, who: string, verdicts: number, acted: number,
 *   reviewed: number, people: number}} Count */

const { words, player: player_, detectors, who, kinds, why, dispositions } = texts();
const list = byId("verdicts");
const player = new Player(player_, () => say(byId("trouble"), words.broken));
/** @type {Map<HTMLElement, Verdict>} */
const shown = new Map();

async function load() {
  const found = await api.get("/api/v1/answers/review");
  shown.clear();
  list.replaceChildren(...found.verdicts.map(itemOf));
  drawCounts(found.counts);
  tellLeft();
}

/** @param {Verdict} verdict */
function itemOf(verdict) {
  const model = one(document, "#verdict", HTMLTemplateElement);
  const copy = /** @type {DocumentFragment} */ (model.content.cloneNode(true));
  const item = one(copy, "li", HTMLElement);
  shown.set(item, verdict);
  put(one(item, "[data-cell=who]", HTMLElement), verdictInWords(verdict));
  one(item, "[data-cell=acted]", HTMLElement).hidden = !verdict.acted;
  put(one(item, "[data-cell=where]", HTMLElement), whereabouts(verdict));
  one(item, "[data-cell=evidence]", HTMLElement).replaceChildren(
    ...evidence(verdict.evidence, words).map(listed),
  );
  const listen = one(item, ".listen", HTMLButtonElement);
  listen.disabled = verdict.recording === null;
  if (listen.disabled) put(one(listen, "span", HTMLElement), words.no_recording);
  listen.onclick = () => open(item);
  const title = titleOf(verdict);
  listen.setAttribute("aria-label", `${listen.textContent?.trim()}: ${title}`);
  for (const button of item.querySelectorAll("[data-person]")) {
    const choice = /** @type {HTMLButtonElement} */ (button);
    choice.setAttribute("aria-label", `${choice.textContent}: ${title}`);
    choice.onclick = () => judge(item, choice.dataset.person === "true");
  }
  return item;
}

/** @param {Verdict} verdict */
function titleOf({ campaign, answered_at }) {
  const at = answered_at ? dateTime(answered_at) : "–";
  return fill(words.title, { campaign: campaign ?? words.no_campaign, at });
}

/** @param {Verdict} verdict */
function verdictInWords(verdict) {
  const kind = verdict.kind ? `: ${kinds[verdict.kind] ?? verdict.kind}` : "";
  const seconds = decimal(verdict.heard_s);
  const after = fill(words.after, { seconds });
  return `${who[verdict.who]}${kind}, ${after} (${why[verdict.why] ?? verdict.why})`;
}

/** @param {Verdict} verdict */
function whereabouts(verdict) {
  const { times, disposition } = verdict;
  const parts = [titleOf(verdict)];
  if (times) parts.push(fill(words.times, { who: who[times] }));
  if (disposition) {
    const label = dispositions[disposition] ?? disposition;
    parts.push(fill(words.disposed, { label }));
  }
  return parts.join(" · ");
}

/** @param {string} text */
function listed(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

/** @param {HTMLElement} item */
async function open(item) {
  const verdict = shown.get(item);
  for (const other of shown.keys()) other.removeAttribute("aria-current");
  item.setAttribute("aria-current", "true");
  item.scrollIntoView({ block: "nearest" });
  if (!verdict?.recording) {
    one(item, "[data-person]", HTMLButtonElement).focus();
    return;
  }
  say(byId("trouble"), "");
  try {
    await player.open(verdict.recording, titleOf(verdict));
  } catch (error) {
    say(byId("trouble"), told(error, words.unreachable));
  }
}

/**
 * @param {HTMLElement} item
 * @param {boolean} person
 */
async function judge(item, person) {
  const verdict = shown.get(item);
  if (!verdict) return;
  try {
    await api.put(`/api/v1/answers/${verdict.attempt}/review`, { person });
  } catch (error) {
    say(byId("trouble"), told(error, words.unreachable));
    return;
  }
  say(byId("trouble"), "");
  const next = item.nextElementSibling ?? item.previousElementSibling;
  shown.delete(item);
  item.remove();
  tellLeft(fill(words.kept, { what: person ? words.person : words.machine }));
  if (next instanceof HTMLElement) await open(next);
  else byId("player").hidden = true;
  await recount();
}

async function recount() {
  try {
    drawCounts((await api.get("/api/v1/answers/review")).counts);
  } catch (error) {
    say(byId("trouble"), told(error, words.unreachable));
  }
}

/** @param {string} [before] */
function tellLeft(before = "") {
  const count = shown.size;
  const left = count === 1 ? words.left_one : fill(words.left, { count: number(count) });
  const text = count === 0 && before ? words.left_none : left;
  put(byId("left"), count === 0 && !before ? "" : `${before} ${text}`.trim());
  byId("none").hidden = count > 0;
}

/** @param {Count[]} counts */
function drawCounts(counts) {
  one(document, "#counts tbody", HTMLElement).replaceChildren(...counts.map(countRow));
  byId("counts").hidden = counts.length === 0;
  byId("no-counts").hidden = counts.length > 0;
}

/** @param {Count} count */
function countRow(count) {
  const wrong = count.who === "machine" ? count.people : count.reviewed - count.people;
  const judged = count.who !== "unsure" && count.reviewed > 0;
  const values = { wrong: number(wrong), reviewed: number(count.reviewed) };
  const row = document.createElement("tr");
  const cells = /** @type {const} */ ([
    [detectors[count.detector], "text"],
    [who[count.who], "text"],
    [number(count.verdicts), ""],
    [number(count.acted), ""],
    [judged ? fill(words.wrong, values) : words.wrong_none, "text"],
  ]);
  for (const [text, kind] of cells) {
    const cell = row.insertCell();
    cell.className = kind;
    cell.textContent = text;
  }
  if (judged && wrong > 0) row.cells[4].dataset.wrong = "true";
  return row;
}

/** @param {KeyboardEvent} event */
function key(event) {
  if (!singleKeys() || !free(event) || writes(event.target)) return;
  const items = [...shown.keys()];
  const at = items.findIndex((item) => item.getAttribute("aria-current") === "true");
  const pressed = event.key.toLowerCase();
  if (pressed === "j" && at + 1 < items.length) open(items[at + 1]);
  else if (pressed === "k" && at > 0) open(items[at - 1]);
  else if (pressed === "1" && at >= 0) judge(items[at], true);
  else if (pressed === "2" && at >= 0) judge(items[at], false);
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", key);
try {
  await load();
} catch (error) {
  say(byId("trouble"), told(error, words.unreachable));
}
