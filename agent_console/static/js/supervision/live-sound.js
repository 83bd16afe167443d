/**
 * Plays a call that goes on: interleaved stereo, 16 bit, 8 kHz, as it comes. What would be
 * heard too late is left out, so that it stays live.
 */

const RATE_HZ = 8000;
const FRAME = 4; // bytes: both sides, 16 bit each
const AHEAD_S = 0.3; // of what is played when the next piece comes
const LATEST_S = 3;

export class LiveSound {
  /** @type {AbortController | undefined} */
  #asking;
  /** @type {AudioContext | undefined} */
  #context;
  #next = 0;
  #rest = new Uint8Array(0);

  get playing() {
    return this.#asking !== undefined;
  }

  /** Play until it ends or `stop`. Begin it by a click: browsers want one.
   * @param {string} url
   */
  async play(url) {
    this.stop();
    const asking = new AbortController();
    this.#asking = asking;
    this.#context = new AudioContext({ sampleRate: RATE_HZ });
    this.#next = 0;
    this.#rest = new Uint8Array(0);
    try {
      const answer = await fetch(url, { signal: asking.signal });
      if (!answer.ok || !answer.body) throw new Error(String(answer.status));
      const reader = answer.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        this.#take(value);
      }
    } catch (error) {
      if (!asking.signal.aborted) throw error;
    } finally {
      if (this.#asking === asking) this.stop();
    }
  }

  stop() {
    this.#asking?.abort();
    this.#asking = undefined;
    this.#context?.close();
    this.#context = undefined;
  }

  /** @param {Uint8Array} value */
  #take(value) {
    const bytes = new Uint8Array(this.#rest.length + value.length);
    bytes.set(this.#rest);
    bytes.set(value, this.#rest.length);
    const whole = bytes.length - (bytes.length % FRAME);
    this.#rest = bytes.slice(whole);
    if (whole > 0) this.#schedule(new DataView(bytes.buffer, 0, whole));
  }

  /** @param {DataView} samples */
  #schedule(samples) {
    const context = this.#context;
    if (!context) return;
    const length = samples.byteLength / FRAME;
    const buffer = context.createBuffer(2, length, RATE_HZ);
    for (const side of [0, 1]) {
      const channel = buffer.getChannelData(side);
      for (let n = 0; n < length; n++)
        channel[n] = samples.getInt16(n * FRAME + side * 2, true) / 32768;
    }
    const now = context.currentTime;
    if (this.#next < now || this.#next > now + LATEST_S) this.#next = now + AHEAD_S;
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    source.start(this.#next);
    this.#next += buffer.duration;
  }
}
