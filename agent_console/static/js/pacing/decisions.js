/** Every decision of the last hour and its reason, the newest first; older ones on demand. */
import { api } from "../api.js";
import { byId, fill, one, put } from "../supervision/page.js";
import { all } from "./words.js";

/** @typedef {{id?: string, at: string, until: string, count: number, calls: number,
 *   cancels: number, text: string}} Decision */

const KEPT_MS = 3_600_000;
const { words } = all;
const clock = new Intl.DateTimeFormat("pt-BR", { timeStyle: "medium" });

export class Decisions {
  #list = byId("decisions");
  /** @type {string | undefined} */
  #oldest;
  /** @type {Set<string>} keys of those that are shown */
  #known = new Set();

  /** @param {string} base - of the campaign's addresses */
  constructor(base) {
    this.base = base;
    byId("older").addEventListener("click", () => this.older());
  }

  /** Go back by a page: at first the newest. */
  async older() {
    const before = this.#oldest ? `?before=${this.#oldest}` : "";
    const { decisions, more } = await api.get(`${this.base}/decisions${before}`);
    for (const decision of decisions) this.add(decision);
    this.#oldest = decisions.at(-1)?.id ?? this.#oldest;
    byId("older").hidden = !more;
    byId("no-decisions").hidden = this.#list.childElementCount > 0;
  }

  /** The stream begins, perhaps after a gap: show what was missed. */
  async catchUp() {
    const { decisions, more } = await api.get(`${this.base}/decisions`);
    const meets = (/** @type {Decision} */ one) => this.#known.has(keyOf(one));
    if (more && !decisions.some(meets)) this.#forget();
    for (const decision of decisions) this.add(decision);
  }

  /** @param {Decision} decision - goes to its place in time, once */
  add(decision) {
    const key = keyOf(decision);
    if (this.#known.has(key)) return;
    this.#known.add(key);
    let next = this.#list.firstElementChild;
    while (next && made(next) > decision.at) next = next.nextElementSibling;
    this.#list.insertBefore(row(decision), next);
    byId("no-decisions").hidden = true;
    this.#dropOld();
  }

  #dropOld() {
    const [newest, oldest] = [this.#list.firstElementChild, this.#list.lastElementChild];
    if (!newest || !oldest) return;
    if (Date.parse(made(newest)) - Date.parse(made(oldest)) < KEPT_MS) return;
    this.#known.delete(/** @type {HTMLElement} */ (oldest).dataset.key ?? "");
    oldest.remove();
  }

  #forget() {
    this.#list.replaceChildren();
    this.#known.clear();
    this.#oldest = undefined;
  }
}

/** @param {Decision} decision */
const keyOf = ({ at, until, calls }) => `${at} ${until} ${calls}`;

/** @param {Element} row */
const made = (row) => /** @type {HTMLElement} */ (row).dataset.at ?? "";

/** @param {Decision} decision */
function row(decision) {
  const model = one(document, "#decision-row", HTMLTemplateElement);
  const copy = /** @type {DocumentFragment} */ (model.content.cloneNode(true));
  const item = one(copy, "li", HTMLElement);
  item.dataset.at = decision.at;
  item.dataset.key = keyOf(decision);
  const when = one(item, "time", HTMLTimeElement);
  when.dateTime = decision.at;
  put(when, times(decision));
  put(one(item, "b", HTMLElement), calls(decision.calls));
  put(one(item, "span", HTMLElement), decision.text);
  item.classList.toggle("placed", decision.calls > 0);
  return item;
}

/** @param {Decision} decision */
function times({ at, until, count }) {
  const begin = clock.format(new Date(at));
  if (count === 1) return begin;
  const many = fill(words.times, { count: String(count) });
  return `${begin}–${clock.format(new Date(until))} (${many})`;
}

/** @param {number} count */
function calls(count) {
  if (count === 0) return words.no_calls;
  return count === 1 ? words.calls_one : fill(words.calls, { calls: String(count) });
}
