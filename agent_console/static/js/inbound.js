/** Receptivo: the numbers that people call; each is added, changed and taken out. */
import { ApiProblem, api } from "./api.js";
import { free, singleKeys, writes } from "./shortcuts.js";
import { byId, fill, one, put, say, texts, told } from "./supervision/page.js";

const words = texts();
const form = one(document, "#number-form", HTMLFormElement);
const editing = one(document, "#number-dialog", HTMLDialogElement);
const confirming = one(document, "#confirm", HTMLDialogElement);
const number = one(form, "#number", HTMLInputElement);
const WORKDAYS = { weekday: "08:00-20:00", saturday: "08:00-14:00" };

/** @param {Record<string, string | number | null>} values - of the fields; no number: a new one */
function open(values) {
  clear();
  form.reset();
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement)
      field.value = String(value ?? "");
  }
  number.readOnly = Boolean(values.number);
  editing.showModal();
  (number.readOnly ? one(form, "#name", HTMLInputElement) : number).focus();
}

function clear() {
  for (const place of form.querySelectorAll(".trouble")) put(place, "");
  for (const field of form.querySelectorAll("[aria-invalid]"))
    field.removeAttribute("aria-invalid");
}

/**
 * @param {string} field
 * @param {string} text
 */
function wrong(field, text) {
  const place = document.getElementById(`${field}-trouble`) ?? byId("form-trouble");
  put(place, text);
  const input = form.querySelector(`#${field}`);
  input?.setAttribute("aria-invalid", "true");
  if (input instanceof HTMLElement) input.focus();
}

/** @param {unknown} error */
function explain(error) {
  const errors = error instanceof ApiProblem ? error.details.errors : undefined;
  if (errors) for (const { field, text } of errors) wrong(field, text);
  else put(byId("form-trouble"), told(error, words.lost));
}

/** @param {SubmitEvent} event */
async function save(event) {
  event.preventDefault();
  clear();
  const { number: typed, ...body } = Object.fromEntries(new FormData(form));
  const digits = String(typed).replace(/[\s().+-]/g, "");
  if (!/^\d{3,15}$/.test(digits)) return wrong("number", words.number_wrong);
  try {
    await api.put(`/api/v1/inbound/numbers/${digits}`, {
      ...body,
      creditor: body.creditor || null,
      priority: Number(body.priority),
    });
    location.reload();
  } catch (error) {
    explain(error);
  }
}

/** @param {string} digits */
async function remove(digits) {
  const title = byId("confirm-title");
  put(title, fill(title.dataset.text ?? "", { number: digits }));
  confirming.returnValue = "no";
  confirming.showModal();
  await new Promise((resolve) =>
    confirming.addEventListener("close", resolve, { once: true }),
  );
  if (confirming.returnValue !== "yes") return;
  try {
    await api.delete(`/api/v1/inbound/numbers/${digits}`);
    location.reload();
  } catch (error) {
    say(byId("said"), told(error, words.lost));
  }
}

for (const row of document.querySelectorAll("tr[data-number]")) {
  const { form: values, number: digits } = /** @type {HTMLElement} */ (row).dataset;
  one(row, "[data-do=edit]", HTMLButtonElement).onclick = () =>
    open(JSON.parse(values ?? "{}"));
  one(row, "[data-do=remove]", HTMLButtonElement).onclick = () => remove(digits ?? "");
}
const skilling = one(document, "#skills-dialog", HTMLDialogElement);
const skillsForm = one(document, "#skills-form", HTMLFormElement);
const skills = one(skillsForm, "#skills", HTMLInputElement);
let seat = "";

for (const row of document.querySelectorAll("tr[data-seat]")) {
  const { dataset } = /** @type {HTMLElement} */ (row);
  one(row, "button", HTMLButtonElement).onclick = () => {
    seat = dataset.seat ?? "";
    put(
      byId("skills-dialog-title"),
      fill(words.skills_title, { name: dataset.name ?? "" }),
    );
    put(byId("skills-trouble"), "");
    skills.value = dataset.skills ?? "";
    skilling.showModal();
    skills.focus();
  };
}
one(skillsForm, "[data-close]", HTMLButtonElement).onclick = () => skilling.close();
skillsForm.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const named = skills.value.split(",").map((name) => name.trim());
    await api.put(`/api/v1/inbound/agents/${seat}/skills`, {
      skills: named.filter(Boolean),
    });
    location.reload();
  } catch (error) {
    put(byId("skills-trouble"), told(error, words.lost));
  }
});
byId("add").onclick = () => open(WORKDAYS);
one(form, "[data-close]", HTMLButtonElement).onclick = () => editing.close();
form.addEventListener("submit", save);
document.addEventListener("keydown", (event) => {
  if (!singleKeys() || !free(event) || writes(event.target)) return;
  if (event.key.toLowerCase() !== "n") return;
  event.preventDefault();
  open(WORKDAYS);
});
