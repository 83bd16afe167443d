/**
 * What can be wrong with a telephone in a browser, as codes; the words are the page's
 * (section `softphone` of the catalogue).
 *
 * @typedef {"" | "insecure" | "no_webrtc" | "no_microphone" | "microphone_refused"
 *   | "microphone_busy" | "no_seat" | "registration_lost" | "registration_refused"
 *   | "seat_taken" | "session_over" | "switch_away" | "no_sound" | "unreachable"} Trouble
 */

import { ApiProblem } from "../api.js";

/** Numbers by which the console closes the socket. */
export const CLOSED = { seatTaken: 4001, sessionOver: 4003, switchAway: 1013 };

/** A trouble that ends what was being done. */
export class Troubled extends Error {
  /** @param {Trouble} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * What this browser and this address cannot do.
 * @returns {Trouble}
 */
export function unable() {
  if (!window.isSecureContext) return "insecure";
  if (!window.RTCPeerConnection || !navigator.mediaDevices?.getUserMedia)
    return "no_webrtc";
  return "";
}

/** @type {Record<string, Trouble>} */
const MICROPHONE = {
  NotFoundError: "no_microphone",
  OverconstrainedError: "no_microphone",
  NotAllowedError: "microphone_refused",
  SecurityError: "microphone_refused",
  NotReadableError: "microphone_busy",
  AbortError: "microphone_busy",
};

/**
 * @param {unknown} error
 * @returns {Trouble}
 */
export function troubleOf(error) {
  if (error instanceof Troubled) return error.code;
  if (error instanceof ApiProblem) {
    if (error.code === "seat_taken" || error.code === "no_seat") return error.code;
    return "unreachable";
  }
  if (error instanceof DOMException) return MICROPHONE[error.name] ?? "unreachable";
  if (error instanceof TypeError) return "unreachable"; // fetch without a network
  throw error;
}
