/** One of the URA's calls: its words as they come, its sound, and who is to take it. */
import { api } from "../api.js";
import { LiveSound } from "./live-sound.js";
import { byId, one, put, say, told } from "./page.js";
import { linesOf } from "./robot-said.js";

const EVERY_MS = 1500;

export class RobotFollow {
  #call = "";
  #shown = 0;
  #sound = new LiveSound();
  /** @type {number | undefined} */
  #again;

  /**
   * @param {Record<string, string>} words
   * @param {() => {endpoint: string, name: string}[]} idle - agents who may get a call
   */
  constructor(words, idle) {
    this.words = words;
    this.idle = idle;
    this.dialog = one(document, "#robot-follow", HTMLDialogElement);
    this.listen = one(this.dialog, "#robot-listen", HTMLButtonElement);
    this.choice = one(this.dialog, "#robot-agent", HTMLSelectElement);
    this.listen.onclick = () => this.#switchSound();
    one(this.dialog, "#robot-take", HTMLButtonElement).onclick = () => this.#take();
    this.own = this.dialog.querySelector("#robot-take-own"); // a supervisor's alone
    one(this.dialog, "[data-close]", HTMLButtonElement).onclick = () => this.dialog.close();
    this.dialog.addEventListener("close", () => this.#leave());
  }

  /**
   * @param {string} call
   * @param {string} title
   */
  open(call, title) {
    this.#call = call;
    this.#shown = 0;
    put(byId("robot-follow-title"), title);
    byId("robot-said").replaceChildren();
    for (const id of ["robot-told", "robot-trouble"]) say(byId(id), "");
    this.#offer();
    this.own?.setAttribute("href", `/desk?take=${call}`);
    this.dialog.showModal();
    this.#ask();
  }

  #leave() {
    clearTimeout(this.#again);
    this.#sound.stop();
    this.#tellSound();
    this.#call = "";
  }

  #offer() {
    const idle = this.idle();
    const any = new Option(this.words.take_any, "");
    this.choice.replaceChildren(
      any,
      ...idle.map(({ endpoint, name }) => new Option(name, endpoint)),
    );
    say(byId("robot-nobody"), idle.length ? "" : this.words.nobody_idle);
  }

  async #ask() {
    const call = this.#call;
    try {
      const { live, turns } = await api.get(`/api/v1/robots/${call}/said`);
      if (call !== this.#call) return;
      this.#show(turns);
      if (!live) {
        if (byId("robot-told").hidden) say(byId("robot-told"), this.words.over);
        this.#mayTake(false);
        return;
      }
      this.#mayTake(true);
      say(byId("robot-trouble"), "");
    } catch (error) {
      say(byId("robot-trouble"), told(error, this.words.unreachable));
    }
    if (call === this.#call) this.#again = setTimeout(() => this.#ask(), EVERY_MS);
  }

  /** @param {boolean} may */
  #mayTake(may) {
    one(this.dialog, "#robot-take", HTMLButtonElement).disabled = !may;
    this.own?.toggleAttribute("hidden", !may);
  }

  /** @param {import("./robot-said.js").Said[]} turns */
  #show(turns) {
    const list = byId("robot-said");
    list.append(...linesOf(turns.slice(this.#shown), this.words));
    if (turns.length > this.#shown) list.lastElementChild?.scrollIntoView();
    this.#shown = turns.length;
    byId("robot-nothing").hidden = turns.length > 0;
  }

  async #switchSound() {
    if (this.#sound.playing) {
      this.#sound.stop();
      this.#tellSound();
      return;
    }
    const playing = this.#sound.play(`/api/v1/robots/${this.#call}/sound`);
    this.#tellSound();
    try {
      await playing;
    } catch {
      say(byId("robot-trouble"), this.words.no_sound);
    }
    this.#tellSound();
  }

  #tellSound() {
    const { playing } = this.#sound;
    this.listen.setAttribute("aria-pressed", String(playing));
    put(this.listen, playing ? this.words.stop : this.words.listen);
    say(byId("robot-listening"), playing ? this.words.listening : "");
  }

  async #take() {
    try {
      const agent = this.choice.value || null;
      await api.post(`/api/v1/robots/${this.#call}/take`, { agent });
      say(byId("robot-trouble"), "");
      say(byId("robot-told"), this.words.taken_told);
    } catch (error) {
      say(byId("robot-trouble"), told(error, this.words.unreachable));
      this.#offer();
    }
  }
}
