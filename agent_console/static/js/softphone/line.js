/**
 * SIP over the console's WebSocket, by JsSIP: one registration, one nailed-up leg that is
 * answered by itself, one call of our own (the echo). A broken socket ends no call.
 */

import JsSIP from "../../vendor/jssip-3.13.8.js";

/** @typedef {import("../../vendor/jssip-3.13.8.js").Session} Session */
/** @typedef {import("../../vendor/jssip-3.13.8.js").UserAgent} UserAgent */
/** @typedef {{seat: string, page: string, password: string, echo: string,
 *   renew_s: number, relays: RTCIceServer[]}} Credentials */

const DOMAIN = "acordo.invalid";
const REGISTER_S = 120;
const BACK_S = { first: 1, longest: 2 }; // between tries to open the socket again
const DEAD = 1006; // what a browser calls a socket that closed without a word
const GATHERED_MS = 50; // after the last candidate
const RELAY_MS = 1500; // for a relay's candidate, when there is a relay

/**
 * @typedef {object} LineEvents
 * @property {() => void} onRegistered
 * @property {(code: number | undefined) => void} onLost - the socket closed
 * @property {(status: number | undefined) => void} onRefused - REGISTER was refused
 * @property {(leg: Session) => void} onLeg - the nailed-up leg comes; not yet answered
 */

export class Line {
  /** @type {UserAgent} */
  #agent;
  #echo;
  #socket;
  #relays;
  #ended = false;

  /** @param {Credentials} given @param {LineEvents} events */
  constructor(given, events) {
    const address = new URL(`/sip?page=${given.page}`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new JsSIP.WebSocketInterface(address.href);
    this.#socket.via_transport = "WS"; // what the switch sees behind the console, https or not
    this.#echo = `sip:${given.echo}@${DOMAIN}`;
    this.#relays = given.relays;
    this.#agent = new JsSIP.UA({
      sockets: [this.#socket],
      uri: `sip:${given.seat}@${DOMAIN}`,
      contact_uri: `sip:${given.page}@${given.page}.invalid;transport=ws`,
      authorization_user: given.seat,
      password: given.password,
      register_expires: REGISTER_S,
      session_timers: false,
      user_agent: "Acordo",
      connection_recovery_min_interval: BACK_S.first,
      connection_recovery_max_interval: BACK_S.longest,
    });
    this.#on("registered", () => events.onRegistered());
    this.#on("disconnected", (data) => events.onLost(data?.code));
    this.#on("registrationFailed", (data) => events.onRefused(data.response?.status_code));
    this.#on("newRTCSession", (data) => {
      if (data.originator === "remote") events.onLeg(data.session);
    });
    this.#agent.start();
  }

  /**
   * A line that was ended tells nothing more: its own closing is no loss.
   * @param {string} event @param {(data: any) => void} tell
   */
  #on(event, tell) {
    this.#agent.on(event, (/** @type {any} */ data) => {
      if (!this.#ended) tell(data);
    });
  }

  /** @param {string} password */
  renew(password) {
    this.#agent.set("password", password);
  }

  /** Register now: a refusal may have been about an old password. */
  register() {
    if (this.#agent.isConnected()) this.#agent.register();
  }

  /** Give the socket up and open another: one that is dead may say nothing for minutes. */
  reopen() {
    if (!this.#agent.isConnected()) return;
    this.#socket.disconnect();
    this.#socket.ondisconnect?.(true, DEAD, "no sound");
  }

  /**
   * Call oneself.
   * @param {MediaStream} stream
   * @returns {Session}
   */
  callEcho(stream) {
    const pcConfig = peer(this.#relays);
    const session = this.#agent.call(this.#echo, { mediaStream: stream, pcConfig });
    gatherQuickly(session, this.#relays.length > 0);
    return session;
  }

  /**
   * Take the nailed-up leg.
   * @param {Session} leg
   * @param {MediaStream} stream
   */
  answer(leg, stream) {
    gatherQuickly(leg, this.#relays.length > 0);
    leg.answer({ mediaStream: stream, pcConfig: peer(this.#relays) });
  }

  /** End for good: calls too, without waiting for answers. */
  end() {
    this.#ended = true;
    this.#agent.stop();
  }
}

/**
 * @param {RTCIceServer[]} relays
 * @returns {RTCConfiguration}
 */
function peer(relays) {
  return { iceServers: relays, rtcpMuxPolicy: "require" };
}

/**
 * Do not wait for candidates that never come. A relay answers later than this machine does,
 * and without its candidate nothing would go through it.
 * @param {Session} session
 * @param {boolean} relayed - there is a relay to wait for
 */
function gatherQuickly(session, relayed) {
  /** @type {number | undefined} */
  let timer;
  let waiting = relayed;
  session.on("icecandidate", (data) => {
    clearTimeout(timer);
    if (data.candidate?.type === "relay") waiting = false;
    timer = window.setTimeout(() => data.ready(), waiting ? RELAY_MS : GATHERED_MS);
  });
}
