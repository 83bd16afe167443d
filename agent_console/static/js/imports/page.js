/**
 * The page of imports. The address says which one is shown (`/imports#ID`), the server
 * says how far it is: a reload changes nothing. While work runs it is asked every second.
 */
import { api } from "../api.js";
import { dateTime, duration, number } from "../format.js";
import { byId, fill, one, put, say, told } from "../supervision/page.js";
import { begin as beginColumns, drawColumns, forgetColumns } from "./columns.js";
import { drawDifference } from "./difference.js";
import { drawHistory } from "./history.js";
import { begin as beginStart, refreshOptions } from "./start.js";
import { words } from "./words.js";

/** @typedef {import("./words.js").Import} Import */

const BUSY_MS = 1000;
const IDLE_MS = 5000;
const RUNNING = ["checking", "applying", "undoing"];
/** @type {Record<string, string>} */
const STEPS = {
  mapping: "columns",
  failed: "columns",
  checking: "check",
  checked: "check",
  interrupted: "check",
};

/** @type {Import | undefined} */
let shown;
let choosing = false; // the columns again, after a check
let wasAt = "";
/** @type {number | undefined} */
let waiting;

const current = () => location.hash.slice(1);

async function refresh() {
  clearTimeout(waiting);
  try {
    const { imports } = await api.get("/api/v1/imports");
    drawHistory(imports, current());
    const id = current();
    if (id) draw(await api.get(`/api/v1/imports/${id}`));
    else drawNothing();
    if (byId("trouble").dataset.kind === "lost") trouble("");
  } catch (error) {
    trouble(told(error, words.unreachable), "lost");
  }
  const busy = shown && RUNNING.includes(shown.status);
  waiting = setTimeout(refresh, busy ? BUSY_MS : IDLE_MS);
}

/**
 * @param {string} text
 * @param {string} [kind]
 */
function trouble(text, kind = "") {
  byId("trouble").dataset.kind = kind;
  say(byId("trouble"), text);
}

function drawNothing() {
  shown = undefined;
  step("file");
  byId("start").hidden = false;
  byId("one").hidden = true;
  byId("new").hidden = true;
  say(byId("note"), "");
  say(byId("good"), "");
}

/** @param {Import} now */
function draw(now) {
  shown = now;
  const columns =
    ["mapping", "failed"].includes(now.status) || (choosing && now.possible.check);
  const running = RUNNING.includes(now.status);
  step(columns ? "columns" : (STEPS[now.status] ?? "result"));
  byId("start").hidden = true;
  byId("one").hidden = false;
  byId("new").hidden = false;
  const of = `${now.creditor} / ${now.portfolio}`;
  put(byId("about"), [now.file_name, now.form, of].filter(Boolean).join(" · "));
  byId("mapping").hidden = !columns || now.columns.length === 0;
  if (columns) drawColumns(now);
  byId("working").hidden = !running;
  if (running) drawProgress(now);
  byId("checked").hidden = columns || running || !now.counts;
  if (!running) drawDifference(now);
  drawMessages(now, columns);
  drawActions(now, columns);
  const at = `${now.id} ${now.status} ${columns}`;
  if (wasAt && at !== wasAt && !running) byId("title").focus();
  wasAt = at;
}

/** @param {string} name */
function step(name) {
  for (const item of document.querySelectorAll("[data-step]")) {
    if (item.getAttribute("data-step") === name) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
}

/** @param {Import} now */
function drawProgress({ progress, queued, stalled }) {
  const bar = one(document, "#progress", HTMLProgressElement);
  if (stalled || queued || !progress) {
    bar.removeAttribute("value");
    put(byId("progress-text"), stalled ? words.stalled : queued ? words.queued : "…");
    return;
  }
  bar.value = progress.share;
  const left =
    progress.left_s === null ? "" : fill(words.left, { time: duration(progress.left_s) });
  const text = fill(words[progress.phase] ?? "", {
    rows: number(progress.rows),
    total: number(progress.total_rows),
    rate: number(Math.round(progress.rate)),
    left,
  });
  put(byId("progress-text"), text);
}

/**
 * @param {Import} now
 * @param {boolean} columns
 */
function drawMessages(now, columns) {
  if (now.trouble) trouble(now.trouble, "import");
  else if (byId("trouble").dataset.kind === "import") trouble("");
  if (!columns) say(byId("note"), noteOf(now));
  const by = (/** @type {string | null} */ when, /** @type {string | null} */ who) => ({
    when: when ? dateTime(when) : "",
    who: who ?? "",
  });
  let good = "";
  if (now.status === "done") good = fill(words.applied, by(now.applied_at, now.applied_by));
  if (now.status === "undone") good = fill(words.undone, by(now.undone_at, now.undone_by));
  say(byId("good"), good);
}

/** @param {Import} now */
function noteOf(now) {
  if (now.status === "interrupted") return words.interrupted;
  if (now.status !== "checked") return "";
  if (now.base_changed) return words.base_changed;
  if (!now.possible.apply) return words.nothing_accepted;
  return now.counts?.new || now.counts?.changed ? "" : words.all_same;
}

/**
 * @param {Import} now
 * @param {boolean} columns
 */
function drawActions({ possible, status, creditor, portfolio }, columns) {
  byId("apply").hidden = !possible.apply || columns;
  byId("retry").hidden = !possible.retry;
  byId("undo").hidden = !possible.undo;
  byId("next").hidden = status !== "done";
  const whom = new URLSearchParams({ creditor, portfolio });
  byId("next").setAttribute("href", `/campaigns/new?${whom}`);
  byId("back").hidden = columns || status !== "checked";
  byId("discard").hidden = !possible.discard;
}

/**
 * @param {string} what
 * @param {unknown} [body]
 */
async function ask(what, body) {
  if (!shown) return;
  trouble("");
  try {
    draw(await api.post(`/api/v1/imports/${shown.id}/${what}`, body));
  } catch (error) {
    trouble(told(error, words.unreachable));
  }
  refresh();
}

/**
 * @param {string} what - `undo` or `discard`
 * @returns {Promise<boolean>}
 */
function sure(what) {
  const dialog = one(document, "#sure", HTMLDialogElement);
  put(byId("sure-title"), words[`${what}_ask`]);
  put(byId("sure-why"), words[`${what}_why`]);
  put(byId("sure-yes"), words[what]);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), {
      once: true,
    }),
  );
}

async function discard() {
  if (!shown || !(await sure("discard"))) return;
  try {
    await api.delete(`/api/v1/imports/${shown.id}`);
    location.hash = "";
  } catch (error) {
    trouble(told(error, words.unreachable));
  }
  refresh();
}

byId("apply").addEventListener("click", () =>
  ask("apply", { fingerprint: shown?.fingerprint }),
);
byId("retry").addEventListener("click", () => ask("retry"));
byId("undo").addEventListener("click", async () => {
  if (await sure("undo")) ask("undo");
});
byId("discard").addEventListener("click", discard);
byId("back").addEventListener("click", () => {
  choosing = true;
  forgetColumns();
  if (shown) draw(shown);
});
addEventListener("hashchange", () => {
  choosing = false;
  forgetColumns();
  trouble("");
  refresh();
});
byId("new").addEventListener("click", (event) => {
  event.preventDefault();
  location.hash = "";
});
beginStart((begun) => {
  location.hash = begun.id;
});
beginColumns(
  () => shown,
  (now) => {
    choosing = false;
    if (now.status === "mapping") forgetColumns();
    draw(now);
    refresh();
  },
);
refreshOptions().catch((error) => trouble(told(error, words.unreachable)));
refresh();
