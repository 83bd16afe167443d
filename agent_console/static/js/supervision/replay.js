/** The floor as it was: a second is chosen, the events of until then are shown. */
import { api } from "../api.js";
import { duration, number } from "../format.js";
import { byId, fill, one, put, say, texts, told } from "./page.js";

const ZONE = "America/Sao_Paulo";
const DAY_S = 86400;
const AFTER_MS = 150; // of a hand that still moves the slider
const all = texts();
const { words } = all;
const day = one(document, "#day", HTMLInputElement);
const time = one(document, "#time", HTMLInputElement);
const second = one(document, "#second", HTMLInputElement);
const play = one(document, "#play", HTMLButtonElement);

const local = new Intl.DateTimeFormat("sv-SE", {
  timeZone: ZONE,
  dateStyle: "short",
  timeStyle: "medium",
});

/** @param {number} at - milliseconds @returns {string} "2026-03-10T14:03:20" over there */
const wall = (at) => local.format(at).replace(" ", "T");

/** The instant at which clocks in São Paulo show this. @param {string} shown */
function instant(shown) {
  const guess = Date.parse(`${shown}Z`);
  if (Number.isNaN(guess)) return guess;
  return guess - (Date.parse(`${wall(guess)}Z`) - guess);
}

/** @returns {number | null} milliseconds; null: what is written is no time */
function chosen() {
  const clock = time.value.length === 5 ? `${time.value}:00` : time.value;
  const at = instant(`${day.value}T${clock}`);
  return Number.isNaN(at) ? null : at;
}

/** @param {number} at */
function choose(at) {
  const [on, clock] = wall(at).split("T");
  day.value = on;
  time.value = clock;
  slide();
}

function slide() {
  const [hours, minutes, seconds = "0"] = time.value.split(":");
  second.value = String(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  second.setAttribute("aria-valuetext", time.value);
}

let asked = 0;
async function show() {
  const at = chosen();
  if (at === null) {
    say(byId("trouble"), words.wrong);
    return;
  }
  const mine = ++asked;
  history.replaceState(null, "", `?at=${wall(at)}${location.hash}`);
  try {
    const query = encodeURIComponent(new Date(at).toISOString());
    const floor = await api.get(`/api/v1/supervision/replay?at=${query}`);
    if (mine === asked) draw(floor);
  } catch (error) {
    if (mine === asked) say(byId("trouble"), told(error, words.unreachable));
  }
}

/** @param {any} floor */
function draw(floor) {
  say(byId("trouble"), "");
  const { leading, agents, calls, campaigns } = floor;
  const now = Date.parse(floor.at);
  const leads = { holder: leading.holder, epoch: String(leading.epoch) };
  put(
    byId("leading"),
    leading.epoch === null ? words.nobody_leads : fill(words.leads, leads),
  );
  const since = leading.blind_since && wall(Date.parse(leading.blind_since)).slice(11);
  say(byId("blind"), since ? fill(words.blind, { since }) : "");
  const named = campaigns.map(
    (/** @type {any} */ c) => `${c.name} (${all.statuses[c.status].toLowerCase()})`,
  );
  put(byId("campaigns"), named.join(", ") || words.no_campaigns);
  counts("agent-counts", agents, all.agents, words.nobody);
  rows("agents", agents, (a) => [a.seat, a.name, state(a), ago(now, a.since)]);
  counts("call-counts", calls, all.calls, words.no_calls);
  rows("calls", calls, (c) => [
    c.inbound ? words.inbound : (c.campaign ?? "–"),
    all.calls[c.state],
    ago(now, c.placed_at),
    c.seat ?? "–",
  ]);
}

/** @param {any} agent */
function state({ state: name, pause_code: code, held }) {
  const shown = all.agents[name];
  if (held) return `${shown} (${words.held})`;
  return code ? `${shown} (${all.pauses[code] ?? code})` : shown;
}

/** @param {number} now @param {string} since */
const ago = (now, since) => duration((now - Date.parse(since)) / 1000);

/**
 * @param {string} id
 * @param {{state: string}[]} things
 * @param {Record<string, string>} names
 * @param {string} none
 */
function counts(id, things, names, none) {
  /** @type {Record<string, number>} */
  const found = {};
  for (const { state: name } of things) found[name] = (found[name] ?? 0) + 1;
  const shown = Object.entries(found).map(
    ([name, count]) => `${number(count)} ${names[name].toLowerCase()}`,
  );
  put(byId(id), shown.join(", ") || none);
}

/**
 * @param {string} id
 * @param {any[]} things
 * @param {(thing: any) => string[]} cells
 */
function rows(id, things, cells) {
  const table = one(document, `#${id}`, HTMLTableElement);
  table.hidden = things.length === 0;
  const made = things.map((thing) => {
    const row = document.createElement("tr");
    for (const text of cells(thing)) {
      const cell = document.createElement("td");
      cell.className = "text";
      cell.textContent = text;
      row.append(cell);
    }
    return row;
  });
  one(table, "tbody", HTMLElement).replaceChildren(...made);
}

/** What was impossible on the day that is chosen. */
async function showViolations() {
  const since = instant(`${day.value}T00:00:00`);
  if (Number.isNaN(since)) return;
  const [from, to] = [since, since + DAY_S * 1000].map((at) =>
    encodeURIComponent(new Date(at).toISOString()),
  );
  const path = `/api/v1/supervision/violations?since=${from}&until=${to}`;
  try {
    const { violations } = await api.get(path);
    byId("no-violations").hidden = violations.length > 0;
    byId("found").replaceChildren(...violations.map(item));
  } catch (error) {
    say(byId("trouble"), told(error, words.unreachable));
  }
}

/** @param {any} violation */
function item(violation) {
  const made = document.createElement("li");
  const opening = document.createElement("details");
  const title = document.createElement("summary");
  const seen = wall(Date.parse(violation.seen_at)).slice(11);
  const until = violation.cleared_at
    ? fill(words.until, { until: wall(Date.parse(violation.cleared_at)).slice(11) })
    : words.lasts;
  title.textContent = `${seen}, ${until}: ${violation.what} (${violation.subject})`;
  const done = document.createElement("p");
  done.textContent = violation.repair
    ? fill(words.repaired, { repair: violation.repair })
    : words.not_repaired;
  const facts = document.createElement("ol");
  opening.append(title, done, facts);
  opening.addEventListener("toggle", () => {
    if (opening.open && !facts.children.length) tellFacts(violation.id, facts);
  });
  made.append(opening);
  return made;
}

/** @param {string} id @param {HTMLElement} place */
async function tellFacts(id, place) {
  try {
    const { history: facts } = await api.get(`/api/v1/supervision/violations/${id}`);
    const told_ = facts.map((/** @type {any} */ fact) => {
      const made = document.createElement("li");
      const at = wall(Date.parse(fact.at)).replace("T", " ");
      const data = Object.entries(fact.data).map(([name, value]) => `${name}=${value}`);
      made.textContent = `${at} ${fact.kind} ${data.join(" ")}`;
      return made;
    });
    if (!told_.length) {
      const none = document.createElement("li");
      none.textContent = words.no_events;
      told_.push(none);
    }
    place.replaceChildren(...told_);
  } catch (error) {
    say(byId("trouble"), told(error, words.unreachable));
  }
}

/** @param {number} seconds */
function step(seconds) {
  const at = chosen();
  if (at === null) return;
  const before = day.value;
  choose(at + seconds * 1000);
  show();
  if (day.value !== before) showViolations();
}

/** @type {ReturnType<typeof setInterval> | undefined} */
let playing;
function toggle() {
  if (playing === undefined) playing = setInterval(() => step(1), 1000);
  else {
    clearInterval(playing);
    playing = undefined;
  }
  play.setAttribute("aria-pressed", String(playing !== undefined));
  play.textContent = playing === undefined ? words.play : words.stop;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;
second.addEventListener("input", () => {
  const whole = Number(second.value);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  time.value = parts.map((part) => String(part).padStart(2, "0")).join(":");
  second.setAttribute("aria-valuetext", time.value);
  clearTimeout(soon);
  soon = setTimeout(show, AFTER_MS);
});
time.addEventListener("change", () => {
  slide();
  show();
});
day.addEventListener("change", () => {
  show();
  showViolations();
});
play.addEventListener("click", toggle);
for (const button of document.querySelectorAll("[data-step]")) {
  const seconds = Number(/** @type {HTMLElement} */ (button).dataset.step);
  button.addEventListener("click", () => step(seconds));
}
byId("when").addEventListener("submit", (event) => event.preventDefault());

const wanted = new URLSearchParams(location.search).get("at");
const start = wanted === null ? Number.NaN : instant(wanted);
choose(Number.isNaN(start) ? Date.now() : start);
show();
showViolations();
