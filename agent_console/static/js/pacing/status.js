/** Start and pause, where the pace is looked at. What starts a draft is on the list's page. */
import { api } from "../api.js";
import { byId, put, say, told } from "../supervision/page.js";
import { all } from "./words.js";

/** @typedef {{name: string, status: string}} Headed */

const { words, statuses, unreachable } = all;
const STARTS = new Set(["paused", "stopped"]);

/** @param {Headed} now */
export function drawHead({ name, status }) {
  put(byId("name"), `de «${name}»`);
  const place = byId("status");
  put(place, statuses[status] ?? status);
  place.dataset.status = status;
  byId("pause").hidden = status !== "running";
  byId("start").hidden = !STARTS.has(status);
}

/**
 * @param {string} campaign - its address
 * @param {() => Promise<void>} look - read it again
 */
export function listenToStatus(campaign, look) {
  const verbs = /** @type {const} */ ([
    ["start", words.started],
    ["pause", words.paused],
  ]);
  for (const [verb, done] of verbs) {
    byId(verb).addEventListener("click", async () => {
      try {
        await api.post(`${campaign}/${verb}`);
        put(byId("saved"), done);
        say(byId("trouble"), "");
      } catch (error) {
        say(byId("trouble"), told(error, unreachable));
      }
      await look();
    });
  }
}
