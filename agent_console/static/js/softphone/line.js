/**
 * SIP over the console's WebSocket, by JsSIP: one registration, one nailed-up leg that is
 * answered by itself, one call of our own (the echo). A broken socket ends no call.
 */

import JsSIP from "../../vendor/jssip-3.13.8.js";

/** @typedef {import("../../vendor/jssip-3.13.8.js").Session} Session */
/** @typedef {import("../../vendor/jssip-3.13.8.js").UserAgent} UserAgent */
/** @typedef {{seat: string, page: string, password: string, echo: string,
 *   renew_s: number}} Credentials */

const DOMAIN = "acordo.invalid";
const REGISTER_S = 120;
const BACK_S = { first: 1, longest: 2 }; // between tries to open the socket again
const DEAD = 1006; // what a browser calls a socket that closed without a word
const GATHERED_MS = 50; // after the last candidate

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
  #ended = false;

  /** @param {Credentials} given @param {LineEvents} events */
  constructor(given, events) {
    const address = new URL(`/sip?page=${given.page}`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new JsSIP.WebSocketInterface(address.href);
    this.#socket.via_transport = "WS"; // what the switch sees behind the console, https or not
    this.#echo = `sip:${given.echo}@${DOMAIN}`;
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
    const session = this.#agent.call(this.#echo, { mediaStream: stream, pcConfig: PEER });
    gatherQuickly(session);
    return session;
  }

  /** End for good: calls too, without waiting for answers. */
  end() {
    this.#ended = true;
    this.#agent.stop();
  }
}

/** @type {RTCConfiguration} */
const PEER = { iceServers: [], rtcpMuxPolicy: "require" };

/** @param {Session} leg @param {MediaStream} stream */
export function answer(leg, stream) {
  gatherQuickly(leg);
  leg.answer({ mediaStream: stream, pcConfig: PEER });
}

/**
 * Do not wait for candidates that never come.
 * @param {Session} session
 */
function gatherQuickly(session) {
  /** @type {number | undefined} */
  let timer;
  session.on("icecandidate", (data) => {
    clearTimeout(timer);
    timer = window.setTimeout(() => data.ready(), GATHERED_MS);
  });
}
