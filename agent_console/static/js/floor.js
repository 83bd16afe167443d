/**
 * Keeps the figures of the page fresh: asks for `/floor.json` every two seconds while
 * the page is seen, and says so when no answer comes. Figures are only replaced, so that
 * focus and reading position stay where they are.
 */

/** @typedef {{name: string, open_calls: number, attempts: number, answered: number,
 *   abandoned: number, outcomes: Record<string, number>}} Campaign */
/** @typedef {{at: string, hours: number, dialer_leads: boolean, open_calls: number,
 *   agents: Record<string, number> | null, campaigns: Campaign[]}} Floor */

const EVERY_MS = 2000;
const DEADLINE_MS = 5000;

const number = new Intl.NumberFormat("pt-BR");
const clock = new Intl.DateTimeFormat("pt-BR", { timeStyle: "medium" });

/**
 * @template {Element} T
 * @param {ParentNode} within
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
function one(within, selector, kind) {
  const found = within.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page lacks ${selector}`);
  return found;
}

/**
 * @param {Element} element
 * @param {string} text
 */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {ParentNode} within
 * @param {Record<string, number>} figures
 */
function putFigures(within, figures) {
  for (const cell of within.querySelectorAll("[data-figure]")) {
    const name = cell.getAttribute("data-figure") ?? "";
    put(cell, number.format(figures[name] ?? 0));
  }
}

/** @param {Campaign} campaign */
function figuresOf(campaign) {
  const { open_calls, attempts, answered, abandoned, outcomes } = campaign;
  return { ...outcomes, open_calls, attempts, answered, abandoned };
}

/** @param {Campaign[]} campaigns */
function putCampaigns(campaigns) {
  const body = one(document, "#campaigns tbody", HTMLElement);
  const model = one(document, "#campaign-row", HTMLTemplateElement);
  while (body.children.length < campaigns.length) {
    body.append(model.content.cloneNode(true));
  }
  while (body.children.length > campaigns.length) body.lastElementChild?.remove();
  campaigns.forEach((campaign, index) => {
    const row = body.children[index];
    put(one(row, "th", HTMLElement), campaign.name);
    putFigures(row, figuresOf(campaign));
  });
}

/**
 * @param {string} id
 * @param {boolean} shown
 */
function show(id, shown) {
  one(document, `#${id}`, HTMLElement).hidden = !shown;
}

/** @param {Floor} floor */
function putFloor(floor) {
  const agents = floor.agents ?? {};
  const here = Object.entries(agents).filter(([state]) => state !== "offline");
  const seated = here.reduce((sum, [, count]) => sum + count, 0);
  putFigures(one(document, "#now", HTMLElement), { open_calls: floor.open_calls, seated });
  putFigures(one(document, "#agents", HTMLElement), agents);
  putCampaigns(floor.campaigns);
  show("no-dialer", !floor.dialer_leads);
  show("no-bus", floor.agents === null);
  show("no-agents", floor.agents !== null && seated === 0);
  show("no-campaigns", floor.campaigns.length === 0);
  show("campaigns", floor.campaigns.length > 0);
  const time = one(document, "#at", HTMLTimeElement);
  time.dateTime = floor.at;
  put(time, clock.format(new Date(floor.at)));
}

/** @param {string} text - empty when all is well */
function say(text) {
  put(one(document, "#trouble", HTMLElement), text);
  show("trouble", text !== "");
}

async function refresh() {
  try {
    const answer = await fetch("/floor.json", { signal: AbortSignal.timeout(DEADLINE_MS) });
    const body = await answer.json();
    if (answer.ok) putFloor(body);
    say(answer.ok ? "" : body.title);
  } catch {
    say(one(document, "#trouble", HTMLElement).dataset.lost ?? "");
  }
}

/** @type {number | undefined} */
let timer;

async function follow() {
  clearTimeout(timer);
  if (document.hidden) return;
  await refresh();
  timer = setTimeout(follow, EVERY_MS);
}

document.addEventListener("visibilitychange", follow);
follow();
