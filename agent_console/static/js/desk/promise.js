/** A promise as people type it, as the server takes it. */

/**
 * "1.234,5" -> "1234.5". What is no amount goes as it is: the server says what is wrong.
 * @param {string} typed
 */
export function amountOf(typed) {
  const bare = typed.replace(/[R$\s\u00a0]/g, "");
  const brazilian = /^\d{1,3}(\.\d{3})*(,\d{1,2})?$|^\d+(,\d{1,2})?$/;
  return brazilian.test(bare) ? bare.replaceAll(".", "").replace(",", ".") : bare;
}

/**
 * @param {{amount: string, promised_on: string}} draft
 * @returns {{amount: string, due_on: string} | null} null: neither was given
 */
export function promiseOf(draft) {
  if (!draft.amount.trim() && !draft.promised_on) return null;
  return { amount: amountOf(draft.amount), due_on: draft.promised_on };
}
