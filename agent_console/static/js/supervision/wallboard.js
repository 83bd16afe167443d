/**
 * The supervisor's page: takes what comes over the live stream and hands it to the parts
 * that show it. Nothing is rebuilt; texts are put where they stand.
 */
import { api } from "../api.js";
import { duration, number, percent } from "../format.js";
import { Live, sayState } from "../live.js";
import { Agents } from "./agents.js";
import { FloorCampaigns } from "./floor-campaigns.js";
import { MinutesChart } from "./minutes.js";
import { byId, fill, one, put, say, texts } from "./page.js";
import { Robots } from "./robots.js";

const ALARM = 0.03;
const ANSWERED_OVER = 5; // minutes
const NAMES_PAUSE_MS = 5000;
const all = texts();
const { words } = all;
const chartScript = one(document, "script[data-chart]", HTMLScriptElement).dataset.chart;
const { default: Plot } = await import(/** @type {string} */ (chartScript));
const chart = new MinutesChart(Plot, { ...all.outcomes, other: words.other_outcomes });
const campaigns = new FloorCampaigns(all);
const robots = new Robots(all, () => agents.idle());
const troubleText = byId("trouble").textContent ?? "";

/**
 * @param {string} name
 * @param {string} text
 */
function figure(name, text) {
  for (const place of document.querySelectorAll(`[data-figure="${name}"]`))
    put(place, text);
}

let namesAsked = -NAMES_PAUSE_MS;
async function askNames() {
  if (performance.now() - namesAsked < NAMES_PAUSE_MS) return;
  namesAsked = performance.now();
  try {
    const { seats } = await api.get("/api/v1/supervision/seats");
    agents.name(seats);
  } catch {
    // endpoints are shown instead; asked again with the next unknown one
  }
}

const agents = new Agents(all, askNames, (counts) => {
  const { offline = 0, ...here } = counts;
  const seated = Object.values(here).reduce((sum, count) => sum + count, 0);
  figure("seated", seated ? `(${number(seated)})` : "");
  figure("idle", number(here.idle ?? 0));
  figure("talking", number(here.talking ?? 0));
});

/** @param {{calls: Record<string, Record<string, number>>}} floor */
function showFloor({ calls }) {
  /** @type {Record<string, number>} */
  const stages = {};
  for (const counts of Object.values(calls)) {
    for (const [stage, count] of Object.entries(counts)) {
      stages[stage] = (stages[stage] ?? 0) + count;
    }
  }
  const open = Object.values(stages).reduce((sum, count) => sum + count, 0);
  const most = Math.max(1, ...Object.values(stages));
  figure("open", number(open));
  for (const row of byId("stages").children) {
    const count = stages[/** @type {HTMLElement} */ (row).dataset.stage ?? ""] ?? 0;
    const meter = one(row, "meter", HTMLMeterElement);
    meter.max = most;
    meter.value = count;
    put(one(row, "span", HTMLElement), number(count));
  }
  campaigns.count(calls);
}

/** @param {{abandoned: number, answered: number}} rate */
function answeredOf({ abandoned, answered }) {
  const counts = { abandoned: number(abandoned), answered: number(answered) };
  return answered ? fill(words.answered_of, counts) : words.nobody_answered;
}

/** @param {any} figures */
function showFigures(figures) {
  const { rates, occupancy, minutes, alerts, campaigns: list, robots: held } = figures;
  say(byId("trouble"), "");
  const { day, half_hour, month } = rates;
  figure("rate-day", percent(day?.share ?? null));
  figure("rate-half-hour", percent(half_hour.share));
  figure("rate-month", percent(month?.share ?? null));
  figure("rate-day-of", day ? answeredOf(day) : "");
  const over = (day?.share ?? 0) > ALARM && (day?.answered ?? 0) >= 20;
  byId("rate-tile").classList.toggle("alarm", over);
  figure("occupancy-hour", percent(occupancy.hour.share));
  figure("occupancy-day", percent(occupancy.day.share));
  figure("without-breaks", percent(occupancy.hour.without_breaks));
  const answered = minutes.outcomes.answered ?? [];
  const whole = answered.slice(-ANSWERED_OVER - 1, -1);
  const mean =
    whole.reduce((/** @type {number} */ sum, /** @type {number} */ n) => sum + n, 0) /
    ANSWERED_OVER;
  figure("answered-minute", number(Math.round(mean * 10) / 10));
  chart.show(minutes);
  campaigns.show(list);
  robots.show(held);
  showAlerts(alerts);
  showCheck(figures.check);
}

/** @param {{s_ago: number, late: boolean, violations: number | null} | null} check */
function showCheck(check) {
  byId("check").classList.toggle("late", check?.late ?? false);
  put(one(byId("check"), "a", HTMLElement), checkText(check));
}

/** @param {{s_ago: number, violations: number | null} | null} check */
function checkText(check) {
  if (check === null) return words.check_unknown;
  const { s_ago, violations: count } = check;
  if (count === null) return words.check_not_yet;
  const ago = s_ago < 100 ? `${Math.round(s_ago)} s` : duration(s_ago);
  const text = [words.check_none, words.check_one][count] ?? words.check_many;
  return fill(text, { ago, count: number(count) });
}

/**
 * @param {{code: string, level: string, text: string, todo: string,
 *   link: string | null}[]} alerts
 */
function showAlerts(alerts) {
  const place = byId("alerts");
  const wanted = alerts.map(({ level, text, todo }) => `${level}|${text}|${todo}`);
  const shown = [...place.children].map(
    (item) => /** @type {HTMLElement} */ (item).dataset.key,
  );
  if (wanted.join() === shown.join()) return;
  place.replaceChildren(
    ...alerts.map(({ level, text, todo, link }, n) => {
      const item = document.createElement("li");
      item.className = level;
      item.dataset.key = wanted[n];
      const strong = document.createElement("strong");
      strong.textContent = text;
      item.append(strong, ` ${todo}`);
      if (link) item.append(" ", linkTo(link));
      return item;
    }),
  );
}

/** @param {string} address */
function linkTo(address) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = words.look_into;
  return link;
}

const tv = byId("tv");
const asTv = new URLSearchParams(location.search).get("tv") === "1";
/** @param {boolean} on */
function setTv(on) {
  document.documentElement.classList.toggle("tv", on);
  tv.setAttribute("aria-pressed", String(on));
  const address = new URL(location.href);
  if (on) address.searchParams.set("tv", "1");
  else address.searchParams.delete("tv");
  history.replaceState(null, "", address);
}
tv.addEventListener("click", () => setTv(tv.getAttribute("aria-pressed") !== "true"));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.documentElement.classList.contains("tv"))
    setTv(false);
});
setTv(asTv);

const live = new Live("/api/v1/supervision/live")
  .on("snapshot", ({ agents: seats }) => agents.replace(seats))
  .on("agent", ({ agent, ...entry }) => agents.take(agent, entry))
  .on("floor", showFloor)
  .on("figures", showFigures)
  .on("trouble", () => say(byId("trouble"), troubleText));
sayState(live, byId("connection"));
askNames();
live.start();
