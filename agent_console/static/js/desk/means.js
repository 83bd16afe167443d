/** Other means on the card: asked for when they are opened, and anew with each card. */

import { api } from "../api.js";
import { made, one, part, put, show } from "./dom.js";
import { rule } from "./rule.js";

/** @typedef {{point: string, line: string, allowed: boolean,
 *   why: import("./contracts.js").Rule[]}} Point */

export class Means {
  #card;
  #call = "";
  #asked = 0;

  /** @param {HTMLElement} card */
  constructor(card) {
    this.#card = card;
    this.#details.addEventListener("toggle", () => this.#ask());
  }

  get #details() {
    return one(this.#card, ".means", HTMLDetailsElement);
  }

  /** @param {import("./contracts.js").Card} card */
  put(card) {
    if (this.#call !== card.call.id) this.#details.open = false;
    this.#call = card.call.id;
    show(this.#details, card.debtor !== null);
    part(this.#details, "dl").replaceChildren();
    this.#ask();
  }

  async #ask() {
    if (!this.#details.open) return;
    const asked = ++this.#asked;
    const state = part(this.#details, ".means-state");
    put(state, "Perguntando…");
    try {
      const { means } = await api.get(`/api/v1/desk/calls/${this.#call}/means`);
      if (asked !== this.#asked) return;
      put(state, "");
      part(this.#details, "dl").replaceChildren(...means.flatMap(rows));
    } catch {
      if (asked === this.#asked)
        put(state, "Não foi possível perguntar. Feche e abra para tentar de novo.");
    }
  }
}

/** @param {{label: string, points: Point[]}} means */
function rows({ label, points }) {
  const name = label.charAt(0).toUpperCase() + label.slice(1);
  const shown = points.length
    ? points.map(point)
    : [made("dd", "Não há por onde.", "muted")];
  return [made("dt", name), ...shown];
}

/** @param {Point} point */
function point({ point: where, line, allowed, why }) {
  const row = made("dd", "");
  row.append(made("span", where, "figure"), " ");
  row.append(made("strong", line, allowed ? "open" : "closed"));
  const list = made("ul", "", "rows");
  list.append(...why.map((one) => rule(one, allowed ? "fecha" : "volta")));
  const more = document.createElement("details");
  more.append(made("summary", "Por quê?"), list);
  if (why.length) row.append(more);
  return row;
}
