/** A creditor's own recordings: sent, heard, replaced, removed, and each of it undone. */

import { ApiProblem, api } from "../api.js";
import { number } from "../format.js";
import { free, singleKeys, writes } from "../shortcuts.js";
import { asked, one, say, words } from "./asking.js";
import { made } from "./drawing.js";
import { called, row } from "./voice-row.js";

const form = /** @type {HTMLFormElement} */ (one("#send"));
const path = form.dataset.path ?? "";
const chosen = /** @type {HTMLSelectElement} */ (one("#send-prompt"));
const look = /** @type {HTMLFormElement} */ (one("#look"));
const body = one("#prompts tbody");

/** @type {any[]} */
let entries = [];

/** @param {string} prompt */
const entryOf = (prompt) => entries.find((each) => each.prompt === prompt);

/** @param {any} entry */
const todo = (entry) => ["missing", "changed"].includes(entry.state);

function figures() {
  const can = entries.filter((entry) => entry.state !== "values");
  const done = can.filter((entry) => entry.state === "recorded").length;
  const changed = can.filter((entry) => entry.state === "changed").length;
  const seen = words.seen
    .replace("{done}", number(done))
    .replace("{all}", number(can.length));
  const parts = [can.some((entry) => entry.now) ? seen : words.none_yet];
  if (changed) parts.push(words.changed_count.replace("{count}", number(changed)));
  if (done === can.length) parts.push(words.all_done);
  one("#figures").textContent = parts.join(" ");
}

/** @param {any} entry @param {string} which - of the choices of «show» */
function wanted(entry, which) {
  if (!which) return true;
  if (which === "todo") return todo(entry);
  return which === "announcements" ? Boolean(entry.title) : entry.state === which;
}

/** Show the rows that are looked for. */
function sift() {
  const { state, text } = Object.fromEntries(new FormData(look));
  const part = String(text).trim().toLowerCase();
  let shown = 0;
  for (const line of /** @type {HTMLCollectionOf<HTMLElement>} */ (body.children)) {
    const entry = entryOf(line.dataset.prompt ?? "");
    const fits = wanted(entry, String(state));
    const found = `${entry.prompt} ${entry.title} ${entry.text}`
      .toLowerCase()
      .includes(part);
    line.hidden = !(fits && found);
    shown += line.hidden ? 0 : 1;
  }
  one("#nothing").hidden = shown > 0;
}

/** @param {any} told - an entry as it is now */
function renew(told) {
  entries = entries.map((entry) => (entry.prompt === told.prompt ? told : entry));
  const line = body.querySelector(`[data-prompt="${CSS.escape(told.prompt)}"]`);
  line?.replaceWith(row(told, path));
  figures();
  sift();
}

/** Say what was done, with a button that undoes it.
 * @param {string} text @param {() => Promise<any>} undo */
function done(text, undo) {
  say("#said", text);
  const button = made("button", words.undo);
  button.type = "button";
  button.className = "outline";
  button.addEventListener("click", async () => {
    const told = await asked(undo);
    if (!told) return;
    renew(told);
    say("#said", words.undone);
    one("#said").focus();
  });
  one("#said").append(button);
  button.focus();
}

/** @param {string} prompt */
const putBack = (prompt) => api.put(`${path}/${prompt}/before`);

/** @param {string} prompt */
async function remove(prompt) {
  const told = await asked(() => api.delete(`${path}/${prompt}`));
  if (!told) return;
  renew(told);
  done(`${prompt}: ${words.removed}`, () => putBack(prompt));
}

/** What was spoken by nobody is undone by its removal. @param {string} prompt */
async function back(prompt) {
  const spoken = Boolean(entryOf(prompt).now);
  const told = await asked(() => putBack(prompt));
  if (!told) return;
  renew(told);
  const undo = () => (spoken ? putBack(prompt) : api.delete(`${path}/${prompt}`));
  done(`${prompt}: ${words.back}`, undo);
}

/** @param {string} prompt - the one to be sent; empty: by the files' names */
function choose(prompt) {
  chosen.value = prompt;
  const text = entryOf(prompt)?.text ?? "";
  one("#to-read blockquote").textContent = text;
  one("#to-read").hidden = !text;
}

/** Send one file; what became of it is a line of the list.
 * @param {string} prompt @param {File} file */
async function sent(prompt, file) {
  const item = made("li", `${file.name}: ${words.sending}`);
  one("#results").append(item);
  try {
    const name = encodeURIComponent(prompt);
    const told = await api.put(`${path}/${name}?says_the_text=true`, file);
    renew(told);
    item.textContent = [`${file.name}: ${words.kept}.`, ...told.notes].join(" ");
  } catch (error) {
    const known = error instanceof ApiProblem;
    item.textContent = `${file.name}: ${known ? error.message : words.unreachable}`;
    item.className = "notice bad";
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  say("#trouble", "");
  say("#said", "");
  const input = /** @type {HTMLInputElement} */ (one("#send-file"));
  const files = [...(input.files ?? [])];
  if (!files.length) return say("#trouble", words.choose);
  if (chosen.value && files.length > 1) return say("#trouble", words.one_prompt);
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  button.disabled = true;
  one("#results").replaceChildren();
  for (const file of files)
    await sent(chosen.value || file.name.replace(/\.wav$/i, ""), file);
  button.disabled = false;
  form.reset();
  choose("");
});
chosen.addEventListener("change", () => choose(chosen.value));
look.addEventListener("input", sift);
look.addEventListener("submit", (event) => event.preventDefault());
body.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  const prompt = button?.closest("tr")?.dataset.prompt;
  if (!button || !prompt) return;
  const { act } = button.dataset;
  if (act === "remove") remove(prompt);
  if (act === "back") back(prompt);
  if (act !== "send") return;
  choose(prompt);
  one("#send-file").focus();
  form.scrollIntoView({ block: "nearest" });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || !singleKeys() || !free(event) || writes(event.target)) return;
  event.preventDefault();
  one("#look-text").focus();
});

const told = await asked(() => api.get(path));
entries = told?.prompts ?? [];
body.replaceChildren(...entries.map((entry) => row(entry, path)));
for (const entry of entries)
  if (entry.state !== "values") chosen.append(new Option(called(entry), entry.prompt));
if (told) {
  figures();
  sift(); // what is looked for may have been chosen while they came
}
if (!told) one("#figures").hidden = true;
