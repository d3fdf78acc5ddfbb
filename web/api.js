/** The assistant's HTTP interface, as the page uses it. */

const PATIENCE_MS = 60_000;
const CHANNELS = { shopper: "/webhooks/widget", agent: "/webhooks/crm" };
const FAILURES = {
  401: "signedOut",
  403: "forbidden",
  404: "gone",
  409: "conflict",
  413: "tooLong",
  422: "malformed",
  429: "tooMany",
};

/**
 * A request that brought no reply. `code` names the text in the locale files; `retry` says whether
 * the same message may succeed later; `detail` is the server's own explanation, or empty.
 */
export class ApiError extends Error {
  constructor(code, { retry = false, detail = "" } = {}) {
    super(code);
    Object.assign(this, { code, retry, detail });
  }
}

/** One speaker's way to the assistant. Every path is below the channel of their role. */
export class Session {
  #token = null;
  #giveToken;

  /**
   * @param {"shopper"|"agent"} role
   * @param {function(): Promise<string>} giveToken asked at first and again when a token was refused
   */
  constructor(role, giveToken) {
    this.role = role;
    this.#giveToken = giveToken;
  }

  /**
   * Send one message. Sending it again with the same id changes nothing in the shop.
   *
   * @param {{message: string, message_id: string, contact_id?: string}} body
   * @returns {Promise<{status: string, messages: Object[]}>}
   * @throws {ApiError}
   */
  send(body) {
    return this.post("/webhook", body);
  }

  /** @returns {Promise<Object|null>} the answer, or null where it has no content  @throws {ApiError} */
  async post(path, body = {}) {
    const json = { "Content-Type": "application/json" };
    return read(await this.#request(path, { method: "POST", body: JSON.stringify(body) }, json));
  }

  /** @returns {Promise<Object>}  @throws {ApiError} */
  async get(path) {
    return read(await this.#request(path));
  }

  /**
   * Listen to what happens from now on, or since an event.
   *
   * @param {string|null} lastId the id of the last event that was heard
   * @param {AbortSignal} signal ends the listening
   * @returns {Promise<Response>} whose body goes on
   * @throws {ApiError}
   */
  async listen(lastId, signal) {
    const headers = { Accept: "text/event-stream", ...(lastId && { "Last-Event-ID": lastId }) };
    const response = await this.#request("/events", { signal }, headers);
    if (!response.ok) await read(response);
    return response;
  }

  /** Who the token says is speaking. */
  async subject() {
    const [, claims] = (await this.#readToken()).split(".");
    const bytes = atob(claims.replaceAll("-", "+").replaceAll("_", "/"));
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
    return JSON.parse(text).sub;
  }

  async #request(path, options = {}, headers = {}) {
    const token = await this.#readToken();
    const ask = (bearer) =>
      request(CHANNELS[this.role] + path, {
        ...options,
        headers: { ...headers, Authorization: `Bearer ${bearer}` },
      });
    const response = await ask(token);
    return response.status === 401 ? ask(await this.#renewToken(token)) : response;
  }

  #readToken() {
    return (this.#token ??= this.#freshToken());
  }

  /** Requests that were refused together share one new token. */
  async #renewToken(refused) {
    if ((await this.#readToken()) === refused) this.#token = this.#freshToken();
    return this.#readToken();
  }

  /** The shop's own code gives the token in production: whatever it throws, the chat goes on. */
  async #freshToken() {
    try {
      return await this.#giveToken();
    } catch (error) {
      this.#token = null;
      if (error instanceof ApiError) throw error;
      console.error(error);
      throw new ApiError("signedOut", { retry: true });
    }
  }
}

/** The people one may be in the demo; null in production, where the shop says who speaks. */
export async function personas() {
  const response = await request("personas", {});
  return response.status === 404 ? null : read(response);
}

/**
 * A token for one of the demo's people.
 *
 * @param {{persona: string, visit?: string, name?: string}} who the same `visit` continues the same
 *   conversation; an agent at the desk has a `name` in its place
 */
export async function personaToken(who) {
  const headers = { "Content-Type": "application/json" };
  const options = { method: "POST", headers, body: JSON.stringify(who) };
  return (await read(await request("token", options))).token;
}

/** A new message id: a random UUID, also where the page is not a secure context. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

async function request(address, options) {
  try {
    return await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS), ...options });
  } catch (error) {
    if (error instanceof TypeError || error.name === "TimeoutError") {
      throw new ApiError("connection", { retry: true });
    }
    throw error;
  }
}

async function read(response) {
  if (response.status === 204) return null;
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  const code = FAILURES[response.status] ?? "unavailable";
  const retry = response.status === 429 || code === "unavailable";
  throw new ApiError(code, { retry, detail: body?.detail ?? "" });
}
