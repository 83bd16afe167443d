/**
 * The first step: for whom, which file. The file goes up as it is; nothing of it is read
 * here. What is already on the server survives a reload, what is half-way up does not.
 */
import { ApiProblem, api, csrfToken, sessionExpired } from "../api.js";
import { percent } from "../format.js";
import { byId, fill, one, put, say, told } from "../supervision/page.js";
import { made, words } from "./words.js";

/** @type {{creditors: {name: string, portfolios: string[]}[], largest_bytes: number}} */
let options = { creditors: [], largest_bytes: Number.MAX_SAFE_INTEGER };
let sending = false;

const creditor = one(document, "#creditor", HTMLInputElement);
const portfolio = one(document, "#portfolio", HTMLInputElement);
const file = one(document, "#file", HTMLInputElement);
const button = one(document, "#send", HTMLButtonElement);
const bar = one(document, "#sent", HTMLProgressElement);

/** Take files that are dropped or chosen; `done` gets the import that came of it.
 * @param {(one: import("./words.js").Import) => void} done
 */
export function begin(done) {
  const drop = byId("drop");
  for (const kind of ["dragover", "dragleave", "drop"])
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
    });
  drop.addEventListener("drop", (event) => {
    if (event.dataTransfer?.files.length) file.files = event.dataTransfer.files;
  });
  creditor.addEventListener("input", suggestPortfolios);
  byId("start").addEventListener("submit", (event) => {
    event.preventDefault();
    send(done);
  });
  addEventListener("beforeunload", (event) => {
    if (sending) event.preventDefault();
  });
}

/** Read creditors, portfolios and the limit anew. */
export async function refreshOptions() {
  options = await api.get("/api/v1/imports/options");
  byId("creditors").replaceChildren(
    ...options.creditors.map(({ name }) => made("option", "", { value: name })),
  );
  suggestPortfolios();
}

function suggestPortfolios() {
  const known = options.creditors.find(({ name }) => name === creditor.value.trim());
  byId("portfolios").replaceChildren(
    ...(known?.portfolios ?? []).map((name) => made("option", "", { value: name })),
  );
}

/** @param {HTMLInputElement} input @param {boolean} wrong */
function mark(input, wrong) {
  if (wrong) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid"); // nobody has looked into it yet
}

/** @returns {File | undefined} the file, when all is filled in; else it is said */
function filled() {
  for (const input of [creditor, portfolio, file]) mark(input, !input.value.trim());
  const wrong = [creditor, portfolio, file].find((input) => !input.value.trim());
  wrong?.focus();
  const chosen = file.files?.[0];
  if (wrong || !chosen) return undefined;
  if (chosen.size <= options.largest_bytes) return chosen;
  const limit = String(Math.floor(options.largest_bytes / 2 ** 20));
  say(byId("trouble"), fill(words.too_large, { limit }));
  return undefined;
}

/** @param {(one: import("./words.js").Import) => void} done */
async function send(done) {
  const chosen = filled();
  if (!chosen || sending) return;
  say(byId("trouble"), "");
  busy(true);
  try {
    done(await uploaded(chosen));
    file.value = "";
  } catch (error) {
    say(byId("trouble"), told(error, words.cut_off));
    mark(file, error instanceof ApiProblem);
  } finally {
    busy(false);
  }
}

/** @param {boolean} now */
function busy(now) {
  sending = now;
  button.disabled = now;
  button.setAttribute("aria-busy", String(now));
  bar.hidden = !now;
  byId("sending").hidden = !now;
}

/**
 * @param {File} chosen
 * @returns {Promise<import("./words.js").Import>}
 */
async function uploaded(chosen) {
  try {
    return await post(chosen);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== "not_logged_in") throw error;
    await sessionExpired();
    return post(chosen);
  }
}

/**
 * XMLHttpRequest, because fetch does not tell how much of a body went up.
 * @param {File} chosen
 * @returns {Promise<import("./words.js").Import>}
 */
function post(chosen) {
  const query = new URLSearchParams({
    file_name: chosen.name,
    creditor: creditor.value,
    portfolio: portfolio.value,
  });
  const request = new XMLHttpRequest();
  request.open("POST", `/api/v1/imports?${query}`);
  request.setRequestHeader("X-CSRF-Token", csrfToken());
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.responseType = "json";
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = total ? loaded / total : 0;
    const told = { name: chosen.name, percent: percent(bar.value) };
    put(byId("sending"), loaded < total ? fill(words.sending, told) : words.examining);
  });
  return new Promise((resolve, reject) => {
    request.addEventListener("load", () => {
      if (request.status === 201) resolve(request.response);
      else if (request.response?.code) reject(new ApiProblem(request.response));
      else reject(new TypeError(`status ${request.status}`));
    });
    request.addEventListener("error", () => reject(new TypeError("no answer")));
    request.send(chosen);
  });
}
