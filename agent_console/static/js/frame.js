/**
 * The frame of every page: the switch of the colours, the user's menu, the list of keys,
 * and the dialog that lets somebody log in again without leaving what he was doing.
 */
import { ApiProblem, logIn, SESSION_EXPIRED } from "./api.js";
import { dropDrafts, dropOldDrafts } from "./desk/draft.js";
import { asMenu } from "./menu.js";
import { offerHelp } from "./shortcuts.js";

const YEAR_S = 31536000;

/** @type {HTMLButtonElement | null} */
const theme = document.querySelector("#theme");
const dark = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen === undefined ? dark.matches : chosen === "dark";
}

function showTheme() {
  theme?.setAttribute("aria-pressed", String(isDark()));
}

theme?.addEventListener("click", () => {
  const chosen = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = chosen;
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it, so that no page flashes
  document.cookie = `acordo_theme=${chosen}; Path=/; Max-Age=${YEAR_S}; SameSite=Strict`;
  showTheme();
});
dark.addEventListener("change", showTheme);
if (theme) theme.hidden = false;
showTheme();

offerHelp();
dropOldDrafts();
document.querySelector("form[action='/logout']")?.addEventListener("submit", dropDrafts);

/** @type {HTMLDetailsElement | null} */
const menu = document.querySelector("details.menu");
if (menu) asMenu(menu);

/** @type {HTMLDialogElement | null} */
const dialog = document.querySelector("#login-again");
if (dialog) {
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  const field = /** @type {HTMLInputElement} */ (dialog.querySelector("[type=password]"));
  const trouble = /** @type {HTMLElement} */ (dialog.querySelector(".trouble"));

  document.addEventListener(SESSION_EXPIRED, () => {
    field.value = "";
    trouble.textContent = "";
    if (!dialog.open) dialog.showModal();
  });
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await logIn(dialog.dataset.login ?? "", field.value);
      dialog.close();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const lost = "Sem contato com o servidor. Tente de novo.";
      trouble.textContent = error instanceof ApiProblem ? error.message : lost;
      field.select();
    }
  });
}
