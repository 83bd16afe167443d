/**
 * The negotiation with the debtor in call. Every offer is the server's: what the debtor
 * wishes goes there, what the policy allows comes back, and an offer is accepted whole.
 */

import { ApiProblem, api } from "../api.js";
import { date, money } from "../format.js";
import { ask, made, one, part, put, show, tell } from "./dom.js";
import { words } from "./words.js";

/** @typedef {import("./contracts.js").Agreement} Agreement */
/** @typedef {import("./contracts.js").DebtNow} DebtNow */
/** @typedef {import("./contracts.js").Hardship} Hardship */
/** @typedef {import("./contracts.js").Offer} Offer */
/** @typedef {import("./contracts.js").Offers} Offers */

const PARTS = ["instalments", "monthly", "first_payment", "day"];
const WHOLE = new Set(["instalments", "day"]);

/** "1.234,56" as the server takes it. @param {string} text */
const amount = (text) => text.replaceAll(".", "").replace(",", ".");

export class Negotiation extends HTMLElement {
  /** @type {string | null} */
  #call = null;
  /** @type {DebtNow[]} */
  #debts = [];
  #open = false;

  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element && event.target.closest("button");
      if (!(button instanceof HTMLButtonElement)) return;
      const { do: verb, offer, pix, agreement, debt } = button.dataset;
      if (verb === "open") this.#begin();
      if (verb === "copy") this.#copy();
      if (offer) this.#agree(offer, button);
      if (pix) this.#pix(pix);
      if (agreement || debt) ask(this, "desk:to-robot", { agreement, debt });
    });
    one(this, "form.wishes", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#simulate();
    });
    one(this, "form.home", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#lives();
    });
  }

  /** @param {import("./contracts.js").Card} card */
  put(card) {
    const other = this.#call !== card.call.id;
    this.#call = card.call.id;
    if (other) this.#close();
    const may = card.identity.may_hear_of_debt && (card.debts?.length ?? 0) > 0;
    show(this, may);
    if (!may) this.#close();
  }

  /** Something was paid: what is shown is old. */
  again() {
    if (this.#open) this.#read();
  }

  #close() {
    this.#open = false;
    this.#debts = [];
    this.#trouble("");
    show(part(this, ".negotiation-body"), false);
    show(part(this, ".pix-code"), false);
    part(this, ".offers").replaceChildren();
    one(this, "form.wishes", HTMLFormElement).reset();
    one(this, "form.home", HTMLFormElement).reset();
    tell(part(this, ".address-kept"), "");
  }

  /** Why something of this panel was refused elsewhere. @param {unknown} error */
  refused(error) {
    this.#trouble(error ? reason(error) : "");
  }

  /** @param {string} text */
  #trouble(text) {
    tell(part(this, ".negotiation-trouble"), text);
  }

  /**
   * Ask the server; what it refuses is said, and nothing comes back.
   * @param {(base: string) => Promise<any>} asking
   */
  async #asked(asking) {
    const call = this.#call;
    this.#trouble("");
    try {
      const answer = await asking(`/api/v1/desk/calls/${call}`);
      return this.#call === call ? answer : null;
    } catch (error) {
      if (this.#call === call) this.#trouble(reason(error));
      return null;
    }
  }

  async #begin() {
    this.#open = true;
    if (await this.#read()) {
      show(part(this, ".negotiation-body"), true);
      one(this, "[name=instalments]", HTMLInputElement).focus();
    }
  }

  async #read() {
    const told = await this.#asked((base) => api.get(`${base}/negotiation`));
    if (!told) return false;
    this.#debts = told.debts;
    const chosen = new Set(this.#chosen());
    const rows = this.#debts.map((debt) => debtRow(debt, chosen));
    part(this, ".debts-now").replaceChildren(...rows);
    return true;
  }

  #chosen() {
    const boxes = this.querySelectorAll(".debts-now input:checked");
    return [...boxes].map((box) => /** @type {HTMLInputElement} */ (box).value);
  }

  async #simulate() {
    const form = one(this, "form.wishes", HTMLFormElement);
    /** @type {Record<string, string | number>} */
    const wishes = {};
    for (const name of PARTS) {
      const { value } = one(form, `[name=${name}]`, HTMLInputElement);
      if (value.trim())
        wishes[name] = WHOLE.has(name) ? Number(value) : amount(value.trim());
    }
    const income = one(form, "[name=income]", HTMLInputElement).value.trim();
    const committed = one(form, "[name=committed]", HTMLInputElement).value.trim();
    if ((income === "") !== (committed === "")) {
      this.#trouble(words.negotiation.means_both ?? "");
      return;
    }
    const means = income
      ? { income: amount(income), committed: amount(committed) }
      : undefined;
    const body = { debts: this.#chosen(), wishes, ...(means && { means }) };
    const once = crypto.randomUUID();
    const found = await this.#asked((base) => api.post(`${base}/offers`, body, { once }));
    if (found) this.#show(found);
  }

  /** @param {Offers} found */
  #show({ offers, counters, refusals }) {
    const rows = offers.map(offerRow);
    if (offers.length === 0) {
      rows.push(made("li", words.negotiation.none, "muted"));
      rows.push(...refusals.map((one) => made("li", one.text, "muted")));
    }
    if (counters.length > 0) {
      rows.push(made("li", words.negotiation.nearest, "muted"));
      rows.push(...counters.map(offerRow));
    }
    part(this, ".offers").replaceChildren(...rows);
  }

  /** @param {string} offer @param {HTMLButtonElement} button */
  async #agree(offer, button) {
    button.disabled = true;
    const body = { offer };
    const once = `agree-${offer}`;
    const made = await this.#asked((base) =>
      api.post(`${base}/agreements`, body, { once }),
    );
    button.disabled = false;
    if (!made) return;
    part(this, ".offers").replaceChildren();
    ask(this, "desk:agreed");
    await this.#read();
  }

  /** Where the debtor says that he lives. */
  async #lives() {
    const form = one(this, "form.home", HTMLFormElement);
    tell(part(this, ".address-kept"), "");
    const body = Object.fromEntries(new FormData(form));
    const kept = await this.#asked((base) => api.put(`${base}/address`, body));
    if (kept) tell(part(this, ".address-kept"), words.negotiation.address_kept ?? "");
  }

  /** @param {string} instalment */
  async #pix(instalment) {
    const told = await this.#asked((base) => api.post(`${base}/pix`, { instalment }));
    if (!told) return;
    one(this, "#pix-text", HTMLTextAreaElement).value = told.code;
    const drawing = new DOMParser().parseFromString(told.qr, "image/svg+xml");
    part(this, ".pix-qr").replaceChildren(document.adoptNode(drawing.documentElement));
    show(part(this, ".pix-code"), true);
  }

  async #copy() {
    const text = one(this, "#pix-text", HTMLTextAreaElement);
    text.select();
    await navigator.clipboard.writeText(text.value);
    ask(this, "desk:copied");
  }
}

/** @param {unknown} error */
function reason(error) {
  if (error instanceof ApiProblem) {
    const fields = error.details.errors ?? [];
    return fields.length ? fields.map(({ text }) => text).join(" ") : error.message;
  }
  if (error instanceof TypeError || error instanceof DOMException)
    return words.desk.no_reach;
  throw error;
}

/** @param {DebtNow} debt @param {Set<string>} chosen */
function debtRow(debt, chosen) {
  const row = made("li", "");
  if (debt.agreement) {
    row.append(made("strong", `${debt.creditor} · contrato ${debt.contract}`));
    row.append(...agreementRows(debt.agreement));
    return row;
  }
  const label = made("label", "");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.value = debt.id;
  box.checked = chosen.size === 0 || chosen.has(debt.id);
  label.append(box, ` ${debt.creditor} · contrato ${debt.contract} · `);
  label.append(made("strong", `${words.negotiation.owed}: ${money(debt.owed)}`));
  row.append(label, " ", toRobot("debt", debt.id));
  if (debt.lines.length) {
    const more = document.createElement("details");
    more.append(made("summary", words.negotiation.charges ?? ""));
    more.append(...debt.lines.map((line) => made("p", line, "muted")));
    row.append(more);
  }
  return row;
}

/** @param {"agreement" | "debt"} kind @param {string} id */
function toRobot(kind, id) {
  const button = made("button", words.robot_payment.send ?? "", "outline");
  button.setAttribute("type", "button");
  button.dataset[kind] = id;
  return button;
}

/** @param {Agreement} agreement */
function agreementRows(agreement) {
  const rows = agreement.instalments.map((instalment) => {
    const row = made("p", "");
    const left = Number(instalment.open) > 0;
    const said = `Parcela ${instalment.number}: ${money(instalment.amount)} até ${date(instalment.due_on)}`;
    row.append(made("span", left ? said : `${said} · paga`));
    if (left) {
      const button = made("button", words.negotiation.pix ?? "", "outline");
      button.setAttribute("type", "button");
      button.dataset.pix = instalment.id;
      row.append(" ", button);
    }
    return row;
  });
  if (agreement.instalments.some(({ open }) => Number(open) > 0))
    rows.push(toRobot("agreement", agreement.id));
  if (agreement.clear_name_by) {
    const day = date(agreement.clear_name_by);
    const said = (words.negotiation.clear_by ?? "").replace("{day}", day);
    rows.push(made("p", said, "muted"));
  }
  return rows;
}

/** @param {Offer} offer */
function offerRow(offer) {
  const row = made("li", "");
  const button = made("button", words.negotiation.agree ?? "");
  button.setAttribute("type", "button");
  button.dataset.offer = offer.id;
  const text = made("p", "");
  put(text, offer.text);
  row.append(text);
  if (offer.hardship?.flagged) row.append(hardshipNote(offer.hardship));
  row.append(button);
  return row;
}

/** What the agent must say before such an offer. @param {Hardship} told */
function hardshipNote({ left, affordable, plan_too_long: long }) {
  const said = [words.negotiation.hardship?.replace("{left}", money(left))];
  said.push(
    Number(affordable) > 0
      ? words.negotiation.hardship_fits?.replace("{amount}", money(affordable))
      : words.negotiation.hardship_nothing,
  );
  if (long) said.push(words.negotiation.hardship_long);
  return made("p", said.join(" "), "hardship notice bad");
}
