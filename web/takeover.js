/** A person of the shop in the conversation: who it is, since when, and what they say. */

import { EventStream } from "./events.js";
import { t } from "./i18n.js";
import { Typing } from "./typing.js";

// The bot's words after the end, such as the question how it was, come as events too.
const LINGER_MS = 60_000;
const FADES_MS = 10_000;

/** The handoff of one conversation, as the server's cards and events tell it. */
export class Takeover {
  #view;
  #stream;
  #typing;
  #handoff = null;
  #heard = new Set();
  #said = new Set();
  #isConnected = true;
  #isPresent = true;
  #end = null;
  #fade = null;

  /**
   * @param {Session} session
   * @param {{onMessage: function(Object): void, onTyping: function(string|null): void,
   *   onChange: function(): void}} view `onMessage` gets what was said, `onTyping` the name of
   *   who is typing, `onChange` is called when `status` may say something else
   */
  constructor(session, view) {
    this.#view = view;
    this.#typing = new Typing((typing) => session.post("/typing", { typing }));
    this.#stream = new EventStream(session, {
      onEvent: (type, data) => this.#hear(type, data),
      onConnection: (isConnected) => this.#connection(isConnected),
    });
  }

  /** Whether a person has the conversation. */
  get isHuman() {
    return this.#handoff?.state === "human";
  }

  get #isOpen() {
    return this.isHuman || this.#handoff?.state === "requested";
  }

  /** Listen whether somebody is there already, for instance after the page was loaded again. */
  start() {
    this.#stream.open();
    this.#linger();
  }

  stop() {
    clearTimeout(this.#end);
    this.#typing.stop();
    this.#stream.close();
  }

  /** The customer is typing. */
  typing() {
    if (this.isHuman) this.#typing.go();
  }

  /** The customer has sent something; it and its answer are not shown a second time. */
  sent(messageId) {
    this.#said.add(messageId);
    this.#typing.stop();
  }

  /**
   * Take in a handoff card.
   *
   * @returns {Object|null} the card to show, or null where it only brings one up to date that is
   *   shown already
   */
  note(card) {
    const last = this.#handoff;
    const isKnown = last?.ticket_id === card.ticket_id && last?.state === card.state;
    if (isKnown) Object.assign(last, card);
    else if (last) withdraw(last);
    if (!isKnown) this.#begin({ agent: last?.agent, ...card });
    if (this.#isOpen) this.#follow();
    else this.#linger();
    this.#view.onChange();
    return isKnown ? null : this.#handoff;
  }

  /** A sentence on how things stand, or null where the bot has the conversation. */
  status() {
    if (!this.#isOpen) return null;
    if (!this.#isConnected) return t("takeover.reconnecting");
    const { agent, position } = this.#handoff;
    if (this.isHuman && !this.#isPresent) return t("takeover.away", { agent: this.#name(agent) });
    if (this.isHuman) return t("takeover.with", { agent: this.#name(agent) });
    return position ? t("takeover.position", { position }) : t("takeover.waiting");
  }

  #begin(handoff) {
    this.#handoff = handoff;
    this.#isPresent = true;
    this.#showTyping(false);
  }

  #name(agent) {
    return agent ?? t("takeover.agent");
  }

  #follow() {
    clearTimeout(this.#end);
    this.#stream.open();
  }

  #linger() {
    clearTimeout(this.#end);
    this.#end = setTimeout(() => this.#stream.close(), LINGER_MS);
  }

  #connection(isConnected) {
    this.#isConnected = isConnected;
    this.#view.onChange();
  }

  #hear(type, data) {
    if (type === "message") this.#say(data);
    else if (type === "typing") this.#showTyping(data.typing);
    else if (type === "presence") {
      this.#isPresent = data.present;
      this.#view.onChange();
    }
  }

  #say(message) {
    if (this.#heard.has(message.id) || this.#isOwn(message)) return;
    if (message.id) this.#heard.add(message.id);
    const isAgent = message.sender === "agent";
    if (isAgent) this.#isPresent = true;
    if (isAgent) this.#showTyping(false);
    this.#view.onMessage({ ...message, speaker: isAgent ? this.#name(message.agent) : null });
  }

  /** Whether this page has shown a message already: its visitor's own, or the answer to one. */
  #isOwn({ sender, message_id: id }) {
    return ["customer", "bot"].includes(sender) && this.#said.has(id?.replace(/:\d+$/, ""));
  }

  /** The sign that somebody stopped may be lost: without a new one it fades. */
  #showTyping(isTyping) {
    clearTimeout(this.#fade);
    this.#view.onTyping(isTyping ? this.#name(this.#handoff?.agent) : null);
    if (isTyping) this.#fade = setTimeout(() => this.#view.onTyping(null), FADES_MS);
  }
}

/** A card of what is over: what was offered while one waited is no longer there to choose. */
function withdraw(card) {
  card.isOver = true;
  for (const passed of ["actions", "position", "wait_minutes"]) delete card[passed];
}
