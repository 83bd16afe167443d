/**
 * What happens on the floor, as server-sent events, for one page.
 *
 * Wraps EventSource: starts again by itself, also after answers at which an EventSource
 * gives up, and notices a connection on which nothing comes any more. The state is one of
 * `connecting`, `live`, `stale` (the server answers, but has lost its own bus: what is
 * shown is old) and `lost`. Handlers get the events' data; a new `snapshot` replaces all
 * that was told before it.
 */

import { sessionExpired } from "./api.js";

/** @typedef {"connecting" | "live" | "stale" | "lost"} LiveState */

const SILENT_MS = 12_000; // a beat comes every 5 s
const ANSWER_MS = 5000; // a connection that a router forgot never answers
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

export class Live {
  /** @type {EventSource | undefined} */
  #source;
  /** @type {LiveState} */
  #state = "connecting";
  /** @type {Map<string, ((data: any) => void)[]>} */
  #handlers = new Map();
  /** @type {((state: LiveState) => void)[]} */
  #watchers = [];
  #pause = FIRST_PAUSE_MS;
  /** @type {number | undefined} */
  #silence;
  /** @type {number | undefined} */
  #again;
  /** @type {AbortController | undefined} */
  #asking;

  /** @param {string} url - of the stream */
  constructor(url) {
    this.url = url;
    this.on("snapshot", (data) => this.#be(data.bus ? "live" : "stale"));
    this.on("bus", (data) => this.#be(data.up ? "live" : "stale"));
    this.on("beat", () => {});
    this.on("again", () => this.start());
  }

  get state() {
    return this.#state;
  }

  /**
   * Call the handler with the data of each event of a kind. Before `start`.
   * @param {string} kind
   * @param {(data: any) => void} handler
   * @returns {this}
   */
  on(kind, handler) {
    this.#handlers.set(kind, [...(this.#handlers.get(kind) ?? []), handler]);
    return this;
  }

  /**
   * Call the watcher with the state, now and whenever it changes.
   * @param {(state: LiveState) => void} watcher
   * @returns {this}
   */
  watch(watcher) {
    this.#watchers.push(watcher);
    watcher(this.#state);
    return this;
  }

  /** @returns {this} */
  start() {
    this.stop();
    const source = new EventSource(this.url);
    this.#source = source;
    for (const [kind, handlers] of this.#handlers) {
      source.addEventListener(kind, (event) => {
        this.#heard();
        const data = JSON.parse(event.data);
        for (const handler of handlers) handler(data);
      });
    }
    source.onerror = () => this.#broken();
    this.#listenForSilence(ANSWER_MS); // the snapshot comes at once
    return this;
  }

  stop() {
    clearTimeout(this.#again);
    clearTimeout(this.#silence);
    this.#asking?.abort();
    this.#asking = undefined;
    this.#source?.close();
    this.#source = undefined;
  }

  #heard() {
    this.#pause = FIRST_PAUSE_MS;
    this.#listenForSilence();
  }

  #listenForSilence(limitMs = SILENT_MS) {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#broken(), limitMs);
  }

  /** Every console that comes back is met by all its pages: they come one by one. */
  #broken() {
    this.stop();
    this.#be("lost");
    const pause = this.#pause * (0.5 + Math.random());
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    this.#again = setTimeout(() => this.#startIfAllowed(), pause);
  }

  /** An EventSource does not tell why it was refused; the end of a session does matter. */
  async #startIfAllowed() {
    const asking = new AbortController();
    this.#asking = asking;
    const deadline = setTimeout(() => asking.abort(), ANSWER_MS);
    try {
      const answer = await fetch(this.url, { signal: asking.signal });
      asking.abort();
      if (answer.status === 401) {
        await sessionExpired();
        this.start();
        return;
      }
      if (answer.ok) {
        this.start();
        return;
      }
    } catch {
      // not reachable: tried again
    } finally {
      clearTimeout(deadline);
    }
    if (this.#asking === asking) this.#broken(); // else it was begun anew meanwhile
  }

  /** @param {LiveState} state */
  #be(state) {
    if (state === this.#state) return;
    this.#state = state;
    for (const watcher of this.#watchers) watcher(state);
  }
}

/**
 * Keep a banner in step with the connection: hidden while all is well, otherwise it says
 * what its `data-lost`, `data-stale` or `data-connecting` holds. The page gives it
 * `role="status"`.
 * @param {Live} live
 * @param {HTMLElement} banner
 */
export function sayState(live, banner) {
  live.watch((state) => {
    const text = state === "live" ? "" : (banner.dataset[state] ?? "");
    if (banner.textContent !== text) banner.textContent = text;
    banner.hidden = text === "";
  });
}
