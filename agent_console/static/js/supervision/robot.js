/**
 * Conversations of the voice robot, to be reviewed: each turn with what was heard and what
 * came of it, listened to from its place in the recording.
 */
import { api } from "../api.js";
import { dateTime, decimal, duration } from "../format.js";
import { free, singleKeys, writes } from "../shortcuts.js";
import { byId, fill, one, put, say, texts, told } from "./page.js";
import { Player } from "./player.js";

/** @typedef {{id: string, number: number, flow: string, began_at: string,
 *   seconds: number | null, outcome: string | null, state: string | null,
 *   hands_over: boolean, taken_by: string | null, person: string | null,
 *   understood: number, missed: number, recording: string | null}} Call */
/** @typedef {{number: number, state: string, asked: string, begin_s: number,
 *   end_s: number, kind: string, hypothesis: string, phrase: string,
 *   score: number | null, outcome: string, why: string}} Turn */

const { words, player: player_, outcomes, kinds, why, meanings, states } = texts();
const list = byId("calls");
const missed = one(document, "#missed", HTMLInputElement);
const body = one(document, "#turns tbody", HTMLElement);
const heads = [...document.querySelectorAll("#turns th")].map((th) => th.textContent);
const player = new Player(player_, () => say(byId("trouble"), words.broken));
const PAGE = 50;
let last = 0;
let playable = false;

/** @param {boolean} anew */
async function load(anew) {
  const query = new URLSearchParams();
  if (missed.checked) query.set("missed", "true");
  if (!anew) query.set("before", String(last));
  try {
    const found = await api.get(`/api/v1/robot-calls?${query}`);
    if (anew) list.replaceChildren();
    list.append(...found.calls.map(itemOf));
    last = found.calls.at(-1)?.number ?? last;
    byId("more").hidden = found.calls.length < PAGE;
    const none = missed.checked ? words.none_missed : `${words.none} ${words.none_hint}`;
    put(byId("none"), none);
    byId("none").hidden = list.children.length > 0;
    say(byId("trouble"), "");
  } catch (error) {
    say(byId("trouble"), told(error, words.unreachable));
  }
}

/** @param {Call} call */
function itemOf(call) {
  const model = one(document, "#call", HTMLTemplateElement);
  const copy = /** @type {DocumentFragment} */ (model.content.cloneNode(true));
  const item = one(copy, "li", HTMLElement);
  const title = titleOf(call);
  put(one(item, "[data-cell=title]", HTMLElement), title);
  put(one(item, "[data-cell=how]", HTMLElement), howOf(call));
  const person = one(item, "[data-cell=person]", HTMLElement);
  person.hidden = !call.hands_over;
  if (call.person) put(person, fill(words.to_whom, { name: call.person }));
  const button = one(item, ".open", HTMLButtonElement);
  button.setAttribute("aria-label", `${button.textContent?.trim()}: ${title}`);
  button.onclick = () => open(item, call);
  return item;
}

/** @param {Call} call */
function titleOf({ number, began_at }) {
  return fill(words.title, { number: String(number), at: dateTime(began_at) });
}

/** @param {Call} call */
function endOf({ outcome, state, taken_by }) {
  if (!outcome) return words.going;
  if (outcome === "taken" && taken_by) return fill(words.taken_by, { name: taken_by });
  // where somebody hung up tells something; where a conversation ended is its ending
  if (outcome === "hung_up" && state)
    return fill(words.hung_up_at, { where: states[state] ?? state });
  return outcomes[outcome] ?? outcome;
}

/** @param {Call} call */
function howOf(call) {
  const parts = [endOf(call)];
  if (call.seconds !== null) parts.push(duration(call.seconds));
  const { understood, missed: not } = call;
  const counts = { understood: String(understood), missed: String(not) };
  parts.push(fill(words.counts, counts));
  if (call.recording === null) parts.push(words.no_recording);
  return parts.join(" · ");
}

/**
 * @param {HTMLElement} item
 * @param {Call} call
 */
async function open(item, call) {
  for (const other of list.children) other.removeAttribute("aria-current");
  item.setAttribute("aria-current", "true");
  say(byId("trouble"), "");
  try {
    const found = await api.get(`/api/v1/robot-calls/${call.id}/turns`);
    body.replaceChildren(...found.turns.map(rowOf));
    byId("no-turns").hidden = found.turns.length > 0;
    byId("turns").hidden = found.turns.length === 0;
    put(byId("conversation-title"), titleOf(call));
    byId("conversation").hidden = false;
    byId("player").hidden = call.recording === null;
    playable = call.recording !== null;
    if (call.recording) await player.open(call.recording, titleOf(call));
    byId("conversation-title").focus();
  } catch (error) {
    say(byId("trouble"), told(error, words.unreachable));
  }
}

/** @param {Turn} turn */
function meaningOf({ outcome }) {
  return outcome && (meanings[outcome] ?? outcome);
}

/** @param {Turn} turn */
function rowOf(turn) {
  const row = document.createElement("tr");
  const begin = row.insertCell();
  const from = document.createElement("button");
  from.type = "button";
  from.className = "quiet";
  from.textContent = duration(turn.begin_s);
  from.setAttribute("aria-label", `Ouvir dos ${duration(turn.begin_s)}`);
  from.onclick = () => hear(row, turn.begin_s);
  begin.append(from);
  const heard = turn.hypothesis
    ? fill(words.said, { text: turn.hypothesis })
    : words.nothing;
  const near = turn.phrase ? ` ${fill(words.fits, { phrase: turn.phrase })}` : "";
  const reason = { why: why[turn.why] ?? turn.why };
  const cells = /** @type {const} */ ([
    [turn.asked || (states[turn.state] ?? turn.state), "text"],
    [kinds[turn.kind] ?? turn.kind, "text"],
    [heard + near, "text"],
    [turn.score === null ? "–" : decimal(turn.score), ""],
    [meaningOf(turn) || fill(words.refused, reason), "text"],
  ]);
  for (const [place, [text, kind]] of cells.entries()) {
    const cell = row.insertCell();
    cell.className = kind;
    cell.dataset.head = heads[place + 1] ?? "";
    cell.textContent = text;
  }
  if (!turn.outcome) row.dataset.wrong = "true";
  return row;
}

/**
 * @param {HTMLElement} row
 * @param {number} second
 */
function hear(row, second) {
  for (const other of body.children) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  if (playable) player.from(second);
}

/** @param {KeyboardEvent} event */
function key(event) {
  if (!singleKeys() || !free(event) || writes(event.target)) return;
  const rows = [...body.children];
  const at = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const pressed = event.key.toLowerCase();
  const next = pressed === "j" ? rows[at + 1] : pressed === "k" ? rows[at - 1] : null;
  if (!next) return;
  one(next, "button", HTMLButtonElement).click();
  event.preventDefault();
}

document.addEventListener("keydown", key);
missed.onchange = () => load(true);
byId("more").onclick = () => load(false);
await load(true);
