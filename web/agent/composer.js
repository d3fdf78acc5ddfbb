/** Where an agent writes; what was begun is kept for each conversation. */

import { newId } from "../api.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { Typing } from "../typing.js";

const LONGEST = 4000;

export class Composer {
  #desk;
  #drafts = new Map();
  #of = null;
  #typing;
  #hint = h("p", { class: "hint" });
  #send = h("button", { type: "submit", class: "send" });
  #text = h("textarea", { rows: "1", maxlength: LONGEST });
  #form;

  constructor(desk) {
    this.#desk = desk;
    this.#typing = new Typing((typing) => desk.tellTyping(typing));
    this.#text.oninput = () => this.#typing.go();
    this.#text.onkeydown = (event) => this.#onKey(event);
    const onsubmit = (event) => this.#submit(event);
    this.#form = h("form", { onsubmit }, this.#text, this.#send);
    this.element = h("div", { class: "composer" }, this.#hint, this.#form);
  }

  get isOpen() {
    return this.#form.isConnected && !this.#form.hidden;
  }

  focus() {
    this.#text.focus();
  }

  /** Go on with what was begun in a conversation. */
  open(id) {
    this.#typing.forget();
    const left = { ...this.#drafts.get(this.#of), text: this.#text.value };
    if (this.#of !== null) this.#drafts.set(this.#of, left);
    this.#of = id;
    this.#text.value = this.#drafts.get(id)?.text ?? "";
  }

  /** @param {"waiting"|"mine"|"others"|"closed"} stands */
  render(stands) {
    const isMine = stands === "mine";
    this.#form.hidden = !isMine;
    this.#hint.hidden = isMine;
    this.#hint.textContent = isMine ? "" : t(`desk.cannotWrite.${stands}`);
    this.#text.placeholder = t("desk.placeholder");
    this.#text.setAttribute("aria-label", t("desk.placeholder"));
    this.#send.textContent = t("chat.send");
  }

  /** Enter sends, but not the one that chooses a word of an input method. */
  #onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  /** The words stay until the server has them; the same words again are the same message. */
  async #submit(event) {
    event.preventDefault();
    const text = this.#text.value.trim();
    if (!text || this.#text.readOnly) return;
    const id = this.#of;
    const last = this.#drafts.get(id);
    const messageId = last?.sent === text ? last.messageId : newId();
    this.#drafts.set(id, { text, sent: text, messageId });
    this.#typing.stop();
    this.#text.readOnly = true;
    const isTaken = await this.#desk.reply(text, messageId);
    this.#text.readOnly = false;
    if (!isTaken) return;
    this.#drafts.delete(id);
    if (this.#of === id) this.#text.value = "";
  }
}
