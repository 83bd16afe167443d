/** Every decision of the last hour and its reason, the newest first; older ones on demand. */
import { api } from "../api.js";
import { byId, fill, one, put } from "../supervision/page.js";
import { all } from "./words.js";

/** @typedef {{id?: string, at: string, until: string, count: number, calls: number,
 *   cancels: number, text: string}} Decision */

const MOST_SHOWN = 1000;
const { words } = all;
const clock = new Intl.DateTimeFormat("pt-BR", { timeStyle: "medium" });

export class Decisions {
  #list = byId("decisions");
  /** @type {string | undefined} */
  #oldest;

  /** @param {string} base - of the campaign's addresses */
  constructor(base) {
    this.base = base;
    byId("older").addEventListener("click", () => this.older());
  }

  /** Begin with what is known of the last hour. */
  async begin() {
    this.#list.replaceChildren();
    this.#oldest = undefined;
    await this.older();
  }

  async older() {
    const before = this.#oldest ? `?before=${this.#oldest}` : "";
    const { decisions, more } = await api.get(`${this.base}/decisions${before}`);
    this.#list.append(...decisions.map(row));
    this.#oldest = decisions.at(-1)?.id ?? this.#oldest;
    byId("older").hidden = !more;
    byId("no-decisions").hidden = this.#list.childElementCount > 0;
  }

  /** @param {Decision} decision - that was just made */
  add(decision) {
    this.#list.prepend(row(decision));
    byId("no-decisions").hidden = true;
    while (this.#list.childElementCount > MOST_SHOWN) this.#list.lastElementChild?.remove();
  }
}

/** @param {Decision} decision */
function row(decision) {
  const model = one(document, "#decision-row", HTMLTemplateElement);
  const copy = /** @type {DocumentFragment} */ (model.content.cloneNode(true));
  const made = one(copy, "li", HTMLElement);
  const when = one(made, "time", HTMLTimeElement);
  when.dateTime = decision.at;
  put(when, times(decision));
  put(one(made, "b", HTMLElement), calls(decision.calls));
  put(one(made, "span", HTMLElement), decision.text);
  made.classList.toggle("placed", decision.calls > 0);
  return made;
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
