/**
 * A campaign's pace: what the dialer sees and decides, live; the rules it follows, and who
 * changed them. When somebody else changed them meanwhile nothing typed is thrown away.
 */
import { ApiProblem, api } from "../api.js";
import { Live, sayState } from "../live.js";
import { byId, fill, one, put, say, told } from "../supervision/page.js";
import { askCost } from "./cost.js";
import { Decisions } from "./decisions.js";
import { listen, read, target, write, wrong } from "./form.js";
import { drawHistory } from "./history.js";
import { clearPicture, drawPicture } from "./picture.js";
import { tellScores } from "./scores.js";
import { drawHead, listenToStatus } from "./status.js";
import { followWhatIf, tellWhatIf } from "./what-if.js";
import { all, fieldName, shown } from "./words.js";

/** @typedef {import("./words.js").Pace} Pace */
/** @typedef {{name: string, status: string, version: number, pace: Pace}} Stored */

const STILL_MS = 4000; // without a picture: the campaign rests
const BY_HAND = new Set(["preview", "manual"]);
const { words, unreachable } = all;
const form = one(document, "#pace", HTMLFormElement);
const campaign = `/api/v1/campaigns/${form.dataset.id}`;
const base = `${campaign}/pacing`;
const decisions = new Decisions(base);
/** @type {Stored | undefined} what the form was made from */
let stored;
/** @type {number | undefined} */
let resting;
let seen = false; // a picture, of late

/** @param {Stored} now */
function take(now) {
  stored = now;
  drawHead(now);
  write(now.pace);
  askCost(base);
  tellScores(base);
}

/** Somebody may have started or paused it: what is typed stays. */
async function look() {
  try {
    /** @type {Stored} */
    const now = await api.get(base);
    drawHead(now);
    if (!stored || differences(now).length > 0) return; // told when it is saved
    stored = now;
  } catch (error) {
    say(byId("trouble"), told(error, unreachable));
  }
  if (!seen) rest();
}

/** @param {Record<string, any>} picture */
function showPicture(picture) {
  clearTimeout(resting);
  resting = setTimeout(still, STILL_MS);
  byId("resting").hidden = true;
  drawPicture(picture);
  if (!seen) look(); // it was started just now
  seen = true;
}

/** No picture comes any more: find out why. */
function still() {
  seen = false;
  look();
}

function rest() {
  put(byId("resting"), whyResting());
  byId("resting").hidden = false;
  clearPicture();
}

function whyResting() {
  if (stored?.status !== "running") return words.resting;
  return BY_HAND.has(stored.pace.mode) ? words.by_hand : words.waits;
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
    await refused(error);
  }
  button.disabled = false;
}

/** @param {unknown} error */
async function refused(error) {
  if (error instanceof ApiProblem && error.code === "campaign_changed") {
    const now = /** @type {Stored} */ (error.details.current);
    if (differences(now).length === 0) return save(now.version); // not its pace
    return conflict(error.message, now);
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
  askCost(base);
  tellWhatIf(target());
});
listenToStatus(campaign, async () => {
  await look();
  await drawHistory(base);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  save(stored?.version);
});
try {
  take(await api.get(base));
  await Promise.all([decisions.older(), drawHistory(base)]);
  resting = setTimeout(still, STILL_MS);
  if (whyResting() !== words.waits) rest();
  const live = new Live(`${base}/live`)
    .on("snapshot", () => decisions.catchUp().catch(() => {})) // the next one does
    .on("pacing", showPicture)
    .on("decision", (decision) => decisions.add(decision));
  sayState(live, byId("connection"));
  live.start();
  followWhatIf(campaign, target);
} catch (error) {
  say(byId("trouble"), told(error, unreachable));
}
