/**
 * `<wording-check for="id-of-a-textarea">`: looks the text over while it is written, and
 * marks what a debtor must not hear or read. Any editor of texts may place it beside its
 * field; `before` names a checkbox that says that identity is not sure yet, `data-words`
 * holds its words. It fires `acordo:wording` with `{usable}` when it has looked.
 */
import { ApiProblem, api } from "./api.js";

/** @typedef {{rule: string, name: string, begin: number, end: number, found: string,
 *   source: string, instead: string, refuses: boolean}} Finding */

const WAIT_MS = 400; // after the last key
export const LOOKED = "acordo:wording";

class WordingCheck extends HTMLElement {
  /** @type {Record<string, string>} */
  #words = {};
  /** @type {AbortController | undefined} */
  #asking;
  #timer = 0;
  #status = document.createElement("p");
  #marked = document.createElement("div");
  #list = document.createElement("ul");

  connectedCallback() {
    this.#words = JSON.parse(this.dataset.words ?? "{}");
    this.#status.setAttribute("role", "status");
    this.#marked.className = "marked";
    this.#marked.setAttribute("role", "group");
    this.#marked.setAttribute("aria-label", this.#words.marked);
    this.#list.className = "found";
    this.#list.setAttribute("aria-label", this.#words.found);
    this.replaceChildren(this.#status, this.#marked, this.#list);
    this.#field.addEventListener("input", this.#later);
    this.#before?.addEventListener("change", this.#later);
    this.#look();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#field.removeEventListener("input", this.#later);
    this.#before?.removeEventListener("change", this.#later);
  }

  get #field() {
    const found = document.getElementById(this.getAttribute("for") ?? "");
    if (!(found instanceof HTMLTextAreaElement))
      throw new Error("wording-check lacks a field");
    return found;
  }

  get #before() {
    const found = document.getElementById(this.getAttribute("before") ?? "");
    return found instanceof HTMLInputElement ? found : null;
  }

  #later = () => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), WAIT_MS);
  };

  async #look() {
    this.#asking?.abort();
    const text = this.#field.value;
    if (!text.trim()) {
      this.#draw(text, [], this.#words.waiting, "");
      return;
    }
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const asked = { text, before_identity: this.#before?.checked ?? false };
    try {
      /** @type {{usable: boolean, findings: Finding[]}} */
      const { usable, findings } = await api.post("/api/v1/wording", asked, { signal });
      this.#draw(text, findings, ...this.#judgement(findings));
      this.dispatchEvent(new CustomEvent(LOOKED, { detail: { usable }, bubbles: true }));
    } catch (error) {
      if (signal.aborted) return;
      const told = error instanceof ApiProblem ? error.message : this.#words.unreachable;
      this.#draw(text, [], told, "notice bad");
    }
  }

  /** @param {Finding[]} findings @returns {[string, string]} what is said, and its look */
  #judgement(findings) {
    const wrong = findings.filter(({ refuses }) => refuses).length;
    const count = wrong || findings.length;
    if (!count) return [this.#words.good, "notice good"];
    const key = `${wrong ? "bad" : "review"}${count === 1 ? "_one" : ""}`;
    const text = this.#words[key].replace("{count}", String(count));
    return [text, wrong ? "notice bad" : "notice"];
  }

  /**
   * @param {string} text - as it was looked over
   * @param {Finding[]} findings - in the order of the text
   * @param {string} said
   * @param {string} look
   */
  #draw(text, findings, said, look) {
    this.#status.className = look;
    if (this.#status.textContent !== said) this.#status.textContent = said;
    const letters = [...text]; // the server counts letters, a string's index does not
    this.#marked.replaceChildren(...marked(letters, findings));
    this.#marked.hidden = findings.length === 0;
    this.#list.replaceChildren(...findings.map((one) => this.#line(letters, one)));
    this.#list.hidden = findings.length === 0;
  }

  /** @param {string[]} letters @param {Finding} finding */
  #line(letters, finding) {
    const line = document.createElement("li");
    const what = document.createElement("p");
    const name = document.createElement("strong");
    const kind = finding.refuses ? this.#words.change : this.#words.look;
    name.textContent = `${kind}: ${finding.name}`;
    const go = document.createElement("button");
    go.type = "button";
    go.className = "quiet";
    go.textContent = `«${finding.found}»`;
    go.setAttribute("aria-label", `${this.#words.go}: ${finding.found}`);
    go.onclick = () => this.#select(letters, finding);
    what.append(name, " ", go);
    line.append(
      what,
      paragraph(this.#words.instead.replace("{instead}", finding.instead)),
      paragraph(this.#words.source.replace("{source}", finding.source), "muted"),
    );
    return line;
  }

  /** @param {string[]} letters @param {Finding} finding */
  #select(letters, { begin, end }) {
    const from = letters.slice(0, begin).join("").length;
    const to = from + letters.slice(begin, end).join("").length;
    this.#field.focus();
    this.#field.setSelectionRange(from, to);
  }
}

/** @param {string} text @param {string} [look] */
function paragraph(text, look = "") {
  const made = document.createElement("p");
  made.textContent = text;
  made.className = look;
  return made;
}

/**
 * The text with its findings marked; one that begins inside another is in it already.
 * @param {string[]} letters
 * @param {Finding[]} findings
 * @returns {Node[]}
 */
function marked(letters, findings) {
  const nodes = [];
  let at = 0;
  for (const { begin, end, refuses } of findings) {
    if (begin < at) continue;
    nodes.push(document.createTextNode(letters.slice(at, begin).join("")));
    const mark = document.createElement("mark");
    mark.textContent = letters.slice(begin, end).join("");
    if (!refuses) mark.className = "review";
    nodes.push(mark);
    at = end;
  }
  nodes.push(document.createTextNode(letters.slice(at).join("")));
  return nodes;
}

customElements.define("wording-check", WordingCheck);
