/** Usuários: new ones, their role, their access, a new password. */
import { ApiProblem, api } from "./api.js";

const said = one("#said");
const adding = dialog("#new-user");
const confirming = dialog("#confirm");
const shown = dialog("#shown");
const form = /** @type {HTMLFormElement} */ (one("#create"));

/** @param {string} selector @returns {HTMLElement} */
function one(selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector));
}

/** @param {string} selector */
function dialog(selector) {
  return /** @type {HTMLDialogElement} */ (one(selector));
}

/** @param {unknown} error */
function textOf(error) {
  return error instanceof ApiProblem ? error.message : (said.dataset.lost ?? "");
}

/** @param {unknown} error */
function explain(error) {
  said.textContent = textOf(error);
  said.hidden = false;
  said.scrollIntoView({ block: "nearest" });
}

/**
 * Show a password for the only time; afterwards the list is read anew.
 * @param {{user: {login: string}, password: string}} made
 */
function show({ user, password }) {
  one("#shown-login").textContent = user.login;
  one("#shown-password").textContent = password;
  shown.showModal();
}
shown.addEventListener("close", () => location.reload());

/**
 * @param {string} what - reset, deactivate, activate or role
 * @param {string} login
 * @returns {Promise<boolean>}
 */
function confirmed(what, login) {
  const title = one("#confirm-title");
  title.textContent = (title.dataset[what] ?? "").replace("{login}", login);
  confirming.returnValue = "no";
  confirming.showModal();
  return new Promise((resolve) => {
    const answered = () => resolve(confirming.returnValue === "yes");
    confirming.addEventListener("close", answered, { once: true });
  });
}

/**
 * @param {string} what
 * @param {string} id
 * @param {string} [role]
 */
async function carryOut(what, id, role) {
  if (what === "reset") {
    show(await api.post(`/api/v1/users/${id}/password`));
    return;
  }
  const body = what === "role" ? { role } : { active: what === "activate" };
  await api.patch(`/api/v1/users/${id}`, body);
  location.reload();
}

/**
 * @param {Element} control
 * @param {string} what
 * @param {string} [role]
 */
async function change(control, what, role) {
  const row = /** @type {HTMLElement} */ (control.closest("tr"));
  if (!(await confirmed(what, row.dataset.login ?? ""))) return false;
  try {
    await carryOut(what, row.dataset.id ?? "", role);
    return true;
  } catch (error) {
    explain(error);
    return false;
  }
}

for (const button of document.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () =>
    change(button, button.getAttribute("data-do") ?? ""),
  );
}
for (const choice of document.querySelectorAll("select[data-change]")) {
  if (!(choice instanceof HTMLSelectElement)) continue;
  const before = choice.value;
  choice.addEventListener("change", async () => {
    if (!(await change(choice, "role", choice.value))) choice.value = before;
  });
}

one("#add").addEventListener("click", () => {
  form.reset();
  clear();
  adding.showModal();
});
one("[data-close]").addEventListener("click", () => adding.close());

function clear() {
  for (const place of form.querySelectorAll(".trouble")) place.textContent = "";
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
  }
}

/** @param {ApiProblem} problem */
function putProblem(problem) {
  const told = problem.details.errors ?? [
    { field: String(problem.details.field ?? "create"), text: problem.message },
  ];
  for (const { field, text } of told) {
    const place = document.querySelector(`#${field}-trouble`);
    if (place) place.textContent = text;
    document.querySelector(`#${field}`)?.setAttribute("aria-invalid", "true");
  }
  const first = form.querySelector("[aria-invalid=true]");
  if (first instanceof HTMLElement) first.focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clear();
  try {
    const given = Object.fromEntries(new FormData(form));
    const login = String(given.login).trim().toLowerCase();
    const made = await api.post("/api/v1/users", { ...given, login });
    adding.close();
    show(made);
  } catch (error) {
    if (error instanceof ApiProblem) putProblem(error);
    else one("#create-trouble").textContent = textOf(error);
  }
});
