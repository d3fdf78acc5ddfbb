/**
 * Server-sent events of a session. Read from a fetch, for the browser's EventSource cannot send the
 * header that says who listens.
 */

import { ApiError } from "./api.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
// Three times what the server lets pass between signs of life.
const SILENCE_MS = 45_000;

/** Listens until it is closed: a connection that breaks is taken up where it broke. */
export class EventStream {
  #session;
  #hear;
  #lastId = null;
  #stop = null;

  /**
   * @param {Session} session
   * @param {{onEvent: function(string, Object): void, onConnection: function(boolean): void}} hear
   *   `onEvent` gets each event's type and data
   */
  constructor(session, hear) {
    this.#session = session;
    this.#hear = hear;
  }

  get isOpen() {
    return this.#stop !== null;
  }

  open() {
    if (this.isOpen) return;
    this.#stop = new AbortController();
    this.#run(this.#stop.signal);
  }

  close() {
    this.#stop?.abort();
    this.#stop = null;
  }

  async #run(signal) {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await this.#connect(signal, () => (failures = 0));
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        if (!error.retry) return this.close();
      }
      if (signal.aborted) return;
      this.#hear.onConnection(false);
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS), signal);
    }
  }

  /** Read one connection to its end. */
  async #connect(signal, onOpen) {
    const silence = new AbortController();
    const response = await this.#session.listen(
      this.#lastId,
      AbortSignal.any([signal, silence.signal]),
    );
    if (response.status === 204) return this.close();
    onOpen();
    this.#hear.onConnection(true);
    const watch = watchdog(silence);
    try {
      for await (const { id, type, data } of events(response.body, watch.reset)) {
        if (signal.aborted) return;
        if (id) this.#lastId = id;
        this.#hear.onEvent(type, data);
      }
    } finally {
      watch.end();
    }
  }
}

/** Abort what has been silent too long. */
function watchdog(controller) {
  let timer = null;
  const end = () => clearTimeout(timer);
  const reset = () => {
    end();
    timer = setTimeout(() => controller.abort(), SILENCE_MS);
  };
  reset();
  return { reset, end };
}

/** The events of a body, as {id?, type, data}; `onLife` is called for whatever arrives. */
async function* events(body, onLife) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new ApiError("connection", { retry: true });
    });
    if (done) return;
    onLife();
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop();
    yield* blocks.map(parse).filter((event) => event.data !== undefined);
  }
}

/** One block of lines; comments have no field and are left out. */
function parse(block) {
  const fields = {};
  for (const line of block.split("\n")) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === "data") fields.data = (fields.data ?? "") + value;
    else if (name) fields[name] = value;
  }
  const { id, event: type = "message", data } = fields;
  return { id, type, data: data === undefined ? undefined : JSON.parse(data) };
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds * (0.5 + Math.random() / 2));
    const now = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", now, { once: true });
    addEventListener("online", now, { once: true });
  });
}
