/** Minha conta: the own password, and the end of all sessions. */
import { ApiProblem, api, useSession } from "./api.js";
import { dropDrafts } from "./desk/draft.js";

const form = /** @type {HTMLFormElement} */ (document.querySelector("#password"));
const said = /** @type {HTMLElement} */ (document.querySelector("#said"));
const FIELDS = ["current", "new", "again"];

/**
 * Tie a message to a field and lead the person there; an empty one takes it away.
 * @param {string} field
 * @param {string} text
 */
function say(field, text) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem(field));
  const place = document.querySelector(`#${field}-trouble`);
  if (place) place.textContent = text;
  if (text === "") input.removeAttribute("aria-invalid");
  else {
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }
}

/** @param {ApiProblem} problem */
function explain(problem) {
  const field = FIELDS.find((one) => problem.of(one) || problem.details.field === one);
  say(field ?? "current", (field && problem.of(field)) || problem.message);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  said.textContent = "";
  for (const field of FIELDS) say(field, "");
  const given = Object.fromEntries(new FormData(form));
  if (given.new !== given.again) {
    say("again", form.dataset.differ ?? "");
    return;
  }
  try {
    const body = { current: given.current, new: given.new };
    useSession(await api.put("/api/v1/account/password", body));
    form.reset();
    if (document.querySelector("#provisional")) location.assign("/"); // it let nowhere else
    said.textContent = form.dataset.done ?? "";
  } catch (error) {
    if (error instanceof ApiProblem) explain(error);
    else said.textContent = form.dataset.lost ?? "";
  }
});

document.querySelector("#leave")?.addEventListener("click", async () => {
  try {
    await api.delete("/api/v1/account/sessions");
    dropDrafts();
    location.assign("/login");
  } catch (error) {
    said.textContent =
      error instanceof ApiProblem ? error.message : (form.dataset.lost ?? "");
  }
});
