/** The loudspeaker of one call, and whether anything arrives at it. */

import { chosen, Meter } from "./sound.js";

export const SILENCE_MS = 3000;
const LOOK_MS = 500;

export class Ear {
  #audio = document.createElement("audio");
  /** @type {Meter | undefined} */
  #meter;
  /** @type {number | undefined} */
  #watch;

  /**
   * @param {AudioContext} context
   * @param {RTCPeerConnection} connection
   * @param {(silentMs: number) => void} onSilence - told again and again while no packet
   *   comes, and once with 0 when one does
   */
  constructor(context, connection, onSilence) {
    this.#audio.autoplay = true;
    this.#audio.hidden = true;
    document.body.append(this.#audio);
    connection.addEventListener("track", (event) => {
      const stream = event.streams[0] ?? new MediaStream([event.track]);
      this.#audio.srcObject = stream;
      this.#meter?.end();
      this.#meter = new Meter(context, stream);
    });
    this.route();
    this.#follow(connection, onSilence);
  }

  /** Send the sound to the loudspeaker that was chosen, where browsers can. */
  route() {
    const { speaker = "" } = chosen();
    if ("setSinkId" in this.#audio)
      this.#audio.setSinkId(speaker).catch(() => this.#audio.setSinkId(""));
  }

  /** @param {boolean} covered - nothing is heard for a while */
  cover(covered) {
    this.#audio.muted = covered;
  }

  level() {
    return this.#meter?.level() ?? 0;
  }

  /** @param {number} hertz */
  tone(hertz) {
    return this.#meter?.tone(hertz) ?? Number.NEGATIVE_INFINITY;
  }

  end() {
    clearInterval(this.#watch);
    this.#meter?.end();
    this.#audio.srcObject = null;
    this.#audio.remove();
  }

  /** @param {RTCPeerConnection} connection @param {(silentMs: number) => void} onSilence */
  #follow(connection, onSilence) {
    let packets = 0;
    let heardAt = performance.now();
    let silent = true; // whatever was said of a leg before this one is over with a packet
    this.#watch = window.setInterval(async () => {
      const now = await received(connection);
      if (now !== packets) {
        packets = now;
        heardAt = performance.now();
        if (silent) onSilence(0);
        silent = false;
        return;
      }
      const silentMs = performance.now() - heardAt;
      if (silentMs < SILENCE_MS) return;
      silent = true;
      onSilence(silentMs);
    }, LOOK_MS);
  }
}

/**
 * Packets of sound that came so far.
 * @param {RTCPeerConnection} connection
 */
async function received(connection) {
  if (connection.connectionState === "closed") return 0;
  let packets = 0;
  for (const report of (await connection.getStats()).values())
    if (report.type === "inbound-rtp") packets += report.packetsReceived;
  return packets;
}
