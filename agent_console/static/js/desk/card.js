/**
 * The card of the call in hand. It shows what the server sends for the present level of
 * identification; what must not be said is marked, and the rest was never sent.
 */

import { date, dateTime, duration, money } from "../format.js";
import { ask, copied, made, one, part, put, show } from "./dom.js";
import { Means } from "./means.js";
import { rule } from "./rule.js";
import { words } from "./words.js";

/** @typedef {import("./contracts.js").Card} Card */
/** @typedef {import("./contracts.js").Debt} Debt */
/** @typedef {import("./contracts.js").Identity} Identity */
/** @typedef {import("./contracts.js").Past} Past */
/** @typedef {import("./contracts.js").Robot} Robot */

const DAYS = new Intl.PluralRules("pt-BR");
/** @param {number} count */
const days = (count) => `${count} ${DAYS.select(count) === "one" ? "dia" : "dias"}`;

export class DebtorCard extends HTMLElement {
  /** @type {Card | null} */
  card = null;

  connectedCallback() {
    this.means = new Means(this);
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element && event.target.closest("button");
      if (!(button instanceof HTMLButtonElement)) return;
      if (button.dataset.step) ask(this, "desk:heard", { step: button.dataset.step });
      if (button.closest(".card-trouble")) ask(this, "desk:again");
      const reason = button.dataset.suppress;
      if (reason) ask(this, "desk:suppress", { reason, title: button.textContent?.trim() });
    });
    const suppress = one(this, ".suppress form", HTMLFormElement);
    suppress.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = one(suppress, "select", HTMLSelectElement).selectedOptions[0];
      const proof = one(suppress, "input", HTMLInputElement).value;
      const { value: reason, text: title } = chosen ?? new Option();
      ask(this, "desk:suppress", { reason, title, proof });
    });
    const form = one(this, "form.ask", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const fact = one(form, "select", HTMLSelectElement).value;
      const answer = one(form, "input", HTMLInputElement).value;
      if (answer.trim()) ask(this, "desk:heard", { step: "answered", fact, answer });
    });
    one(form, "select", HTMLSelectElement).addEventListener("change", () => this.#asked());
  }

  /** No call: say what comes next. @param {string} state */
  clear(state) {
    this.card = null;
    show(part(this, "article"), false);
    show(part(this, ".card-trouble"), false);
    put(part(this, ".next"), words.desk_next[state] ?? "");
    show(part(this, ".no-call"), true);
  }

  /** @param {string} text */
  trouble(text) {
    put(part(this, ".card-trouble span"), text);
    show(part(this, ".card-trouble"), text !== "");
  }

  /** @param {string} text - about an answer */
  answerTrouble(text) {
    put(part(this, "#answer-trouble"), text);
  }

  /** @param {string} text - about what was to be registered */
  suppressTrouble(text) {
    put(part(this, ".suppress-trouble"), text);
  }

  /** It is registered: nothing that was typed is left. */
  suppressed() {
    one(this, "#suppress-proof", HTMLInputElement).value = "";
    one(this, ".suppress details", HTMLDetailsElement).open = false;
  }

  /** @param {Card} card */
  put(card) {
    const other = this.card?.call.id !== card.call.id;
    this.card = card;
    this.trouble("");
    this.answerTrouble("");
    this.suppressTrouble("");
    show(part(this, ".no-call"), false);
    show(part(this, "article"), true);
    this.#identity(card.identity, other);
    this.#debtor(card);
    this.means?.put(card);
    this.#debts(card);
    this.#robot(card.robot);
    this.#history(card.history);
    this.#phones(card);
    if (other) this.scrollTop = 0;
  }

  /** @param {Identity} identity @param {boolean} other */
  #identity(identity, other) {
    part(this, ".identity").dataset.level = identity.level;
    put(part(this, "#identity-level"), identity.label);
    put(part(this, ".identity-rule"), identity.rule);
    put(part(this, ".say q"), identity.say);
    const known = this.card?.debtor !== null;
    show(part(this, ".who"), known);
    for (const step of ["claimed", "denied"]) {
      const button = one(this, `[data-step=${step}]`, HTMLButtonElement);
      const level = { claimed: "claimed", denied: "third_party" }[step];
      button.setAttribute("aria-pressed", String(identity.level === level));
    }
    this.#asks(identity, other);
  }

  /** @param {Identity} identity @param {boolean} other */
  #asks(identity, other) {
    const form = one(this, "form.ask", HTMLFormElement);
    const had = form.contains(document.activeElement);
    const select = one(form, "select", HTMLSelectElement);
    const input = one(form, "input", HTMLInputElement);
    show(form, identity.asks.length > 0);
    const options = identity.asks.map((one) => new Option(one.label, one.fact));
    select.replaceChildren(...options);
    input.value = "";
    this.#asked();
    const right = identity.right.length ? `Certo: ${identity.right.join("; ")}. ` : "";
    const wrong = identity.wrong ? `Resposta errada: ${identity.wrong}. ` : "";
    const last =
      identity.wrong_left === 1 ? " O próximo erro encerra a identificação." : "";
    const more = `Respostas certas que faltam: ${identity.missing}.${last}`;
    put(part(form, ".ask-count"), right + wrong + more);
    // whoever was answering goes on answering; nobody else is moved
    if (had && !other) (form.hidden ? part(this, ".identity") : input).focus();
  }

  /** Put the question that is chosen into words. */
  #asked() {
    const fact = one(this, "form.ask select", HTMLSelectElement).value;
    const found = this.card?.identity.asks.find((one) => one.fact === fact);
    put(part(this, "form.ask label"), found?.ask ?? "");
    one(this, "#answer", HTMLInputElement).placeholder = found?.form ?? "";
  }

  /** @param {Robot | null} robot */
  #robot(robot) {
    show(part(this, ".robot"), robot !== null);
    if (robot === null) return;
    const closed = robot.agreed ? "Fechou um acordo." : "Nada foi fechado.";
    put(part(this, ".robot-head"), `Protocolo ${robot.protocol}. ${closed}`);
    const offers = robot.offers.map((one) => {
      const times = one.payments === 1 ? "à vista" : `em ${one.payments} vezes`;
      const due = `primeiro vencimento ${date(one.first_due)}`;
      return made("li", `${money(one.total)} ${times}, ${due}`);
    });
    part(this, ".robot-offers").replaceChildren(...offers);
    const turns = robot.turns.map((one) => {
      const heard = one.heard ? `“${one.heard}”` : "silêncio";
      const meant = one.understood ? "" : " (não entendido)";
      return made("li", `${one.question} → ${heard}${meant}`);
    });
    part(this, ".robot-turns").replaceChildren(...turns);
  }

  /** @param {Card} card */
  #debtor(card) {
    const debtor = card.debtor;
    put(part(this, ".debtor-name"), debtor?.name ?? "Número que ninguém conhece");
    const kind = { person: "Pessoa", company: "Empresa" }[debtor?.kind ?? ""];
    const called = card.call.direction === "inbound" ? "ligou de" : "em";
    const more = [kind, debtor?.document, debtor?.uf, `${called} ${card.call.telephone}`];
    if (card.call.campaign) more.push(`Campanha ${card.call.campaign}`);
    put(part(this, ".debtor-more"), more.filter(Boolean).join(" · "));
    show(part(this, ".policy"), card.policy !== null);
    put(part(this, ".policy span"), card.policy?.line ?? "");
    part(this, ".policy").classList.toggle("closed", card.policy?.allowed === false);
    const why = card.policy?.why ?? [];
    show(part(this, ".policy-why"), why.length > 0);
    const word = card.policy?.allowed ? "fecha" : "volta";
    part(this, ".policy-why .rows").replaceChildren(...why.map((one) => rule(one, word)));
  }

  /** @param {Card} card */
  #debts(card) {
    const debts = card.debts ?? [];
    const locked = !card.identity.may_hear_of_debt && debts.length > 0;
    part(this, ".debts").classList.toggle("locked", locked);
    show(part(this, ".lock"), locked);
    show(part(this, ".debts-hidden"), card.debtor !== null && card.debts === null);
    show(part(this, ".debts-none"), card.debts?.length === 0);
    show(part(this, ".debts"), card.debtor !== null);
    put(part(this, ".total"), card.total && debts.length ? money(card.total) : "");
    part(this, ".debt-list").replaceChildren(...debts.map((debt) => this.#debt(debt)));
  }

  /** @param {Debt} debt */
  #debt(debt) {
    const row = copied(this, "#debt-row");
    put(part(row, ".creditor"), debt.creditor);
    const more = [debt.product, debt.portfolio, `contrato ${debt.contract}`];
    put(part(row, ".product"), more.filter(Boolean).join(" · "));
    put(part(row, ".debt-total"), money(debt.total));
    const late = debt.days_late > 0 ? `em atraso: ${money(debt.overdue)}` : "em dia";
    part(row, ".debt-total").title = late;
    const lines = debt.instalments.map((instalment) => {
      const line = document.createElement("tr");
      const count = String(instalment.number);
      line.append(
        made("td", `${count} de ${debt.instalments.length}`),
        made("td", date(instalment.due_on)),
        made("td", instalment.days_late ? days(instalment.days_late) : "em dia"),
        made("td", money(instalment.amount)),
      );
      line.classList.toggle("late", instalment.days_late > 0);
      return line;
    });
    part(row, "tbody").append(...lines);
    return row;
  }

  /** @param {Past[]} history */
  #history(history) {
    show(part(this, ".history-none"), history.length === 0 && this.card?.debtor !== null);
    part(this, ".history .rows").replaceChildren(...history.map(pastRow));
  }

  /** @param {Card} card */
  #phones(card) {
    show(part(this, ".phones"), card.telephones.length > 0);
    const rows = card.telephones.map((phone) => {
      const row = made("li", "");
      const tries = phone.tries === 1 ? "1 tentativa" : `${phone.tries} tentativas`;
      const now = phone.current ? " · esta chamada" : "";
      row.append(made("span", phone.telephone, "figure"));
      row.append(made("span", `${phone.status} · ${tries}${now}`, "muted"));
      row.classList.toggle("current", phone.current);
      return row;
    });
    part(this, ".phones .rows").replaceChildren(...rows);
  }
}

/** @param {Past} past */
function pastRow(past) {
  const row = document.createElement("li");
  const talk = past.talk_s === null ? "" : ` · ${duration(past.talk_s)}`;
  const head = made("p", "");
  head.append(
    made("time", dateTime(past.placed_at), "figure"),
    made("strong", past.disposition ?? past.outcome),
    made(
      "span",
      `${past.telephone}${talk}${past.agent ? ` · ${past.agent}` : ""}`,
      "muted",
    ),
  );
  row.append(head);
  if (past.promised && past.promised_on) {
    const promise = `Prometeu ${money(past.promised)} até ${date(past.promised_on)}`;
    row.append(made("p", promise, "promised"));
  }
  if (past.note) row.append(made("p", past.note, "note"));
  return row;
}
