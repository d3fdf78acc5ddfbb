/** One conversation: deep-chat as the view, a session as the way to the assistant. */

import "./deep-chat.js";
import { ApiError, newId } from "./api.js";
import { draw, isShown, keep, say } from "./cards.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";

const LONGEST = 4000;
const NOTICES = ["error", "timeout"];

// deep-chat's own frame, which only inline styles override. Without a font of ours it would load one
// from another host.
const FRAME =
  "display:block;width:100%;height:100%;border:0;background:transparent;" +
  "font-family:inherit;font-size:inherit;position:relative;overflow:hidden";

export class Conversation {
  #session;
  #page;
  #signals;
  #loading = { toggle() {} };
  #errors = { overrides: {} };
  #queue = Promise.resolve();

  /**
   * @param {Session} session
   * @param {{styles: string, starters: function(): string[], contact: function(): string,
   *   announce: function(string): void, onStatus: function(string): void}} page `starters` are
   *   example questions, `contact` the customer an agent speaks about or "", `styles` CSS
   */
  constructor(session, page) {
    this.#session = session;
    this.#page = page;
    this.element = this.#view(page.styles);
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
    for (const reply of root.querySelectorAll("sales-reply")) reply.render();
  }

  focus() {
    this.element.focusInput();
  }

  #view(styles) {
    const element = document.createElement("deep-chat");
    element.style.cssText = FRAME;
    return Object.assign(element, {
      auxiliaryStyle: styles,
      connect: { websocket: true, handler: (_, signals) => this.#connect(signals) },
      displayLoadingBubble: this.#loading,
      errorMessages: this.#errors,
      introMessage: { html: keep(() => this.#welcome()) },
      onComponentRender: () => this.#prepare(),
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
  }

  /** What deep-chat leaves to be done for keyboards and screen readers. */
  #prepare() {
    const root = this.element.shadowRoot;
    const messages = root.getElementById("messages");
    messages.setAttribute("role", "region");
    messages.setAttribute("tabindex", "0");
    root.querySelector(".input-button").addEventListener("keydown", (event) => {
      if (event.key === " ") event.currentTarget.click();
    });
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

  #enqueue(body) {
    this.#queue = this.#queue.then(() => this.#deliver(body));
  }

  async #deliver(body) {
    this.#loading.toggle({});
    let reply = null;
    let failure = null;
    try {
      reply = await this.#session.send(body);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      failure = error;
    } finally {
      this.#loading.toggle();
    }
    if (!this.element.isConnected) return;
    if (reply) this.#show(reply);
    else this.#fail(failure, body);
  }

  #show({ status, messages }) {
    const shown = messages.filter(isShown);
    const drawings = shown.map((message) => () => draw(message, this.#choose));
    if (NOTICES.includes(status)) drawings.push(() => [notice(t(`status.${status}`))]);
    this.#add(drawings);
    for (const message of shown) this.#page.announce(say(message));
    this.#page.onStatus(status);
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

/** A line about the conversation itself, not from the assistant. */
function notice(...contents) {
  return h("div", { class: "notice" }, ...contents);
}
