/** A bank's file: looked over when it is sent, then taken in step by step. */

import { api } from "../api.js";
import { dateTime, money, number } from "../format.js";
import { asked, one, say, words } from "./asking.js";
import { made } from "./drawing.js";

const PATH = "/api/v1/bank-files";

/** How far it was taken in: its payments, then slips. @param {any} file */
const seen = ({ taken, payments, slips, slips_seen }) =>
  `${number(taken + slips_seen)} / ${number(payments + slips)}`;

/** @param {any} file */
function figures(file) {
  const list = made("dl");
  const statement = file.kind === "statement";
  const rows = [
    [words.bank_file_titles, number(file.titles)],
    ...file.occurrences.map((/** @type {any} */ each) => [each.text, number(each.count)]),
    [words.bank_file_payments, number(file.payments)],
    [words.bank_file_total, money(file.total)],
    [words.bank_file_known, number(file.known)],
    ...(statement ? [[words.bank_file_others, number(file.others)]] : []),
    ...(file.pix ? [[words.bank_file_pix, number(file.pix)]] : []),
    [words.bank_file_taken, seen(file)],
    ...(file.pix ? [[words.bank_file_pix_new, number(file.pix_new)]] : []),
    [words.bank_file_new, number(file.new)],
    [words.bank_file_entered, money(file.entered)],
    ...file.to_look_at.map((/** @type {any} */ each) => [each.text, number(each.count)]),
  ];
  for (const [name, value] of rows) list.append(made("dt", name), made("dd", value));
  return list;
}

/** @param {string} title @param {string[]} lines */
function listed(title, lines) {
  if (!lines.length) return [];
  const list = made("ul", "", ...lines.map((line) => made("li", line)));
  return [made("h4", `${title} (${number(lines.length)})`), list];
}

/** @param {any} file */
function draw(file) {
  document.querySelector("#bank-files-none")?.remove();
  const place = one("#bank-file-report");
  const kind = words[`bank_file_${file.kind}`];
  const head = file.bank ? `${kind} ${file.bank}` : kind;
  const unread = file.unread.map(
    (/** @type {any} */ line) => `${number(line.line)}: ${line.text}`,
  );
  const refused = file.refused.map(
    (/** @type {any} */ slip) => `${slip.nosso_numero} (${slip.motives.join(", ")})`,
  );
  place.replaceChildren(
    made("h3", `${head}: ${file.name}`),
    ...(file.again ? [made("p", words.bank_file_again)] : []),
    figures(file),
    ...listed(words.bank_file_unread_title, unread),
    ...listed(words.bank_file_refused_title, refused),
    ...(file.to_look_at.length ? [made("p", words.bank_file_work)] : []),
    file.done_at
      ? made("p", `${words.bank_file_done} ${dateTime(file.done_at)}, ${file.done_by}`)
      : taking(file),
  );
  place.hidden = false;
}

/** @param {any} file */
function taking(file) {
  const button = made("button", file.taken ? words.bank_file_go_on : words.bank_file_take);
  button.type = "button";
  button.addEventListener("click", () => take(button, file.id));
  return button;
}

/** @param {HTMLButtonElement} button @param {string} id */
async function take(button, id) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  for (;;) {
    const file = await asked(() => api.post(`${PATH}/${id}/take`));
    if (!file) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
      return;
    }
    if (file.done_at) {
      draw(file);
      say("#said", words.bank_file_done);
      return;
    }
    button.textContent = seen(file);
  }
}

one("#bank-file").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const chosen = /** @type {HTMLInputElement} */ (form.elements.namedItem("file"));
  const [file] = chosen.files ?? [];
  if (!file) return;
  one("#bank-file-report").hidden = true;
  const name = new URLSearchParams({ name: file.name });
  const told = await asked(() => api.post(`${PATH}?${name}`, file));
  if (told) draw(told);
});
document.querySelector("#bank-files")?.addEventListener("click", async (event) => {
  const button = event.target instanceof Element && event.target.closest("button");
  if (!(button instanceof HTMLButtonElement)) return;
  const told = await asked(() => api.get(`${PATH}/${button.dataset.file}`));
  if (told) draw(told);
});
