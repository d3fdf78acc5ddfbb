/** One conversation: deep-chat as the view, a session as the way to the assistant. */

import "./deep-chat.js";
import { ApiError, newId } from "./api.js";
import { draw, isShown, keep, lacksButtons, say } from "./cards.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { Takeover } from "./takeover.js";
import { thumbs } from "./thumbs.js";

const LONGEST = 4000;
const NOTICES = ["error", "timeout"];
// What asks or tells something else than an answer is not to be rated.
const NO_ANSWERS = ["handoff", "csat", "error"];

// deep-chat's own frame, which only inline styles override. Without a font of ours it would load one
// from another host.
const FRAME =
  "display:block;width:100%;height:100%;border:0;background:transparent;" +
  "font-family:inherit;font-size:inherit;position:relative;overflow:hidden";

export class Conversation {
  #session;
  #page;
  #takeover;
  #signals;
  #loading = { toggle() {} };
  #errors = { overrides: {} };
  #queue = Promise.resolve();
  #waiting = null;

  /**
   * @param {Session} session
   * @param {{styles: string, starters: function(): string[], contact: function(): string,
   *   announce: function(string): void, onStatus: function((function(): string)|null): void}} page
   *   `starters` are example questions, `contact` the customer an agent speaks about or "", `styles`
   *   CSS; `onStatus` gets what gives a line on how the conversation stands, or null
   */
  constructor(session, page) {
    this.#session = session;
    this.#page = page;
    this.#takeover = new Takeover(session, {
      onMessage: (message) => this.#hear(message),
      onTyping: (name) => this.#showTyping(name),
      onChange: () => this.#stands(),
    });
    this.element = this.#view(page.styles);
  }

  /** Nobody looks at this conversation any more. */
  leave() {
    this.#takeover.stop();
  }

  /** Say everything that stands on the page in the language now in use. */
  translate() {
    const errors = { default: t("failure.page"), service: t("failure.page") };
    Object.assign(this.#errors.overrides, errors);
    const root = this.element.shadowRoot;
    const messages = root.getElementById("messages");
    if (!messages) return;
    this.element.setPlaceholderText(t("chat.placeholder"));
    messages.setAttribute("aria-label", t("chat.messages"));
    root.querySelector(".input-button").setAttribute("aria-label", t("chat.send"));
    this.#redraw();
  }

  focus() {
    this.element.focusInput();
  }

  #view(styles) {
    const element = document.createElement("deep-chat");
    element.style.cssText = FRAME;
    // deep-chat may render twice when the page is busy, and tells of the first time only.
    const container = element.shadowRoot.getElementById("container");
    new MutationObserver(() => this.#prepare()).observe(container, { childList: true });
    return Object.assign(element, {
      auxiliaryStyle: styles,
      connect: { websocket: true, handler: (_, signals) => this.#connect(signals) },
      displayLoadingBubble: this.#loading,
      errorMessages: this.#errors,
      introMessage: { html: keep(() => this.#welcome()) },
      onMessage: ({ message }) => this.#asTyped(message),
      submitButtonStyles: { alwaysEnabled: true },
      textInput: { characterLimit: LONGEST, placeholder: { text: t("chat.placeholder") } },
    });
  }

  /** deep-chat's socket mode lets replies come at any time, and the visitor type meanwhile. */
  #connect(signals) {
    this.#signals = signals;
    signals.newUserMessage.listener = ({ messages }) => {
      const { text, custom } = messages.at(-1);
      const contact = this.#page.contact();
      this.#enqueue({
        message: custom?.payload ?? text,
        message_id: newId(),
        ...(contact && { contact_id: contact }),
      });
    };
    signals.onOpen();
    if (this.#isShopper) this.#takeover.start();
  }

  get #isShopper() {
    return this.#session.role === "shopper";
  }

  /** What deep-chat leaves to be done for keyboards and screen readers. */
  #prepare() {
    const root = this.element.shadowRoot;
    const messages = root.getElementById("messages");
    if (!messages) return;
    messages.setAttribute("role", "region");
    messages.setAttribute("tabindex", "0");
    root.querySelector(".input-button").addEventListener("keydown", (event) => {
      if (event.key === " ") event.currentTarget.click();
    });
    root.getElementById("text-input").addEventListener("input", () => this.#takeover.typing());
    root.getElementById("input").before(h("p", { id: "typing", "aria-hidden": "true" }));
    this.translate();
  }

  /** Show what the visitor wrote as it was written: deep-chat would read it as Markdown. */
  #asTyped({ role, text }) {
    if (role !== "user") return;
    const bubbles = this.element.shadowRoot.querySelectorAll(".user-message-text");
    bubbles[bubbles.length - 1].textContent = text;
  }

  /** The speaker pressed a button: the page shows its title, the assistant gets its payload. */
  #choose = ({ title, payload }) => {
    this.element.submitUserMessage({ text: title, custom: { payload } });
  };

  /** A shopper looks at a product: the shop may learn from it, and the chat goes on without. */
  #opened = async ({ id }) => {
    if (!this.#isShopper) return;
    try {
      await this.#session.post("/clicks", { product_id: id });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      console.warn(error);
    }
  };

  #enqueue(body) {
    this.#queue = this.#queue.then(() => this.#deliver(body));
  }

  async #deliver(body) {
    // A person answers when they will: nothing is under way after the message has arrived.
    const isAwaited = !this.#takeover.isHuman;
    this.#takeover.sent(body.message_id);
    if (isAwaited) this.#loading.toggle({});
    let reply = null;
    let failure = null;
    try {
      reply = await this.#session.send(body);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      failure = error;
    } finally {
      this.#endWait();
    }
    if (!this.element.isConnected) return;
    if (reply) this.#answer(reply, body.message_id);
    else this.#fail(failure, body);
  }

  /** deep-chat's toggle would begin a wait where a message has already taken the place of one. */
  #endWait() {
    if (this.element.shadowRoot.querySelector(".loading-message-dots")) this.#loading.toggle();
  }

  #answer({ status, messages }, messageId) {
    const shown = this.#upToDate(messages);
    const drawings = this.#drawings(shown);
    if (NOTICES.includes(status)) drawings.push(() => [notice(t(`status.${status}`))]);
    else if (this.#isShopper) this.#addThumbs(drawings, answerOf(shown), messageId);
    if (this.#takeover.isHuman) drawings.push(this.#receipt());
    this.#add(drawings);
    for (const message of shown) this.#page.announce(say(message));
    this.#stands(status);
  }

  /** Something was said without being asked for: by a person, or by the bot about the takeover. */
  #hear(message) {
    if (message.sender === "customer") return this.#recall(message);
    const shown = this.#upToDate([message]);
    this.#add(this.#drawings(shown));
    for (const one of shown) this.#page.announce(say(one));
  }

  /** What the customer said before the page was loaded again. */
  #recall({ text }) {
    this.#signals.onResponse({ role: "user", text });
  }

  /**
   * Messages to show. Cards of a handoff pass through the takeover, which knows the last one; a card
   * that draws buttons waits for the message that brings them.
   */
  #upToDate(messages) {
    return withActions(messages)
      .map((message) => {
        if (message.custom?.type !== "handoff") return this.#withCard(message);
        return { ...message, custom: this.#takeover.note(message.custom) };
      })
      .filter(isShown);
  }

  #withCard(message) {
    if (lacksButtons(message)) {
      this.#waiting = message.custom;
      return { ...message, custom: null };
    }
    if (!this.#waiting || !message.buttons) return message;
    const custom = this.#waiting;
    this.#waiting = null;
    return { ...message, custom };
  }

  #drawings(messages) {
    return messages.map((message) => () => draw(message, this.#choose, this.#opened));
  }

  #addThumbs(drawings, place, messageId) {
    if (place < 0) return;
    const opinion = { up: null };
    const rate = (up) => this.#session.post("/thumbs", { message_id: messageId, up });
    const answer = drawings[place];
    drawings[place] = () => [...answer(), thumbs(opinion, rate)];
  }

  /** A sign that the message has reached the person; only the last one shows. */
  #receipt() {
    for (const old of this.element.shadowRoot.querySelectorAll(".receipt")) {
      old.closest("sales-reply").hidden = true;
    }
    return () => [h("p", { class: "receipt" }, t("chat.delivered"))];
  }

  #showTyping(name) {
    const line = this.element.shadowRoot.getElementById("typing");
    if (line) line.textContent = name ? t("takeover.typing", { agent: name }) : "";
  }

  /** Tell the page how the conversation stands, with a person or not. */
  #stands(status = "ok") {
    this.#redraw(":has(.card.handoff)");
    if (this.#takeover.status()) this.#page.onStatus(() => this.#takeover.status());
    else this.#page.onStatus(status === "handoff" ? () => t("status.handoff") : null);
  }

  #redraw(which = "") {
    const replies = this.element.shadowRoot.querySelectorAll(`sales-reply${which}`);
    for (const reply of replies) reply.render();
  }

  /** Say what went wrong; trying again sends the same message id, so that nothing happens twice. */
  #fail(failure, body) {
    const text = () => t(`failure.${failure.code}`);
    const again = () => {
      const retry = (event) => {
        event.currentTarget.closest("sales-reply").hidden = true;
        this.focus();
        this.#enqueue(body);
      };
      return h("button", { type: "button", onclick: retry }, t("chat.retry"));
    };
    const detail = () => (failure.detail ? h("small", {}, failure.detail) : null);
    this.#add([() => [notice(h("span", {}, text(), detail()), failure.retry ? again() : null)]]);
    this.#page.announce(text());
  }

  #add(drawings) {
    if (drawings.length)
      this.#signals.onResponse(drawings.map((drawing) => ({ html: keep(drawing) })));
  }

  #welcome() {
    const submit = (text) => () => this.element.submitUserMessage({ text });
    const starters = this.#page
      .starters()
      .map((text) => h("button", { type: "button", onclick: submit(text) }, text));
    return [
      h("p", { class: "text" }, t("chat.welcome")),
      h("div", { class: "choices starters" }, ...starters),
    ];
  }
}

/**
 * The place of the message that answers, -1 where none does: a reply that ends in a question answers
 * by its cards only.
 */
function answerOf(messages) {
  if (messages.some(({ custom }) => NO_ANSWERS.includes(custom?.type))) return -1;
  return messages.findLastIndex((message, index) => {
    const isLast = index === messages.length - 1;
    return message.custom ? !message.buttons?.length : isLast && !asks(message);
  });
}

function asks({ text, buttons }) {
  return Boolean(buttons?.length) || /[?？]\s*$/.test(text ?? "");
}

/** What one may do while one waits belongs to the card: it passes with the wait. */
function withActions(messages) {
  const isWait = ({ custom }) => custom?.type === "handoff" && custom.state === "requested";
  const actions = messages.flatMap(({ buttons }) => buttons ?? []);
  if (!messages.some(isWait) || !actions.length) return messages;
  return messages.map((message) =>
    isWait(message)
      ? { ...message, custom: { ...message.custom, actions } }
      : { ...message, buttons: null },
  );
}

/** A line about the conversation itself, not from the assistant. */
function notice(...contents) {
  return h("div", { class: "notice" }, ...contents);
}
