/** One creditor: what is kept of it is made, corrected and removed. */

import { api } from "../api.js";
import { money, number } from "../format.js";
import { asked, one, words } from "./asking.js";
import { decimal } from "./typed.js";

/** The form's fields by name; numbers where the server wants them.
 * @param {HTMLFormElement} form */
function given(form) {
  /** @type {Record<string, any>} */
  const values = {};
  for (const [name, value] of new FormData(form)) {
    const field = /** @type {HTMLElement} */ (form.elements.namedItem(name));
    const text = String(value).trim();
    values[name] = "number" in field.dataset ? Number(text) : text;
  }
  return values;
}

/** @param {string} verb @param {string} path @param {Record<string, any>} body
 * @param {HTMLFormElement} [form] - it is from */
async function sent(verb, path, body, form) {
  const ask = verb === "put" ? api.put : api.post;
  const told = await asked(() => ask(path, body), { form });
  if (told) location.reload();
}

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const { verb, path } = form.dataset;
  if (!path) return;
  event.preventDefault();
  if (form.id === "find") return find(path, String(given(form).number));
  const values = given(form);
  if (values.contracted_on === "") values.contracted_on = null;
  if ("share" in values) values.share = decimal(values.share);
  if (form.id !== "contract") return sent(verb ?? "post", path, values, form);
  const { amount, due_on, ...contract } = values;
  const instalments = [{ amount: decimal(amount), due_on }];
  return sent("post", path, { ...contract, instalments }, form);
});
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element && event.target.closest("button");
  if (!(button instanceof HTMLButtonElement)) return;
  const { remit, remove, next, state, closed } = button.dataset;
  if (remit) await remitted(remit);
  if (state && (closed === "no" || confirm(words.sure_close)))
    await sent("put", state, { closed: closed === "yes" });
  if (!remove) return;
  if (!confirm(words.sure)) return;
  const done = await asked(async () => {
    await api.delete(remove);
    return true;
  });
  if (done) location.assign(next ?? location.href);
});

/** Make the file of what an account's bank has not heard; say what stayed out of it.
 * @param {string} account */
async function remitted(account) {
  const sent = await asked(() => api.post("/api/v1/remittances", { account }));
  if (!sent) return;
  const link = document.createElement("a");
  link.href = `/api/v1/remittances/${sent.id}/file`;
  link.textContent = `${words.remitted}: ${number(sent.titles)}, ${money(sent.total)}`;
  const out = sent.rejected.map(
    (/** @type {any} */ title) => `${title.number}: ${title.text}`,
  );
  const left = out.length ? ` ${words.remitted_out}: ${out.join("; ")}` : "";
  const place = one("#said");
  place.replaceChildren(link, left);
  place.hidden = false;
}

/** What may be corrected of a contract, as it stands. @param {any} contract */
function change(contract) {
  const template = /** @type {HTMLTemplateElement} */ (one("#contract-change"));
  const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const form = /** @type {HTMLFormElement} */ (copy.querySelector("form"));
  form.dataset.path = `/api/v1/contracts/${contract.id}`;
  const kept = { ...contract, portfolio: contract.portfolio_id };
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (
    form.querySelectorAll("[name]")
  ))
    field.value = kept[field.name] ?? "";
  const name = document.createElement("span");
  name.className = "for-readers";
  name.textContent = ` ${contract.number}`;
  /** @type {HTMLElement} */ (copy.querySelector("summary")).append(name);
  return copy;
}

/** @param {string} path @param {string} begin - of a contract's number */
async function find(path, begin) {
  const query = new URLSearchParams({ number: begin });
  const told = await asked(() => api.get(`${path}?${query}`));
  if (!told) return;
  const lines = told.contracts.map((/** @type {any} */ contract) => {
    const item = document.createElement("li");
    const where = [contract.number, contract.portfolio, contract.product].filter(Boolean);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "outline";
    remove.dataset.remove = `/api/v1/contracts/${contract.id}`;
    remove.textContent = words.remove;
    remove.setAttribute("aria-label", `${words.remove} ${contract.number}`);
    item.append(`${where.join(", ")} `, remove, change(contract));
    return item;
  });
  const none = document.createElement("li");
  none.textContent = words.found_none;
  one("#found").replaceChildren(...(lines.length ? lines : [none]));
}
