/** One prompt of a creditor: its text, who speaks it, and what can be done about it. */

import { dateTime, decimal } from "../format.js";
import { words } from "./asking.js";
import { made } from "./drawing.js";

/** @param {any} entry @param {string} act @param {string} text */
function button(entry, act, text) {
  const element = made("button", text);
  element.type = "button";
  element.className = "outline";
  element.dataset.act = act;
  const name = made("span", ` ${entry.prompt}`);
  name.className = "for-readers";
  element.append(name);
  return element;
}

/** @param {any} entry */
function spoken(entry) {
  const cell = made("td", words[entry.state]);
  if (!entry.now) return cell;
  const { seconds, kept_at, kept_by } = entry.now;
  const how = made("p", `${decimal(seconds)} s, ${dateTime(kept_at)}, ${kept_by}`);
  how.className = "muted";
  cell.append(how);
  return cell;
}

/** @param {any} entry @param {string} path */
function heard(entry, path) {
  const cell = made("td");
  if (!entry.now) return cell;
  const player = made("audio");
  player.controls = true;
  player.preload = "none";
  player.src = `${path}/${entry.prompt}/audio?recording=${entry.now.id}`;
  player.setAttribute("aria-label", `${words.hear} ${entry.prompt}`);
  cell.append(player);
  return cell;
}

/** @param {any} entry */
function acts(entry) {
  const cell = made("td");
  if (entry.state === "values") return cell;
  const line = made(
    "div",
    "",
    button(entry, "send", entry.now ? words.replace : words.record),
  );
  line.className = "acts";
  if (entry.now) line.append(button(entry, "remove", words.remove));
  if (entry.before) line.append(button(entry, "back", words.put_back));
  cell.append(line);
  return cell;
}

/** How people call it, and its name. @param {any} entry */
export const called = (entry) =>
  entry.title ? `${entry.title} (${entry.prompt})` : entry.prompt;

/** @param {any} entry */
function named(entry) {
  const name = made("td", "");
  if (entry.title) name.append(made("strong", entry.title), made("br"));
  name.append(made("code", entry.prompt));
  const where = entry.title ? words.announcement : words.before_identity;
  if (entry.title || entry.before_identity) {
    const note = made("span", ` ${where}`);
    note.className = "muted";
    name.append(note);
  }
  name.append(made("p", entry.text.replace(/\{[^}]*\}/g, words.value)));
  return name;
}

/** @param {any} entry @param {string} path - of the creditor's recordings */
export function row(entry, path) {
  const line = made("tr", "", named(entry), spoken(entry), heard(entry, path), acts(entry));
  line.dataset.prompt = entry.prompt;
  line.dataset.state = entry.state;
  return line;
}
