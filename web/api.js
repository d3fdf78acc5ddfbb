/** The assistant's HTTP interface, as the page uses it. */

const PATIENCE_MS = 60_000;
const WEBHOOKS = { shopper: "/webhooks/widget/webhook", agent: "/webhooks/crm/webhook" };
const FAILURES = {
  401: "signedOut",
  403: "forbidden",
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

/** One speaker's way to the assistant. */
export class Session {
  #token = null;
  #giveToken;
  #role;

  /**
   * @param {"shopper"|"agent"} role
   * @param {function(): Promise<string>} giveToken asked at first and again when a token was refused
   */
  constructor(role, giveToken) {
    this.#role = role;
    this.#giveToken = giveToken;
  }

  /**
   * Send one message. Sending it again with the same id changes nothing in the shop.
   *
   * @param {{message: string, message_id: string, contact_id?: string}} body
   * @returns {Promise<{status: string, messages: Object[]}>}
   * @throws {ApiError}
   */
  async send(body) {
    this.#token ??= await this.#freshToken();
    let response = await this.#post(body);
    if (response.status === 401) {
      this.#token = await this.#freshToken();
      response = await this.#post(body);
    }
    return read(response);
  }

  /** The shop's own code gives the token in production: whatever it throws, the chat goes on. */
  async #freshToken() {
    try {
      return await this.#giveToken();
    } catch (error) {
      if (error instanceof ApiError) throw error;
      console.error(error);
      throw new ApiError("signedOut", { retry: true });
    }
  }

  #post(body) {
    return post(WEBHOOKS[this.#role], body, { Authorization: `Bearer ${this.#token}` });
  }
}

/** The people one may be in the demo; null in production, where the shop says who speaks. */
export async function personas() {
  const response = await request("personas", {});
  return response.status === 404 ? null : read(response);
}

/** A token for one of the demo's people; the same `visit` continues the same conversation. */
export async function personaToken(persona, visit) {
  return (await read(await post("token", { persona, visit }))).token;
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

function post(address, body, headers = {}) {
  const json = { "Content-Type": "application/json", ...headers };
  return request(address, { method: "POST", headers: json, body: JSON.stringify(body) });
}

async function request(address, options) {
  try {
    return await fetch(address, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (error) {
    if (error instanceof TypeError || error.name === "TimeoutError") {
      throw new ApiError("connection", { retry: true });
    }
    throw error;
  }
}

async function read(response) {
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  const code = FAILURES[response.status] ?? "unavailable";
  const retry = response.status === 429 || code === "unavailable";
  throw new ApiError(code, { retry, detail: body?.detail ?? "" });
}
