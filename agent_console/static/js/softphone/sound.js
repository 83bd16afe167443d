/**
 * Microphone, ear and how loud each is. Knows nothing of calls.
 */

const CHOICE = "acordo:sound";
const FFT = 2048;

/**
 * What the person chose; ids of devices are the browser's own.
 * @typedef {{microphone?: string, speaker?: string, clean?: boolean}} Choice
 */

/** @returns {Choice} */
export function chosen() {
  try {
    return JSON.parse(localStorage.getItem(CHOICE) ?? "{}");
  } catch {
    return {};
  }
}

/** @param {Choice} choice */
export function choose(choice) {
  localStorage.setItem(CHOICE, JSON.stringify({ ...chosen(), ...choice }));
}

/**
 * The chosen microphone, or any when that one is gone.
 * @returns {Promise<MediaStream>}
 * @throws {DOMException}
 */
export async function microphone() {
  const { microphone, clean = true } = chosen();
  /** @type {MediaTrackConstraints} */
  const wanted = {
    echoCancellation: clean,
    noiseSuppression: clean,
    autoGainControl: clean,
    channelCount: 1,
  };
  if (!microphone) return navigator.mediaDevices.getUserMedia({ audio: wanted });
  try {
    const audio = { ...wanted, deviceId: { exact: microphone } };
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "OverconstrainedError")
      throw error;
    return navigator.mediaDevices.getUserMedia({ audio: wanted });
  }
}

/**
 * Whether the microphone may be used without asking anybody.
 * @returns {Promise<boolean>}
 */
export async function consented() {
  try {
    const name = /** @type {PermissionName} */ ("microphone");
    return (await navigator.permissions.query({ name })).state === "granted";
  } catch {
    return false; // a browser that does not tell
  }
}

/** Measures one stream: its level, and how much of one frequency is in it. */
export class Meter {
  #analyser;
  #source;
  #wave = new Float32Array(FFT);
  #spectrum = new Float32Array(FFT / 2);

  /** @param {AudioContext} context @param {MediaStream} stream */
  constructor(context, stream) {
    this.#analyser = new AnalyserNode(context, { fftSize: FFT, smoothingTimeConstant: 0 });
    this.#source = context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  /** Loudness now, 0 to 1 (root mean square of full scale). */
  level() {
    this.#analyser.getFloatTimeDomainData(this.#wave);
    let sum = 0;
    for (const sample of this.#wave) sum += sample * sample;
    return Math.sqrt(sum / this.#wave.length);
  }

  /**
   * How strong one frequency is now, in dB of full scale.
   * @param {number} hertz
   */
  tone(hertz) {
    this.#analyser.getFloatFrequencyData(this.#spectrum);
    const width = this.#analyser.context.sampleRate / FFT;
    return this.#spectrum[Math.round(hertz / width)] ?? Number.NEGATIVE_INFINITY;
  }

  end() {
    this.#source.disconnect();
  }
}

/**
 * A short tone in the agent's own ear: somebody is on the line.
 * @param {AudioContext} context
 */
export function beep(context) {
  const tone = new OscillatorNode(context, { frequency: 660 });
  const gain = new GainNode(context, { gain: 0 });
  const begin = context.currentTime;
  gain.gain.linearRampToValueAtTime(0.2, begin + 0.01);
  gain.gain.setValueAtTime(0.2, begin + 0.14);
  gain.gain.linearRampToValueAtTime(0, begin + 0.16);
  tone.connect(gain).connect(context.destination);
  tone.start(begin);
  tone.stop(begin + 0.17);
}

/** Microphones and loudspeakers with their names; names need the microphone's consent. */
export async function devices() {
  const all = await navigator.mediaDevices.enumerateDevices();
  /** @param {MediaDeviceKind} kind */
  const of = (kind) =>
    all
      .filter((one) => one.kind === kind && one.deviceId)
      .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
  return { microphones: of("audioinput"), speakers: of("audiooutput") };
}
