/**
 * Plays one recording, both sides each with its own volume. The browser fetches the sound
 * in pieces; the two channels are parted, weighed and given to both ears.
 */
import { api } from "../api.js";
import { duration } from "../format.js";
import { singleKeys } from "../shortcuts.js";
import { byId, one, put } from "./page.js";

/** @typedef {"debtor" | "ours"} Side */

const SIDES = /** @type {const} */ (["debtor", "ours"]);
const STEP_S = 5;
const MUTE_KEYS = { m: "debtor", n: "ours" };

export class Player {
  #audio = one(document, "#audio", HTMLAudioElement);
  #seek = one(document, "#seek", HTMLInputElement);
  /** @type {AudioContext | undefined} */
  #sound;
  /** @type {Partial<Record<Side, GainNode>>} */
  #gains = {};
  /** @type {Record<Side, number[]>} */
  #shape = { debtor: [], ours: [] };

  /**
   * @param {Record<string, string>} words
   * @param {() => void} broken
   */
  constructor(words, broken) {
    this.words = words;
    const audio = this.#audio;
    for (const name of ["play", "pause", "ended"]) {
      audio.addEventListener(name, () => this.#showState());
    }
    audio.addEventListener("timeupdate", () => this.#showTime());
    audio.addEventListener("loadedmetadata", () => this.#showTime());
    audio.addEventListener("error", () => {
      if (audio.getAttribute("src")) broken();
    });
    byId("play").addEventListener("click", () => this.toggle());
    this.#seek.addEventListener("input", () => this.#go(Number(this.#seek.value)));
    const speed = one(document, "#speed", HTMLSelectElement);
    speed.addEventListener("change", () => {
      audio.playbackRate = Number(speed.value);
    });
    for (const button of document.querySelectorAll("[data-skip]")) {
      const seconds = Number(/** @type {HTMLElement} */ (button).dataset.skip);
      button.addEventListener("click", () => this.#go(audio.currentTime + seconds));
    }
    for (const side of SIDES) this.#prepare(side);
    byId("player").addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#draw()).observe(byId("player"));
  }

  /**
   * @param {string} id
   * @param {string} title
   */
  async open(id, title) {
    byId("player").hidden = false;
    put(byId("player-title"), title);
    this.#audio.src = `/api/v1/recordings/${id}/audio`;
    this.#shape = { debtor: [], ours: [] };
    this.#draw();
    byId("play").focus();
    this.#shape = await api.get(`/api/v1/recordings/${id}/waveform`);
    this.#draw();
  }

  async toggle() {
    if (!this.#audio.paused) {
      this.#audio.pause();
      return;
    }
    this.#listen();
    await this.#sound?.resume();
    await this.#audio.play();
  }

  /**
   * Play from there; to be called by a click or a key.
   * @param {number} second
   */
  async from(second) {
    this.#go(second);
    if (this.#audio.paused) await this.toggle();
  }

  /** A browser makes sound only after a click: the graph is made on the first one. */
  #listen() {
    if (this.#sound) return;
    const sound = new AudioContext();
    const split = sound.createChannelSplitter(2);
    sound.createMediaElementSource(this.#audio).connect(split);
    SIDES.forEach((side, channel) => {
      const gain = sound.createGain();
      split.connect(gain, channel);
      gain.connect(sound.destination);
      this.#gains[side] = gain;
    });
    this.#sound = sound;
    for (const side of SIDES) this.#weigh(side);
  }

  /** @param {Side} side */
  #parts(side) {
    const row = one(document, `[data-side=${side}]`, HTMLElement);
    return {
      canvas: one(row, "canvas", HTMLCanvasElement),
      mute: one(row, ".mute", HTMLButtonElement),
      volume: one(row, ".volume", HTMLInputElement),
    };
  }

  /** @param {Side} side */
  #prepare(side) {
    const { canvas, mute, volume } = this.#parts(side);
    volume.addEventListener("input", () => this.#weigh(side));
    mute.addEventListener("click", () => this.#mute(side));
    canvas.addEventListener("click", (event) => {
      const share = event.offsetX / canvas.clientWidth;
      this.#go(share * (this.#audio.duration || 0));
    });
  }

  /** @param {Side} side */
  #mute(side) {
    const { mute } = this.#parts(side);
    mute.setAttribute("aria-pressed", String(mute.getAttribute("aria-pressed") !== "true"));
    this.#weigh(side);
  }

  /** @param {Side} side */
  #weigh(side) {
    const { mute, volume } = this.#parts(side);
    const gain = this.#gains[side];
    const muted = mute.getAttribute("aria-pressed") === "true";
    if (gain) gain.gain.value = muted ? 0 : Number(volume.value) / 100;
    this.#draw();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const within = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.altKey || event.metaKey || within.closest("select")) return;
    const letter = singleKeys() ? event.key.toLowerCase() : "";
    const side = MUTE_KEYS[/** @type {"m" | "n"} */ (letter)];
    const slides = within instanceof HTMLInputElement && within !== this.#seek;
    if (side) this.#mute(/** @type {Side} */ (side));
    else if (event.key === " " && !within.closest("button:not(#play)")) this.toggle();
    else if (event.key === "ArrowLeft" && !slides)
      this.#go(this.#audio.currentTime - STEP_S);
    else if (event.key === "ArrowRight" && !slides)
      this.#go(this.#audio.currentTime + STEP_S);
    else return;
    event.preventDefault();
  }

  /** @param {number} seconds */
  #go(seconds) {
    const most = this.#audio.duration || 0;
    this.#audio.currentTime = Math.min(Math.max(0, seconds), most);
    this.#showTime();
  }

  #showState() {
    const playing = !this.#audio.paused;
    put(
      one(document, "#play span", HTMLElement),
      playing ? this.words.pause : this.words.play,
    );
    const use = one(document, "#play use", SVGUseElement);
    const address = use.getAttribute("href")?.split("#")[0] ?? "";
    use.setAttribute("href", `${address}#${playing ? "pause" : "play"}`);
  }

  #showTime() {
    const { currentTime, duration: length } = this.#audio;
    put(byId("position"), duration(currentTime));
    put(byId("length"), duration(length || 0));
    this.#seek.max = String(length || 1);
    this.#seek.value = String(currentTime);
    this.#seek.setAttribute("aria-valuetext", duration(currentTime));
    this.#draw();
  }

  #draw() {
    for (const side of SIDES) this.#drawSide(side);
  }

  /** @param {Side} side */
  #drawSide(side) {
    const { canvas, mute } = this.#parts(side);
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (width === 0) return;
    canvas.width = width * devicePixelRatio;
    canvas.height = height * devicePixelRatio;
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.scale(devicePixelRatio, devicePixelRatio);
    const peaks = this.#shape[side];
    const played = (this.#audio.currentTime / (this.#audio.duration || 1)) * width;
    const faint = mute.getAttribute("aria-pressed") === "true" ? 0.15 : 0.4;
    pen.fillStyle = colourOf(canvas);
    peaks.forEach((peak, n) => {
      const x = (n / peaks.length) * width;
      const tall = Math.max(1, (peak / 100) * height);
      pen.globalAlpha = x < played && faint > 0.2 ? 1 : faint;
      pen.fillRect(x, (height - tall) / 2, Math.max(1, width / peaks.length - 0.5), tall);
    });
    pen.globalAlpha = 1;
    pen.fillRect(played, 0, 1.5, height);
  }
}

/** The side's colour, with both themes resolved by the browser.
 * @param {HTMLElement} canvas
 */
function colourOf(canvas) {
  canvas.style.color = "var(--wave)";
  return getComputedStyle(canvas).color;
}
