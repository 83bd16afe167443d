/**
 * The agent's page: one long-lived page whose parts are custom elements. What the floor
 * says comes live; a change there never moves the focus. What was begun survives a
 * reload: the state is the server's, drafts are kept by `draft.js`.
 */

import { ApiProblem, api } from "../api.js";
import { date, money } from "../format.js";
import { Live, sayState } from "../live.js";
import { Softphone } from "../softphone/softphone.js";
import { DebtorCard } from "./card.js";
import { contactNow, setContactClock } from "./contact-clock.js";
import { one, part } from "./dom.js";
import { saving } from "./follows.js";
import { Negotiation } from "./negotiation.js";
import { OwnCallBacks, OwnFigures, OwnPassedOn, OwnUnrecorded } from "./own.js";
import { OwnTaking } from "./own-taking.js";
import { PhonePanel } from "./phone-panel.js";
import { promiseOf } from "./promise.js";
import { CallRecord } from "./record.js";
import { DeskRobotPayment } from "./robot-payment.js";
import { listenToKeys, listenToSave } from "./shortcuts.js";
import { StateBar, shownState } from "./state-bar.js";
import { toast } from "./toast.js";
import { supervises, words } from "./words.js";

/** @typedef {import("./contracts.js").Seat} Seat */

const ELEMENTS = {
  "desk-card": DebtorCard,
  "desk-call-backs": OwnCallBacks,
  "desk-figures": OwnFigures,
  "desk-negotiation": Negotiation,
  "desk-passed-on": OwnPassedOn,
  "desk-own-taking": OwnTaking,
  "desk-phone": PhonePanel,
  "desk-record": CallRecord,
  "desk-robot-payment": DeskRobotPayment,
  "desk-state": StateBar,
  "desk-unrecorded": OwnUnrecorded,
};
for (const [name, kind] of Object.entries(ELEMENTS)) customElements.define(name, kind);

// connecting, with a call: the line fell in mid-call and the floor keeps the debtor
const IN_CALL = new Set(["preview", "reserved", "talking", "wrap_up", "connecting"]);
const OBEYED_MS = 6000; // then the floor did not do what was asked for
const FIGURES_MS = 30_000;
const API = "/api/v1/desk";

const page = part(document, "#desk");
const own = page.dataset.seat ?? "";
const bar = one(page, "desk-state", StateBar);
const phone = one(page, "desk-phone", PhonePanel);
const card = one(page, "desk-card", DebtorCard);
const negotiation = one(page, "desk-negotiation", Negotiation);
const robotPayment = one(page, "desk-robot-payment", DeskRobotPayment);
const record = one(page, "desk-record", CallRecord);
const figures = one(page, "desk-figures", OwnFigures);
const callBacks = one(page, "desk-call-backs", OwnCallBacks);
const unrecorded = one(page, "desk-unrecorded", OwnUnrecorded);
const passedOn = one(page, "desk-passed-on", OwnPassedOn);
const taking = supervises ? one(document, "desk-own-taking", OwnTaking) : null;

/** @type {Seat | null} */
let seat = null;
/** @type {AbortController | null} */
let reading = null;
/** @type {string} */
let line = "off"; // of the telephone

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
  if (JSON.stringify(seat) !== JSON.stringify(before)) answered();
  bar.put(seat, line);
  phone.seat(seat);
  robotPayment.seat(seat);
  taking?.seat(seat);
  const call = IN_CALL.has(seat.state) ? seat.call : null;
  unrecorded.busy = call !== null && seat.state !== "preview";
  const { drafted } = record;
  if (call) inCall(call, seat);
  else if (!before || IN_CALL.has(before.state) || !card.card) free(seat);
  if (drafted && record.call !== drafted) toast(words.desk.left_drafted);
  if (before?.state !== seat.state) refreshOwn();
}

/** @param {string} call @param {Seat} now */
function inCall(call, now) {
  if (card.card?.call.id !== call && card.dataset.call !== call) readCard(call);
  card.toggleAttribute("data-previews", now.state === "preview");
  if (now.state === "preview") {
    if (!record.late) record.close();
    return;
  }
  record.open(call);
  record.saveText = saving(now);
  const phases = { wrap_up: "over", connecting: "line_lost" };
  const phase = phases[/** @type {"wrap_up"} */ (now.state)] ?? "in_call";
  record.phase = /** @type {import("./record.js").Phase} */ (phase);
}

/** @param {Seat} now */
function free(now) {
  reading?.abort();
  delete card.dataset.call;
  card.clear(shownState(now, line));
  if (!record.late) record.close();
}

/** @param {string} call */
async function readCard(call) {
  reading?.abort();
  const mine = new AbortController();
  reading = mine;
  card.dataset.call = call;
  // never one debtor's card in another's call
  if (card.card?.call.id !== call) card.clear("reserved");
  try {
    const read = await api.get(`${API}/calls/${call}/card`, { signal: mine.signal });
    if (reading !== mine) return;
    putCard(read);
  } catch (error) {
    if (mine.signal.aborted) return;
    card.trouble(reason(error));
  }
}

/** @param {import("./contracts.js").Card} read */
function putCard(read) {
  if (read.policy) setContactClock(read.policy.now);
  card.put(read);
  negotiation.put(read);
  record.card = read;
}

async function refreshOwn() {
  const quietly = (/** @type {unknown} */ error) => void reason(error); // asked again
  const asked = [
    api.get(`${API}/figures`).then((told) => figures.put(told)),
    api.get(`${API}/call-backs`).then((told) => callBacks.put(told.call_backs)),
    api.get(API).then((told) => {
      bar.skew = Date.parse(told.now) - Date.now();
      setContactClock(told.contact_now);
      figures.contactClock = contactNow();
      unrecorded.put(told.unrecorded);
      passedOn.put(told.passed_on);
    }),
  ];
  await Promise.all(asked.map((one) => one.catch(quietly)));
}

/** @type {number | undefined} */
let waiting;

/** The floor did something: whoever asked waits no more. */
function answered() {
  clearTimeout(waiting);
  bar.untold(words.desk.no_answer);
}

/** A seat without its telephone can do nothing else first. @param {string} verb */
const needsPhone = (verb) =>
  verb === "log_in" || (verb === "available" && seat?.state === "connecting");

/** Ask the floor for something. @param {{do: string, code?: string, call?: string}} wish */
async function wishFor(wish) {
  const { do: verb, code = null, call = null } = wish;
  bar.told("");
  clearTimeout(waiting);
  // this click may ask for the microphone
  if (needsPhone(verb) && !(await phone.ready())) return;
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
    if (card.card?.call.id === call) putCard(read);
  } catch (error) {
    card.answerTrouble(reason(error));
  }
}

/** @param {{reason: string, title: string, proof?: string}} detail */
async function suppress({ reason: code, title, proof = "" }) {
  const call = card.card?.call.id;
  if (!call) return;
  try {
    const asked = { reason: code, proof };
    const read = await api.post(`${API}/calls/${call}/suppression`, asked);
    toast(words.desk.suppressed.replace("{title}", title));
    card.suppressed();
    if (card.card?.call.id === call) putCard(read);
  } catch (error) {
    card.suppressTrouble(reason(error));
  }
}

/**
 * @param {{call: string, draft: import("./contracts.js").Draft, affirmed: boolean}} detail
 */
async function keep({ call, draft, affirmed }) {
  const late = record.late;
  try {
    const kept = await api.post(`${API}/calls/${call}/disposition`, {
      code: draft.code,
      note: draft.note,
      promise: draft.code === "promise" ? promiseOf(draft) : null,
      call_back: draft.call_back ? { day: draft.day, time: draft.time } : null,
      debtor_affirmed: affirmed,
    });
    record.done(call);
    bar.told("");
    toast(savedText(kept, draft));
    if (late && seat) onSeat(seat);
    refreshOwn();
  } catch (error) {
    notKept(call, error);
  } finally {
    record.settled(call);
  }
}

/**
 * @param {{label: string, call_back_at: string | null}} kept
 * @param {{day: string, time: string}} draft
 */
function savedText({ label, call_back_at }, { day, time }) {
  const { saved, saved_call_back } = words.desk;
  if (!call_back_at) return saved.replace("{label}", label);
  const when = `${date(day)} às ${time}`;
  return saved_call_back.replace("{label}", label).replace("{when}", when);
}

/** The floor may have gone on meanwhile: then it is another call that is shown. */
function notKept(/** @type {string} */ call, /** @type {unknown} */ error) {
  const code = error instanceof ApiProblem ? error.code : "";
  if (record.call !== call) {
    bar.told(words.desk.not_saved.replace("{why}", problemText(error)));
    refreshOwn();
  } else if (code === "identity_unconfirmed") record.askWho();
  else if (code.startsWith("call_back_"))
    record.callBack.told(reason(error), { refused: true, next: nextTime(error) });
  else record.trouble(problemText(error));
}

/** @param {unknown} error */
function problemText(error) {
  const fields = error instanceof ApiProblem ? (error.details.errors ?? []) : [];
  const told = { promise: "Promessa", call_back: "Retorno", note: "Anotação" };
  const named = fields.map(({ field, text }) => {
    const part = /** @type {"note"} */ (field.split(".")[0]);
    return `${told[part] ?? field}: ${text}`;
  });
  return named.length ? [...new Set(named)].join(" ") : reason(error);
}

/** @param {{day: string, time: string}} wanted */
async function checkCallBack(wanted) {
  const call = record.call;
  const { day, time } = wanted;
  const meant = () => {
    const { draft } = record.callBack; // it may be another by now
    return record.call === call && draft.day === day && draft.time === time;
  };
  try {
    await api.post(`${API}/calls/${call}/call-back-check`, wanted);
    if (meant()) record.callBack.told("Horário permitido.");
  } catch (error) {
    const told = { refused: true, next: nextTime(error) };
    if (meant()) record.callBack.told(reason(error), told);
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
  "desk:suppress": suppress,
  "desk:again": () => card.dataset.call && readCard(card.dataset.call),
  "desk:record": keep,
  "desk:check": checkCallBack,
  "desk:cancel-call-back": cancelCallBack,
  "desk:late": (/** @type {{call: string, late: string, zone: string}} */ asked) => {
    if (seat?.call && IN_CALL.has(seat.state)) return; // its button says so
    record.close();
    record.open(asked.call, asked);
    record.enter();
  },
  "desk:leave-late": () => record.close(),
  "desk:to-robot": (what) =>
    robotPayment.send(what).then(
      () => negotiation.refused(null),
      (/** @type {unknown} */ error) => negotiation.refused(error),
    ),
  "desk:agreed": () => toast(words.negotiation.agreed),
  "desk:copied": () => toast(words.negotiation.copied),
};
for (const [type, act] of Object.entries(asked))
  page.addEventListener(type, (event) => act(/** @type {CustomEvent} */ (event).detail));

/** Money came in for the debtor in call. @param {any} told */
function paid({ amount, means, call }) {
  if (card.card?.call.id !== call) return;
  const by = words.means[means] ?? means;
  const said = words.negotiation.paid.replace("{amount}", money(amount));
  toast(said.replace("{means}", by));
  negotiation.again();
  readCard(call);
}

/** The next step: come in, be available, or call who is shown. */
function goOn() {
  if (seat?.state === "idle") toast(words.desk.already_available);
  else if (seat?.state === "preview") askOfPreview("dial");
  else if (supervises && seat?.state !== "offline") phone.ready();
  else wishFor({ do: seat?.state === "offline" ? "log_in" : "available" });
}

/** What is dialled already is neither dialled nor skipped. @param {string} verb */
function askOfPreview(verb) {
  if (seat?.preview && seat.call) wishFor({ do: verb, call: seat.call });
}

listenToSave(() => {
  if (record.call) record.save();
  else toast(words.desk.nothing_to_record);
});
listenToKeys({
  F2: goOn,
  F3: () => bar.choosePause(),
  F4: () => phone.do("hang_up"),
  F6: () => askOfPreview("skip"),
  F7: () => phone.do("mute"),
  F8: () => phone.do("hold"),
  F9: () => record.enter(),
});

const live = new Live(`${API}/live`)
  .on("snapshot", (told) => told.bus && onSeat(told.agents[own]))
  .on("agent", (told) => onSeat(told))
  .on("paid", paid);
sayState(live, part(document, "#live-trouble"));
live.start();
const softphone = new Softphone(words.softphone);
phone.use(softphone);
softphone.watch(({ state }) => {
  if (state === line) return;
  // whatever took the telephone's connection away may have taken the live one, silently
  if (line === "lost" && state === "ready") live.start();
  line = state;
  if (seat) onSeat(seat);
});
const connected = softphone.reconnect();
refreshOwn();
taking?.use({ softphone, phone, seat: () => seat, wish: wishFor, reason });
connected.then(() => taking?.begin());
setInterval(refreshOwn, FIGURES_MS);
