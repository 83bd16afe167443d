/**
 * Talks to our own API: JSON both ways, the token against forged requests, problem
 * details as `ApiProblem`. When the session ended it asks the page to log in again
 * (event `acordo:session-expired` on `document`) and then repeats the request, once.
 */

/** @typedef {{code: string, title: string, status: number,
 *   errors?: {field: string, text: string}[], [field: string]: unknown}} ProblemDetails */

export const SESSION_EXPIRED = "acordo:session-expired";
export const SESSION_BEGUN = "acordo:session-begun";
const LOGGED_OUT = "not_logged_in";
const DEADLINE_MS = 15000;

/** What the server answered instead of what was asked for; `message` is for people. */
export class ApiProblem extends Error {
  /** @param {ProblemDetails} details */
  constructor(details) {
    super(details.title);
    this.name = "ApiProblem";
    this.code = details.code;
    this.status = details.status;
    this.details = details;
  }

  /**
   * What is wrong with one field, if the answer says so.
   * @param {string} field
   * @returns {string | undefined}
   */
  of(field) {
    return this.details.errors?.find((one) => one.field === field)?.text;
  }
}

let csrf = document.querySelector("meta[name=csrf]")?.getAttribute("content") ?? "";

/**
 * Go on with the session that an answer gave in the place of the one before.
 * @param {{csrf: string}} session
 */
export function useSession(session) {
  csrf = session.csrf;
}

/** The token that unsafe requests outside this module must send as `X-CSRF-Token`. */
export const csrfToken = () => csrf;

/** @type {Promise<void> | undefined} */
let loggingIn;

/** @returns {Promise<unknown>} */
function begun() {
  return new Promise((resolve) => {
    document.addEventListener(SESSION_BEGUN, resolve, { once: true });
    document.dispatchEvent(new CustomEvent(SESSION_EXPIRED));
  });
}

/** Ask for a login; the promise resolves when somebody is in again. */
export function sessionExpired() {
  loggingIn ??= begun().then(() => {
    loggingIn = undefined;
  });
  return loggingIn;
}

/**
 * Begin a session from a script, without leaving the page.
 * @param {string} login
 * @param {string} password
 * @returns {Promise<{login: string, name: string, role: string, seat: string | null}>}
 */
export async function logIn(login, password) {
  const door = await ask("GET", "/api/v1/session");
  const begun = await ask("POST", "/api/v1/session", { login, password }, door.csrf);
  useSession(begun);
  document.dispatchEvent(new CustomEvent(SESSION_BEGUN));
  return begun;
}

/**
 * @param {string} verb
 * @param {string} path
 * @param {unknown} [body]
 * @param {string} [token]
 * @param {{signal?: AbortSignal, once?: string}} [options]
 * @returns {Promise<any>}
 */
async function ask(verb, path, body, token = csrf, { signal, once } = {}) {
  const asItIs = body instanceof FormData || body instanceof Blob;
  const json = body !== undefined && !asItIs;
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  /** @type {Record<string, string>} */
  const headers = verb === "GET" ? {} : { "X-CSRF-Token": token };
  if (json) headers["Content-Type"] = "application/json";
  if (once) headers["Idempotency-Key"] = once;
  /** @type {BodyInit | null | undefined} */
  const sent = asItIs ? body : json ? JSON.stringify(body) : undefined;
  const answer = await fetch(path, {
    method: verb,
    headers: { Accept: "application/json", ...headers },
    body: sent,
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
  });
  if (!answer.ok) throw await problemOf(answer);
  return answer.status === 204 ? undefined : answer.json();
}

/**
 * @param {Response} answer
 * @returns {Promise<ApiProblem>}
 */
async function problemOf(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  if (type.startsWith("application/problem+json"))
    return new ApiProblem(await answer.json());
  const title = `O servidor respondeu ${answer.status}.`;
  return new ApiProblem({ code: "unknown", title, status: answer.status });
}

/**
 * @param {string} verb
 * @param {string} path
 * @param {unknown} [body] - JSON; a form or a file as it is
 * @param {{signal?: AbortSignal, once?: string}} [options] - `once`: a key by which the
 *   same request sent twice is done once
 * @returns {Promise<any>} the answer's JSON; undefined when there is none
 * @throws {ApiProblem} what the server refuses
 * @throws {TypeError | DOMException} no answer: network, deadline, abort
 */
async function request(verb, path, body, options = {}) {
  try {
    return await ask(verb, path, body, csrf, options);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== LOGGED_OUT) throw error;
    await sessionExpired();
    return ask(verb, path, body, csrf, options);
  }
}

export const api = {
  /** @param {string} path @param {{signal?: AbortSignal}} [options] */
  get: (path, options) => request("GET", path, undefined, options),
  /** @param {string} path @param {unknown} [body]
   *  @param {{signal?: AbortSignal, once?: string}} [options] */
  post: (path, body, options) =>
    request("POST", path, body, { once: crypto.randomUUID(), ...options }),
  /** @param {string} path @param {unknown} [body] @param {{signal?: AbortSignal}} [options] */
  put: (path, body, options) => request("PUT", path, body, options),
  /** @param {string} path @param {unknown} [body] @param {{signal?: AbortSignal}} [options] */
  patch: (path, body, options) => request("PATCH", path, body, options),
  /** @param {string} path @param {{signal?: AbortSignal}} [options] */
  delete: (path, options) => request("DELETE", path, undefined, options),
};
