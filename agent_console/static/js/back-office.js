/** Retaguarda: what is done about money that is not placed; a policy tried and published. */

import { api } from "./api.js";
import { asked, one, say, words } from "./back-office/asking.js";
import { date, money, number, percent } from "./format.js";

/** @param {HTMLElement} row @param {string} what @param {unknown} [body]
 * @param {HTMLFormElement} [form] - it is from */
async function settle(row, what, body, form) {
  const path = `/api/v1/payments/work/${row.dataset.question}/${what}`;
  const once = crypto.randomUUID();
  if (!(await asked(() => api.post(path, body, { once }), { form }))) return;
  row.remove();
  say("#said", words.done);
}

/** @param {HTMLElement} row @param {string} target - a debt, else an instalment */
async function place(row, target) {
  const path = `/api/v1/debts/${target}/balance`;
  const isDebt = await api.get(path).then(
    () => true,
    () => false,
  );
  await settle(row, "place", isDebt ? { debt: target } : { instalment: target });
}

document.querySelector("#questions")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const row = /** @type {HTMLElement} */ (form.closest("tr"));
  const value = String(new FormData(form).values().next().value ?? "").trim();
  if (form.dataset.do === "place") place(row, value);
  else settle(row, "close", { note: value }, form);
});
document.querySelector("#requests")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const row = /** @type {HTMLElement} */ (form.closest("tr"));
  const given = new FormData(form);
  const answer = String(given.get("answer") ?? "").trim();
  if (!answer) return;
  const path = `/api/v1/portal/requests/${row.dataset.request}/answer`;
  const body = { answer, upheld: given.has("upheld") };
  const once = crypto.randomUUID();
  const told = await asked(() => api.post(path, body, { once }), { form });
  if (!told) return;
  row.remove();
  say("#said", told.lifted ? words.answered_lifted : words.answered);
});
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element && event.target.closest("button");
  if (!(button instanceof HTMLButtonElement)) return;
  const row = /** @type {HTMLElement | null} */ (button.closest("tr"));
  if (button.dataset.do === "refund" && row) settle(row, "refund");
  const chosen = button.dataset.place;
  if (chosen && row) settle(row, "place", JSON.parse(chosen));
  if (button.dataset.do === "publish") publish();
  const statement = button.dataset.statement;
  if (!statement) return;
  const told = await asked(() => api.get(statement));
  if (told) say("#statement", statementText(told));
});

/** @param {any} told */
function statementText(told) {
  const period = `${told.creditor}, de ${date(told.first)} a ${date(told.last)}`;
  const parts = [
    `recebido ${money(told.received)}`,
    `pago ao credor ${money(told.paid_to_creditor)}`,
    `comissão ${money(told.commission)}`,
    `a repassar ${money(told.to_pass_on)}`,
  ];
  return `${period}: ${number(told.lines.length)} lançamentos, ${parts.join(", ")}.`;
}

/** The policy as it was typed; null, and said, when it is no JSON. */
function draft() {
  const text = /** @type {HTMLTextAreaElement} */ (one("#policy-text")).value;
  try {
    return JSON.parse(text);
  } catch (error) {
    say("#trouble", `Não é JSON: ${error instanceof Error ? error.message : ""}`);
    return null;
  }
}

one("#policy").addEventListener("submit", async (event) => {
  event.preventDefault();
  const policy = draft();
  if (!policy) return;
  const told = await asked(() => api.post("/api/v1/policies/preview", { policy }));
  if (told) say("#effect", effectText(told));
});

/** @param {any} told */
function effectText({ on, base, sample, now, then, lost, gained }) {
  const head = `${number(sample)} de ${number(base)} dívidas em aberto em ${date(on)}.`;
  const before = `Hoje: ${offered(now)}.`;
  const after = `Com esta política: ${offered(then)}.`;
  return `${head} ${before} ${after} Deixam de ter oferta: ${number(lost)}; passam a ter: ${number(gained)}.`;
}

/** @param {any} effect */
function offered(effect) {
  const discount = percent(Number(effect.mean_discount));
  return [
    `${number(effect.offered)} com oferta`,
    `desconto médio máximo de ${discount}`,
    `preço médio ${money(effect.mean_price)}`,
    `menor parcela média ${money(effect.mean_monthly)}`,
    `até ${number(effect.most_instalments)} vezes`,
  ].join(", ");
}

async function publish() {
  const policy = draft();
  if (!policy) return;
  const once = crypto.randomUUID();
  const made = await asked(() => api.post("/api/v1/policies", { policy }, { once }));
  if (made) say("#said", words.published);
}

one("#creditor").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const body = Object.fromEntries(new FormData(form));
  const made = await asked(() => api.post("/api/v1/creditors", body), { form });
  if (made) location.assign(`/back-office/creditors/${made.id}`);
});
