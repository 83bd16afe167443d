/**
 * How many debtors the filter finds, while it is typed: asked a moment after the last
 * change, and the question before it is given up. The last number stays until the next.
 */
import { ApiProblem, api } from "../api.js";
import { number } from "../format.js";
import { byId, fill, put } from "./page.js";

const DEBOUNCE_MS = 250;

export class LiveCount {
  /** @type {AbortController | undefined} */
  #asking;
  /** @type {number | undefined} */
  #timer;

  /** @param {Record<string, string>} words */
  constructor(words) {
    this.words = words;
  }

  /** @param {unknown} filter */
  ask(filter) {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    byId("count").classList.add("old");
    put(byId("count-note"), this.words.counting);
    this.#timer = setTimeout(() => this.#count(filter), DEBOUNCE_MS);
  }

  /** @param {unknown} filter */
  async #count(filter) {
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const { signal } = asking;
      this.#show(await api.post("/api/v1/campaigns/count", filter, { signal }));
    } catch (error) {
      if (asking.signal.aborted) return;
      const known = error instanceof ApiProblem && error.status === 422;
      put(byId("count-note"), known ? this.words.crossed : this.words.slow);
    }
  }

  /** @param {{debtors: number | null, exact: boolean}} found */
  #show({ debtors, exact }) {
    const count = debtors === null ? "?" : number(debtors);
    put(
      byId("count"),
      exact || debtors === null ? count : fill(this.words.about, { count }),
    );
    byId("count").classList.remove("old");
    const note = debtors === 0 ? this.words.nobody : this.words.exact;
    put(byId("count-note"), exact ? note : this.words.slow);
  }
}
