/** The list of recordings with its filters, and the player above it. */
import { api } from "../api.js";
import { dateTime, duration } from "../format.js";
import { Correction } from "./correction.js";
import { byId, one, put, say, texts, told } from "./page.js";
import { Player } from "./player.js";
import { linesOf } from "./robot-said.js";

/** @typedef {{id: string, call: string, began_at: string, seconds: number, direction: string,
 *   number: string, campaign: string | null, agent: string | null, ending: string,
 *   disposition: string | null, robot: boolean}} Recording */

const { words, endings, dispositions, robots } = texts();
const form = one(document, "#filters", HTMLFormElement);
const player = new Player(words, () => say(byId("trouble"), words.broken));
const correction = new Correction(words);
/** @type {AbortController | undefined} */
let asking;
let last = "";
const FEWEST = 3; // characters of a name, or of a word

function query() {
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value) asked.set(name, value);
  }
  return asked;
}

/** @param {boolean} on - further, below what is shown */
async function load(on) {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  const asked = query();
  const address = asked.size ? `?${asked}` : "";
  if (on) asked.set("before", last);
  else history.replaceState(null, "", `${location.pathname}${address}`);
  const debtor = one(document, "#debtor", HTMLInputElement).value.trim();
  if (debtor && debtor.length < FEWEST) {
    say(byId("trouble"), words.debtor_short);
    return;
  }
  const said = one(document, "#said", HTMLInputElement).value.trim();
  if (said && said.length < FEWEST) {
    say(byId("trouble"), words.said_short);
    return;
  }
  const typed = { ...(debtor && { debtor }), ...(said && { said }) };
  try {
    const { recordings, more } = await (debtor || said
      ? search(typed, asked, signal)
      : api.get(`/api/v1/recordings?${asked}`, { signal }));
    draw(recordings, on);
    byId("more").hidden = !more;
    say(byId("trouble"), "");
  } catch (error) {
    if (!signal.aborted) say(byId("trouble"), told(error, words.unreachable));
  }
}

/**
 * What is typed goes into no address: those are logged, and kept by browsers.
 * @param {{debtor?: string, said?: string}} typed
 * @param {URLSearchParams} asked
 * @param {AbortSignal} signal
 */
const search = (typed, asked, signal) =>
  api.post(
    "/api/v1/recordings/search",
    { ...typed, ...Object.fromEntries(asked) },
    { signal },
  );

/**
 * @param {Recording[]} recordings
 * @param {boolean} on
 */
function draw(recordings, on) {
  const body = one(document, "#list tbody", HTMLElement);
  if (!on) body.replaceChildren();
  body.append(...recordings.map(rowOf));
  last = recordings.at(-1)?.id ?? last;
  byId("list").hidden = body.children.length === 0;
  byId("none").hidden = body.children.length > 0;
}

/** @param {Recording} recording */
function rowOf(recording) {
  const model = one(document, "#row", HTMLTemplateElement);
  const copy = /** @type {DocumentFragment} */ (model.content.cloneNode(true));
  const row = one(copy, "tr", HTMLElement);
  const inbound = recording.direction === "inbound" ? ` (${words.inbound})` : "";
  const cells = {
    at: dateTime(recording.began_at),
    length: duration(recording.seconds),
    agent: recording.agent ?? (recording.robot ? words.robot : "–"),
    campaign: recording.campaign ?? "–",
    number: recording.number + inbound,
    ending: endings[recording.ending],
    disposition: dispositions[recording.disposition ?? ""] ?? recording.disposition ?? "–",
  };
  for (const [name, text] of Object.entries(cells)) {
    put(one(row, `[data-cell=${name}]`, HTMLElement), text);
  }
  const title = `${cells.agent} · ${cells.at}`;
  const button = one(row, ".listen", HTMLButtonElement);
  button.setAttribute("aria-label", `Ouvir ${cells.agent}, ${cells.at}`);
  button.onclick = () => listen(row, recording, title);
  offerCorrection(row, recording, title);
  return row;
}

/**
 * What was recorded of a conversation may be put right.
 * @param {HTMLElement} row
 * @param {Recording} recording
 * @param {string} title
 */
function offerCorrection(row, recording, title) {
  const button = one(row, ".correct", HTMLButtonElement);
  button.hidden = recording.disposition === null;
  button.setAttribute("aria-label", `${words.correct}: ${title}`);
  button.onclick = async () => {
    try {
      const label = await correction.ask(recording.call, title);
      if (label) put(one(row, "[data-cell=disposition]", HTMLElement), label);
      say(byId("trouble"), "");
    } catch (error) {
      say(byId("trouble"), told(error, words.unreachable));
    }
  };
}

/**
 * @param {HTMLElement} row
 * @param {Recording} recording
 * @param {string} title
 */
async function listen(row, recording, title) {
  document.querySelector("tr[aria-current]")?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  say(byId("trouble"), "");
  try {
    await player.open(recording.id, title);
    await showSaid(recording);
  } catch (error) {
    say(byId("trouble"), told(error, words.unreachable));
  }
}

/** The words of a conversation with the URA, under the player.
 * @param {Recording} recording
 */
async function showSaid({ call, robot }) {
  const { turns } = robot ? await api.get(`/api/v1/robots/${call}/said`) : { turns: [] };
  byId("transcript-said").replaceChildren(...linesOf(turns, robots));
  byId("transcript").hidden = turns.length === 0;
}

/**
 * @param {string} id
 * @param {{id: string, name: string}[]} named
 */
function choices(id, named) {
  const select = one(document, `#${id}`, HTMLSelectElement);
  for (const { id, name } of named) select.add(new Option(name, id));
}

async function begin() {
  const { campaigns, agents } = await api.get("/api/v1/recordings/filters");
  choices("campaign", campaigns);
  choices("agent", agents);
  for (const [name, value] of new URLSearchParams(location.search)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) {
      field.value = value;
    }
  }
}

form.addEventListener("change", () => load(false));
form.addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", () => load(true));
try {
  await begin();
} catch (error) {
  say(byId("trouble"), told(error, words.unreachable));
}
load(false);
