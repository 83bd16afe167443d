/**
 * The agent's page: one long-lived page whose parts are custom elements. What the floor
 * says comes live; a change there never moves the focus. What was begun survives a
 * reload: the state is the server's, drafts are in the session's storage.
 */

import { ApiProblem, api } from "../api.js";
import { Live, sayState } from "../live.js";
import { Softphone } from "../softphone/softphone.js";
import { DebtorCard } from "./card.js";
import { one, part } from "./dom.js";
import { OwnCallBacks, OwnFigures, OwnUnrecorded } from "./own.js";
import { PhonePanel } from "./phone-panel.js";
import { promiseOf } from "./promise.js";
import { CallRecord } from "./record.js";
import { listenToKeys } from "./shortcuts.js";
import { StateBar } from "./state-bar.js";
import { words } from "./words.js";

/** @typedef {import("./contracts.js").Seat} Seat */

const ELEMENTS = {
  "desk-card": DebtorCard,
  "desk-call-backs": OwnCallBacks,
  "desk-figures": OwnFigures,
  "desk-phone": PhonePanel,
  "desk-record": CallRecord,
  "desk-state": StateBar,
  "desk-unrecorded": OwnUnrecorded,
};
for (const [name, kind] of Object.entries(ELEMENTS)) customElements.define(name, kind);

// connecting, with a call: the line fell in mid-call and the floor keeps the debtor
const IN_CALL = new Set(["reserved", "talking", "wrap_up", "connecting"]);
const OBEYED_MS = 6000; // then the floor did not do what was asked for
const FIGURES_MS = 30_000;
const API = "/api/v1/desk";

const page = part(document, "#desk");
const own = page.dataset.seat ?? "";
const bar = one(page, "desk-state", StateBar);
const phone = one(page, "desk-phone", PhonePanel);
const card = one(page, "desk-card", DebtorCard);
const record = one(page, "desk-record", CallRecord);
const figures = one(page, "desk-figures", OwnFigures);
const callBacks = one(page, "desk-call-backs", OwnCallBacks);
const unrecorded = one(page, "desk-unrecorded", OwnUnrecorded);

/** @type {Seat | null} */
let seat = null;
/** @type {AbortController | null} */
let reading = null;

/** @param {unknown} error @returns {string} what a person may read */
function reason(error) {
  if (error instanceof ApiProblem) return error.message;
  if (error instanceof TypeError || error instanceof DOMException)
    return words.desk.no_reach;
  throw error;
}

/** @param {Seat | undefined} entry - as the floor shows it */
function onSeat(entry) {
  const next = entry ?? { state: "offline", since: new Date().toISOString(), call: null };
  if (seat && next.since < seat.since) return; // told late
  const before = seat;
  seat = /** @type {Seat} */ (next);
  bar.put(seat);
  phone.seat(seat);
  const call = IN_CALL.has(seat.state) ? seat.call : null;
  if (call) inCall(call, seat);
  else if (!before || IN_CALL.has(before.state) || !card.card) free(seat);
  if (before?.state !== seat.state) refreshOwn();
}

/** @param {string} call @param {Seat} now */
function inCall(call, now) {
  if (card.card?.call.id !== call && card.dataset.call !== call) readCard(call);
  record.open(call);
  record.ended = now.state === "wrap_up";
}

/** @param {Seat} now */
function free(now) {
  reading?.abort();
  delete card.dataset.call;
  card.clear(now.state);
  if (!record.late) record.close();
}

/** @param {string} call */
async function readCard(call) {
  reading?.abort();
  const mine = new AbortController();
  reading = mine;
  card.dataset.call = call;
  // never one debtor's card in another's call
  if (card.card && card.card.call.id !== call) card.clear("reserved");
  try {
    const read = await api.get(`${API}/calls/${call}/card`, { signal: mine.signal });
    if (reading !== mine) return;
    card.put(read);
    record.card = read;
  } catch (error) {
    if (mine.signal.aborted) return;
    card.trouble(reason(error));
  }
}

async function refreshOwn() {
  const quietly = (/** @type {unknown} */ error) => void reason(error); // asked again
  const asked = [
    api.get(`${API}/figures`).then((told) => figures.put(told)),
    api.get(`${API}/call-backs`).then((told) => callBacks.put(told.call_backs)),
    api.get(API).then((told) => {
      bar.skew = Date.parse(told.now) - Date.now();
      unrecorded.put(told.unrecorded);
    }),
  ];
  await Promise.all(asked.map((one) => one.catch(quietly)));
}

/** @type {number | undefined} */
let waiting;

/** Ask the floor for something. @param {{do: string, code?: string, call?: string}} wish */
async function wishFor(wish) {
  const { do: verb, code = null, call = null } = wish;
  bar.told("");
  clearTimeout(waiting);
  // whoever comes in needs the telephone, and this click may ask for the microphone
  if (verb === "log_in" && !(await phone.ready())) return;
  const before = JSON.stringify(seat);
  try {
    await api.post(`${API}/commands`, { do: verb, code, call });
  } catch (error) {
    bar.told(reason(error));
    return;
  }
  waiting = setTimeout(() => {
    if (JSON.stringify(seat) === before) bar.told(words.desk.no_answer);
  }, OBEYED_MS);
}

/** @param {any} detail */
async function heard(detail) {
  const call = card.card?.call.id;
  if (!call) return;
  try {
    const read = await api.post(`${API}/calls/${call}/identity`, detail);
    if (card.card?.call.id === call) card.put(read);
    record.card = read;
  } catch (error) {
    card.answerTrouble(reason(error));
  }
}

/** @param {{call: string, draft: import("./contracts.js").Draft}} detail */
async function keep({ call, draft }) {
  const late = record.late;
  try {
    const kept = await api.post(`${API}/calls/${call}/disposition`, {
      code: draft.code,
      note: draft.note,
      promise: draft.code === "promise" ? promiseOf(draft) : null,
      call_back: draft.call_back ? { day: draft.day, time: draft.time } : null,
    });
    record.done(call);
    bar.told("");
    if (late && seat) onSeat(seat);
    if (kept.call_back_at || late) refreshOwn();
  } catch (error) {
    if (record.call === call) record.trouble(problemText(error));
    else bar.told(problemText(error)); // it is in the list of what was not recorded
  }
}

/** @param {unknown} error */
function problemText(error) {
  const fields = error instanceof ApiProblem ? (error.details.errors ?? []) : [];
  const told = { promise: "Promessa", call_back: "Retorno", note: "Anotação" };
  const named = fields.map(({ field, text }) => {
    const part = /** @type {"note"} */ (field.split(".")[0]);
    return `${told[part] ?? field}: ${text}`;
  });
  return named.length ? named.join(" ") : reason(error);
}

/** @param {{day: string, time: string}} wanted */
async function checkCallBack(wanted) {
  const call = record.call;
  if (!call || record.late) return;
  try {
    await api.post(`${API}/calls/${call}/call-back-check`, wanted);
    record.callBackTold("Horário permitido.", null);
  } catch (error) {
    record.callBackTold(reason(error), nextTime(error));
  }
}

/** @param {unknown} error - the next time at which it would be allowed, if it says so */
function nextTime(error) {
  const told = error instanceof ApiProblem ? error.details : null;
  if (!told?.next_day) return null;
  const [day, time, label] = [told.next_day, told.next_time, told.next].map(String);
  return { day, time, label };
}

/** @param {string} id */
async function cancelCallBack(id) {
  try {
    await api.delete(`${API}/call-backs/${id}`);
  } catch (error) {
    bar.told(reason(error));
  }
  await refreshOwn();
}

/** @type {Record<string, (detail: any) => void>} */
const asked = {
  "desk:wish": wishFor,
  "desk:heard": heard,
  "desk:again": () => card.dataset.call && readCard(card.dataset.call),
  "desk:record": keep,
  "desk:check": checkCallBack,
  "desk:cancel-call-back": cancelCallBack,
  "desk:late": (/** @type {{call: string, late: string}} */ { call, late }) => {
    if (seat && IN_CALL.has(seat.state)) return;
    record.close();
    record.open(call, { late });
    record.enter();
  },
  "desk:leave-late": () => record.close(),
};
for (const [type, act] of Object.entries(asked))
  page.addEventListener(type, (event) => act(/** @type {CustomEvent} */ (event).detail));

listenToKeys({
  F2: () => wishFor({ do: "available" }),
  F3: () => bar.choosePause(),
  F4: () => phone.do("hang_up"),
  F7: () => phone.do("mute"),
  F8: () => phone.do("hold"),
  F9: () => record.enter(),
});

const live = new Live(`${API}/live`)
  .on("snapshot", (told) => told.bus && onSeat(told.agents[own]))
  .on("agent", (told) => onSeat(told));
sayState(live, part(document, "#live-trouble"));
live.start();
const softphone = new Softphone(words.softphone);
phone.use(softphone);
/** @type {string} */
let line = "off";
softphone.watch(({ state }) => {
  // whatever took the telephone's connection away may have taken the live one, silently
  if (line === "lost" && state === "ready") live.start();
  line = state;
});
softphone.reconnect();
refreshOwn();
setInterval(refreshOwn, FIGURES_MS);
