/** What an agent's page knows of the handoffs, kept up to date by the server's events. */

import { ApiError } from "../api.js";
import { EventStream } from "../events.js";

const TYPING_FADES_MS = 10_000;

/** How an agent is called: the subject of the token without its kind. */
export function agentName(subject) {
  return subject.split(":").at(-1);
}

export class Desk {
  /** The handoffs that are open, by id. */
  handoffs = new Map();
  /** Those that were closed, once they were asked for. */
  closed = null;
  /** The one being read, with its summary and all that was said; or null. */
  detail = null;
  /** Ids of those whose customer types just now. */
  typing = new Set();
  /** By id, whether the customer has the chat open; not told for all. */
  present = new Map();
  /** By id, how many words of the customer wait to be read. */
  unread = new Map();
  /** Why the last step failed, or null. */
  problem = null;

  #session;
  #view;
  #stream;
  #selected = null;
  #skew = 0;
  #turn = Promise.resolve();
  #fades = new Map();

  /**
   * @param {Session} session of an agent
   * @param {string} me the agent's subject
   * @param {{onChange: function(): void, onConnection: function(boolean): void,
   *   onNews: function({kind: string, handoff: Object, text?: string}): void}} view
   */
  constructor(session, me, view) {
    this.#session = session;
    this.#view = view;
    this.me = me;
    this.#stream = new EventStream(session, {
      onEvent: (type, data) => this.#hear(type, data),
      onConnection: (isConnected) => this.#connection(isConnected),
    });
  }

  get name() {
    return agentName(this.me);
  }

  get selected() {
    return this.#selected;
  }

  /** How much asks for this agent's attention. */
  get calls() {
    const words = [...this.unread.values()].reduce((sum, count) => sum + count, 0);
    return this.inState("waiting").length + words;
  }

  /** The server's time, by which waiting is measured. */
  get now() {
    return Date.now() + this.#skew;
  }

  /** @param {"waiting"|"mine"|"others"} which  @returns {Object[]} who came first stands first */
  inState(which) {
    return [...this.handoffs.values()]
      .filter((handoff) => this.stands(handoff) === which)
      .sort((one, other) => one.requested_at.localeCompare(other.requested_at));
  }

  /** @returns {"waiting"|"mine"|"others"|"closed"} */
  stands({ state, agent }) {
    if (state === "requested") return "waiting";
    if (state === "closed") return "closed";
    return agent === this.me ? "mine" : "others";
  }

  /** @throws {ApiError} the queue cannot be read */
  async start() {
    await this.#refresh();
    this.#stream.open();
  }

  /** Read a handoff; null puts it down. */
  async select(id) {
    this.#selected = id;
    this.detail = null;
    this.problem = null;
    this.unread.delete(id);
    this.#view.onChange();
    if (id !== null) await this.#try(() => this.#inTurn(() => this.#load(id)));
  }

  /** @param {"claim"|"release"|"close"} step done with the handoff that is being read */
  async take(step) {
    const id = this.#selected;
    await this.#try(async () => this.#put(await this.#session.post(`/handoffs/${id}/${step}`)));
    if (this.problem) await this.#quietly(() => this.#inTurn(() => this.#load(id)));
  }

  /** @returns {Promise<boolean>} whether the words have been taken */
  async reply(text, messageId) {
    const id = this.#selected;
    const body = { text, message_id: messageId };
    await this.#try(async () =>
      this.#add(id, await this.#session.post(`/handoffs/${id}/reply`, body)),
    );
    return this.problem === null;
  }

  tellTyping(typing) {
    return this.#session.post(`/handoffs/${this.#selected}/typing`, { typing });
  }

  /** Take a conversation for which nobody has called. @returns {Promise<number|null>} its id */
  async begin(conversation) {
    let id = null;
    await this.#try(async () => {
      const handoff = await this.#session.post("/handoffs", { conversation_id: conversation });
      this.#put(handoff);
      id = handoff.id;
    });
    return id;
  }

  async loadClosed() {
    await this.#try(async () => {
      this.closed = (await this.#session.get("/handoffs?state=closed")).handoffs;
    });
  }

  async #refresh() {
    const { handoffs, at } = await this.#session.get("/handoffs?state=requested&state=human");
    if (at) this.#skew = Date.parse(at) - Date.now();
    this.handoffs = new Map(handoffs.map((handoff) => [handoff.id, handoff]));
    this.#view.onChange();
  }

  async #load(id) {
    const detail = await this.#session.get(`/handoffs/${id}`);
    if (this.#selected !== id) return;
    const known = this.detail?.messages ?? [];
    this.detail = detail;
    for (const message of known) this.#insert(message);
    this.#view.onChange();
  }

  /** What was missed while the connection was lost is read anew. */
  #connection(isConnected) {
    this.#view.onConnection(isConnected);
    if (!isConnected) return;
    const catchUp = async () => {
      const known = this.handoffs;
      await this.#refresh();
      const news = this.inState("waiting").filter(({ id }) => !known.has(id));
      for (const handoff of news) this.#view.onNews({ kind: "waiting", handoff });
      if (this.#selected !== null) await this.#load(this.#selected);
    };
    this.#quietly(() => this.#inTurn(catchUp));
  }

  /** What is read and what is heard meanwhile are taken in one after the other. */
  #inTurn(step) {
    const done = this.#turn.then(step);
    this.#turn = done.catch(() => null);
    return done;
  }

  #hear(type, data) {
    this.#inTurn(() => this.#apply(type, data)).catch(reportError);
  }

  #apply(type, data) {
    if (type === "handoff") this.#put(data);
    else if (type === "message") this.#add(data.handoff_id, data);
    else if (type === "typing") this.#showTyping(data.handoff_id, data.typing);
    else if (type === "presence") this.present.set(data.handoff_id, data.present);
    this.#view.onChange();
  }

  #put(handoff) {
    const isNew = !this.handoffs.has(handoff.id) && handoff.state === "requested";
    if (handoff.state !== "closed") this.handoffs.set(handoff.id, handoff);
    else {
      this.handoffs.delete(handoff.id);
      this.unread.delete(handoff.id);
      this.closed = this.closed && [handoff, ...this.closed.filter(({ id }) => id !== handoff.id)];
    }
    if (this.detail?.id === handoff.id) Object.assign(this.detail, handoff);
    if (isNew) this.#view.onNews({ kind: "waiting", handoff });
    this.#view.onChange();
  }

  #add(id, message) {
    const handoff = this.handoffs.get(id);
    if (handoff && message.text) handoff.last = message;
    if (message.sender === "customer") this.#showTyping(id, false);
    const isSeen = this.#selected === id && !document.hidden;
    if (this.detail?.id === id && !this.#insert(message)) return;
    if (message.sender === "customer" && handoff?.agent === this.me) {
      if (!isSeen) this.unread.set(id, (this.unread.get(id) ?? 0) + 1);
      this.#view.onNews({ kind: "words", handoff, text: message.text });
    }
    this.#view.onChange();
  }

  /** Put a message in its place; false where it is there already. */
  #insert(message) {
    const { messages } = this.detail;
    if (messages.some(({ id }) => id === message.id)) return false;
    messages.push(message);
    messages.sort((one, other) => one.id - other.id);
    return true;
  }

  /** The sign that somebody stopped may be lost: without a new one it fades. */
  #showTyping(id, isTyping) {
    clearTimeout(this.#fades.get(id));
    if (!isTyping) return this.typing.delete(id);
    this.typing.add(id);
    const fade = () => {
      this.typing.delete(id);
      this.#view.onChange();
    };
    this.#fades.set(id, setTimeout(fade, TYPING_FADES_MS));
  }

  /** The agent has looked at the page again. */
  look() {
    if (this.unread.delete(this.#selected)) this.#view.onChange();
  }

  /** Do a step; what the server refuses is told. */
  async #try(step) {
    this.problem = null;
    try {
      await step();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem = error;
    }
    this.#view.onChange();
  }

  /** Bring up to date what the next event or connection brings up to date, too. */
  async #quietly(step) {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      console.warn(error);
    }
  }
}
