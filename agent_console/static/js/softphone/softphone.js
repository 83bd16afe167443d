/**
 * The telephone in the page: connect, mute, dial, test, and a word on how it is. What is
 * done to the call itself (hold, resume, hang up) is asked of the floor, which has both
 * sides of it; the leg stays up between calls.
 *
 *   const phone = new Softphone(words.softphone);
 *   phone.watch((state) => ...);
 *   await phone.connect();      // after a click; `phone.reconnect()` after a reload
 *   phone.announce();           // a call was put through: a short tone in the ear
 */

import { api } from "../api.js";
import { Ear } from "./ear.js";
import { beep, choose, consented, devices, Meter, microphone } from "./sound.js";
import { CLOSED, Troubled, troubleOf, unable } from "./troubles.js";

/** @typedef {import("./line.js").Credentials} Credentials */
/** @typedef {import("./line.js").Line} Line */
/** @typedef {import("./line.js").Session} Session */
/** @typedef {import("./sound.js").Choice} Choice */
/** @typedef {import("./troubles.js").Trouble} Trouble */

/**
 * @typedef {object} PhoneState
 * @property {"off" | "connecting" | "ready" | "lost"} state
 * @property {boolean} leg - the nailed-up leg stands: the agent can hear and be heard
 * @property {boolean} muted
 * @property {Trouble} code - what is wrong; empty: nothing
 * @property {string} text - what it is doing, for the agent to read
 * @property {string} trouble - what is wrong and what to do, for the agent to read
 */

const BEFORE = "acordo:softphone"; // sessionStorage: this tab was connected
const SAY_LOST_MS = 2000; // a socket that is back by then was not worth a word
const NAIL_AGAIN_MS = 6000; // without sound: another socket and another leg, once
const TEST_MS = 5000;
const AUDIBLE = 0.004; // about -48 dB of full scale

export class Softphone {
  /** @type {Record<string, string>} */
  #words;
  /** @type {((state: PhoneState) => void)[]} */
  #watchers = [];
  /** @type {PhoneState} */
  #is = { state: "off", leg: false, muted: false, code: "", text: "", trouble: "" };
  /** @type {AudioContext | undefined} */
  #context;
  /** @type {MediaStream | undefined} */
  #stream;
  /** @type {Meter | undefined} */
  #own;
  /** @type {Line | undefined} */
  #line;
  /** @type {Session | undefined} */
  #leg;
  /** @type {Ear | undefined} */
  #ear;
  #page = "";
  #renewing = 0;
  #sayLost = 0;
  #nailedAgain = false;

  /** @param {Record<string, string>} words - section `softphone` of the catalogue */
  constructor(words) {
    this.#words = words;
    window.addEventListener("pagehide", () => this.#leave());
    window.addEventListener("online", () => this.#line?.register());
  }

  /** @param {(state: PhoneState) => void} watcher - told now and at each change */
  watch(watcher) {
    this.#watchers.push(watcher);
    this.#show({});
  }

  /** Take the seat, with the microphone. Troubles are shown, not thrown. */
  async connect() {
    if (this.#is.state === "connecting" || this.#is.state === "ready") return;
    // the socket is away and the call is not: pressing this must not end it
    if (this.#is.state === "lost" && this.#leg?.isEstablished())
      return this.#line?.reopen();
    this.#end();
    this.#show({ state: "connecting", code: "" });
    try {
      const cannot = unable();
      if (cannot) throw new Troubled(cannot);
      await this.#listen();
      await this.#take();
      sessionStorage.setItem(BEFORE, "on");
    } catch (error) {
      this.#end();
      this.#show({ state: "off", code: troubleOf(error) });
    }
  }

  /** After a reload: connect if this tab was connected before. */
  async reconnect() {
    if (sessionStorage.getItem(BEFORE) === "on") await this.connect();
  }

  /** In a new page: connect if no person needs to be asked for the microphone. */
  async takeUp() {
    if (this.#is.state === "off" && (await consented())) await this.connect();
  }

  /** Leave the seat. */
  disconnect() {
    sessionStorage.removeItem(BEFORE);
    this.#end();
    this.#show({ state: "off", code: "" });
  }

  /** @param {boolean} muted - the debtor hears silence */
  mute(muted) {
    for (const track of this.#stream?.getAudioTracks() ?? []) track.enabled = !muted;
    this.#show({ muted });
  }

  /** @param {string} digit - sent as RFC 4733 events in the sound's own stream */
  dial(digit) {
    if (/^[0-9*#]$/.test(digit) && this.#leg?.isEstablished())
      this.#leg.sendDTMF(digit, { transportType: "RFC2833", duration: 160 });
  }

  /** A short tone in the agent's ear: a call was put through. */
  announce() {
    if (this.#context) beep(this.#context);
  }

  /** How loud each side is, 0 to 1. */
  levels() {
    const microphone = this.#is.muted ? 0 : (this.#own?.level() ?? 0);
    return { microphone, ear: this.#ear?.level() ?? 0 };
  }

  /**
   * How strong one frequency is at the ear, in dB of full scale.
   * @param {number} hertz
   */
  tone(hertz) {
    return this.#ear?.tone(hertz) ?? Number.NEGATIVE_INFINITY;
  }

  devices() {
    return devices();
  }

  /**
   * Use other devices from now on; a call in progress goes on.
   * @param {Choice} choice
   */
  async choose(choice) {
    choose(choice);
    this.#ear?.route();
    if (!this.#stream || ("speaker" in choice && Object.keys(choice).length === 1)) return;
    try {
      await this.#listen();
    } catch (error) {
      return this.#show({ code: troubleOf(error) });
    }
    const [track] = this.#stream.getAudioTracks();
    for (const sender of this.#leg?.connection?.getSenders() ?? [])
      if (sender.track?.kind === "audio") await sender.replaceTrack(track ?? null);
    this.mute(this.#is.muted);
  }

  /**
   * Hear oneself through the switch for some seconds.
   * @returns {Promise<string>} what was found, for the agent to read
   */
  async testEcho() {
    if (!this.#line || !this.#stream || !this.#context) return this.#words.test_off ?? "";
    this.#ear?.cover(true);
    const session = this.#line.callEcho(this.#stream);
    try {
      const { own, back } = await this.#loudest(session, this.#context);
      if (own < AUDIBLE) return this.#words.test_silent ?? "";
      return (back < AUDIBLE ? this.#words.test_no_echo : this.#words.test_good) ?? "";
    } catch (error) {
      if (!(error instanceof Troubled)) throw error;
      return this.#words.test_failed ?? "";
    } finally {
      if (!session.isEnded()) session.terminate();
      this.#ear?.cover(false);
    }
  }

  /**
   * @param {Session} session @param {AudioContext} context
   * @returns {Promise<{own: number, back: number}>} the loudest that each side was
   */
  async #loudest(session, context) {
    const connection = await /** @type {Promise<RTCPeerConnection>} */ (
      new Promise((resolve, reject) => {
        const failed = () => reject(new Troubled("switch_away"));
        session.on("failed", failed);
        session.on("confirmed", () =>
          session.connection ? resolve(session.connection) : failed(),
        );
      })
    );
    const stream = new MediaStream(connection.getReceivers().map((one) => one.track));
    const ear = document.createElement("audio");
    ear.autoplay = true;
    ear.srcObject = stream;
    const meter = new Meter(context, stream);
    const loudest = { own: 0, back: 0 };
    const until = performance.now() + TEST_MS;
    while (performance.now() < until && !session.isEnded()) {
      loudest.own = Math.max(loudest.own, this.#own?.level() ?? 0);
      loudest.back = Math.max(loudest.back, meter.level());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    meter.end();
    ear.srcObject = null;
    return loudest;
  }

  async #listen() {
    const stream = await microphone();
    this.#context ??= new AudioContext();
    this.#context.resume().catch(() => {}); // waits for a click where the browser wants one
    this.#own?.end();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = stream;
    this.#own = new Meter(this.#context, stream);
    for (const track of stream.getAudioTracks())
      track.addEventListener("ended", () => this.#show({ code: "no_microphone" }));
  }

  /** Ask for the seat and register. */
  async #take() {
    const [given, sip] = await Promise.all([credentials(null), import("./line.js")]);
    this.#page = given.page;
    this.#line = new sip.Line(given, {
      onRegistered: () => this.#registered(),
      onLost: (code) => this.#lost(code),
      onRefused: (status) => this.#refused(status),
      onLeg: (leg) => this.#nail(leg),
    });
    this.#renewing = window.setInterval(() => this.#renew(), given.renew_s * 1000);
  }

  async #renew() {
    try {
      const given = await credentials(this.#page);
      this.#line?.renew(given.password);
    } catch (error) {
      if (troubleOf(error) === "seat_taken") this.#taken();
      // else: the password is good for a while yet, and the next turn tries again
    }
  }

  #registered() {
    clearTimeout(this.#sayLost);
    this.#sayLost = 0;
    this.#show({ state: "ready", code: "" });
  }

  /** @param {number | undefined} code - by which the socket was closed */
  #lost(code) {
    if (code === CLOSED.seatTaken) return this.#taken();
    if (code === CLOSED.sessionOver) return void this.#sessionOver();
    const trouble = code === CLOSED.switchAway ? "switch_away" : "registration_lost";
    this.#sayLost ||= window.setTimeout(
      () => this.#show({ state: "lost", code: trouble }),
      SAY_LOST_MS,
    );
  }

  /** @param {number | undefined} status */
  async #refused(status) {
    this.#show({ state: "lost", code: "registration_refused" });
    if (status !== 401 && status !== 403) return; // it tries again by itself
    await this.#renew();
    this.#line?.register();
  }

  #taken() {
    sessionStorage.removeItem(BEFORE);
    this.#end();
    this.#show({ state: "off", code: "seat_taken" });
  }

  async #sessionOver() {
    this.#end();
    this.#show({ state: "off", code: "session_over" });
    await this.connect(); // asks for a login, unless there was one meanwhile
  }

  /** @param {Session} leg */
  #nail(leg) {
    if (!this.#stream || !this.#context) return leg.terminate({ status_code: 480 });
    const context = this.#context;
    this.#drop();
    this.#leg = leg;
    leg.on("peerconnection", ({ peerconnection }) => {
      this.#ear = new Ear(context, peerconnection, (ms) => this.#silence(leg, ms));
    });
    leg.on("confirmed", () => {
      this.announce();
      this.#show({ leg: true });
    });
    for (const end of ["ended", "failed"]) leg.on(end, () => this.#fallen(leg));
    this.#line?.answer(leg, this.#stream);
  }

  /** @param {Session} leg */
  #fallen(leg) {
    if (this.#leg !== leg) return;
    this.#drop();
    this.#show({ leg: false });
  }

  /** An older leg is dead: the switch has made another. */
  #drop() {
    const leg = this.#leg;
    this.#leg = undefined;
    this.#ear?.end();
    this.#ear = undefined;
    if (leg && !leg.isEnded()) leg.terminate();
  }

  /** @param {Session} leg @param {number} ms - how long nothing has come */
  #silence(leg, ms) {
    if (this.#leg !== leg) return;
    if (ms === 0) {
      this.#nailedAgain = false;
      if (this.#is.code === "no_sound") this.#show({ code: "" });
      return;
    }
    if (this.#is.code === "") this.#show({ code: "no_sound" });
    if (ms < NAIL_AGAIN_MS || this.#nailedAgain || this.#is.state !== "ready") return;
    this.#nailedAgain = true;
    this.#show({ state: "lost", code: "registration_lost" });
    this.#line?.reopen();
    order("reattach").catch(troubleOf);
  }

  /** The page goes: say so, and the debtor hears music at once. */
  #leave() {
    this.#drop();
    this.#end();
  }

  #end() {
    clearInterval(this.#renewing);
    clearTimeout(this.#sayLost);
    this.#sayLost = 0;
    const line = this.#line;
    this.#line = undefined;
    this.#drop();
    line?.end();
    this.#own?.end();
    this.#own = undefined;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    this.#is.leg = false;
  }

  /** @param {Partial<PhoneState>} change */
  #show(change) {
    const now = { ...this.#is, ...change };
    now.trouble = now.code ? (this.#words[now.code] ?? now.code) : "";
    const doing = now.state === "ready" && now.leg ? "in_ear" : now.state;
    now.text = this.#words[doing] ?? doing;
    this.#is = now;
    for (const watcher of this.#watchers) watcher(now);
  }
}

/**
 * @param {string | null} page - null: take the seat
 * @returns {Promise<Credentials>}
 */
function credentials(page) {
  return api.post("/api/v1/softphone/credentials", { page });
}

/**
 * Ask the floor for something about the call in hand.
 * @param {"hold" | "resume" | "reattach" | "hang_up"} wish
 */
export function order(wish) {
  return api.post("/api/v1/softphone/orders", { do: wish });
}
