/** The running and paused campaigns on the wall: their figures, pause and resume. */
import { api } from "../api.js";
import { number, percent } from "../format.js";
import { byId, fill, one, put, say, told } from "./page.js";

/** @typedef {{abandoned: number, answered: number, share: number | null}} Rate */
/** @typedef {{id: string, name: string, status: string, size: number, left: number | null,
 *   rates: {half_hour: Rate, day: Rate | null, month: Rate | null} | null}} Campaign */

const ALARM = 0.03;

export class FloorCampaigns {
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  /** @type {Record<string, Record<string, number>>} */
  #calls = {};
  /** @type {Campaign[]} */
  #campaigns = [];

  /** @param {{words: Record<string, string>, statuses: Record<string, string>}} texts */
  constructor(texts) {
    this.texts = texts;
  }

  /** @param {Campaign[]} campaigns */
  show(campaigns) {
    this.#campaigns = campaigns;
    const known = new Set(campaigns.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (known.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    for (const campaign of campaigns) this.#draw(campaign);
    byId("campaigns").hidden = campaigns.length === 0;
    byId("no-campaigns").hidden = campaigns.length > 0;
  }

  /** @param {Record<string, Record<string, number>>} calls - by campaign and stage */
  count(calls) {
    this.#calls = calls;
    for (const campaign of this.#campaigns) this.#draw(campaign);
  }

  /** @param {Campaign} campaign */
  #draw(campaign) {
    const row = this.#rows.get(campaign.id) ?? this.#made(campaign);
    put(one(row, "a", HTMLElement), campaign.name);
    const status = one(row, ".status", HTMLElement);
    put(status, this.texts.statuses[campaign.status] ?? campaign.status);
    status.dataset.status = campaign.status;
    const open = Object.values(this.#calls[campaign.id] ?? {});
    this.#put(row, "open", number(open.reduce((sum, n) => sum + n, 0)));
    this.#rate(row, "half-hour", campaign.rates?.half_hour);
    this.#rate(row, "day", campaign.rates?.day);
    this.#rate(row, "month", campaign.rates?.month);
    const left = campaign.left === null ? "–" : number(campaign.left);
    const size = number(campaign.size);
    this.#put(row, "left", fill(this.texts.words.left, { left, size }));
    one(row, "[data-do=pause]", HTMLElement).hidden = campaign.status !== "running";
    one(row, "[data-do=start]", HTMLElement).hidden = campaign.status !== "paused";
  }

  /**
   * @param {HTMLElement} row
   * @param {string} name
   * @param {Rate | null | undefined} rate
   */
  #rate(row, name, rate) {
    this.#put(row, name, percent(rate?.share ?? null));
    const over = (rate?.share ?? 0) > ALARM && (rate?.answered ?? 0) >= 20;
    one(row, `[data-cell=${name}]`, HTMLElement).classList.toggle("alarm", over);
  }

  /**
   * @param {HTMLElement} row
   * @param {string} name
   * @param {string} text
   */
  #put(row, name, text) {
    put(one(row, `[data-cell=${name}]`, HTMLElement), text);
  }

  /** @param {Campaign} campaign */
  #made(campaign) {
    const model = one(document, "#campaign-row", HTMLTemplateElement);
    const copy = /** @type {DocumentFragment} */ (model.content.cloneNode(true));
    const row = one(copy, "tr", HTMLElement);
    one(row, "a", HTMLAnchorElement).href = `/campaigns/${campaign.id}/pacing`;
    for (const button of row.querySelectorAll("button")) {
      button.setAttribute("aria-label", `${button.textContent?.trim()} ${campaign.name}`);
      button.onclick = () => this.#act(campaign.id, button.dataset.do ?? "");
    }
    this.#rows.set(campaign.id, row);
    one(document, "#campaigns tbody", HTMLElement).append(row);
    return row;
  }

  /**
   * @param {string} id
   * @param {string} verb
   */
  async #act(id, verb) {
    try {
      const { status } = await api.post(`/api/v1/campaigns/${id}/${verb}`);
      const campaign = this.#campaigns.find((one) => one.id === id);
      if (campaign) this.#draw(Object.assign(campaign, { status }));
    } catch (error) {
      say(byId("trouble"), told(error, this.texts.words.unreachable));
    }
  }
}
