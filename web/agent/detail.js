/** One conversation: who it is about, what was said, and what can be done with it. */

import { draw, isShown } from "../cards.js";
import { badge } from "../cards/parts.js";
import { h } from "../dom.js";
import { date, lookUp, t } from "../i18n.js";
import { Composer } from "./composer.js";
import { agentName } from "./desk.js";
import { customerName } from "./queue.js";
import { SHORTCUTS } from "./shortcuts.js";
import { summary } from "./summary.js";

const STEPS = { waiting: ["claim"], mine: ["release", "close"], others: [], closed: [] };
const NEAR_END = 80;
const WIDE = "(min-width: 70rem)";

export class Detail {
  #place;
  #desk;
  #back;
  #head = h("div", { class: "head" });
  #problem = h("div", { class: "problem", role: "alert" });
  #about = h("details", { class: "about" });
  #log = h("div", { class: "log", role: "log", tabindex: "0" });
  #typing = h("p", { class: "typing" });
  #composer;
  #shown = null;

  /** @param {function(): void} back goes back to the queue */
  constructor(place, desk, back) {
    this.#place = place;
    this.#desk = desk;
    this.#back = back;
    this.#composer = new Composer(desk);
  }

  /** Where the agent goes on: to the answer, or to what can be done first. */
  focus() {
    if (this.#composer.isOpen) this.#composer.focus();
    else (this.#head.querySelector(".steps button") ?? this.#place).focus();
  }

  render() {
    const { detail, selected } = this.#desk;
    if (selected !== this.#shown) this.#begin(selected);
    if (!detail) return this.#renderWithout(selected);
    this.#renderHead(detail);
    this.#renderProblem();
    this.#about.replaceChildren(h("summary", {}, t("desk.summary.title")), summary(detail));
    this.#renderLog(detail);
    this.#typing.textContent = this.#desk.typing.has(detail.id) ? t("desk.typing") : "";
    this.#composer.render(this.#desk.stands(detail));
    if (!this.#log.isConnected) {
      const talk = h("div", { class: "talk" }, this.#log, this.#typing, this.#composer.element);
      const body = h("div", { class: "body" }, this.#about, talk);
      this.#place.replaceChildren(this.#head, this.#problem, body);
      this.#log.scrollTop = this.#log.scrollHeight;
    }
  }

  #begin(selected) {
    this.#shown = selected;
    this.#place.replaceChildren();
    this.#log.replaceChildren();
    this.#about.open = matchMedia(WIDE).matches;
    this.#composer.open(selected);
  }

  #renderWithout(selected) {
    this.#renderProblem();
    const hint = selected === null ? [h("p", {}, t("desk.choose")), shortcuts()] : [];
    this.#place.replaceChildren(this.#problem, h("div", { class: "empty" }, ...hint));
  }

  #renderHead(detail) {
    const focused = this.#head.contains(document.activeElement) && document.activeElement.id;
    const stands = this.#desk.stands(detail);
    this.#head.replaceChildren(
      h("button", { type: "button", id: "back", onclick: this.#back }, t("desk.back")),
      h(
        "div",
        { class: "name" },
        h("h2", {}, customerName(detail)),
        h("p", {}, badge(this.#state(detail, stands)), this.#presence(detail)),
      ),
      h("div", { class: "steps" }, ...STEPS[stands].map((step) => this.#step(step))),
    );
    if (focused) this.#head.querySelector(`#${focused}`)?.focus();
  }

  #state(detail, stands) {
    if (stands === "others") return t("desk.with", { agent: agentName(detail.agent) });
    if (stands === "closed") return lookUp(`desk.outcomes.${detail.outcome}`, detail.outcome ?? "");
    return t(`desk.states.${stands}`);
  }

  #presence({ id }) {
    const isPresent = this.#desk.present.get(id);
    if (isPresent === undefined || !this.#desk.handoffs.has(id)) return null;
    const words = isPresent ? t("desk.present") : t("desk.absent");
    return h("span", { class: isPresent ? "presence here" : "presence" }, words);
  }

  #step(step) {
    const keys = SHORTCUTS.find(({ name }) => name === step).keys;
    const onclick = async () => {
      await this.#desk.take(step);
      this.focus();
    };
    const attributes = { type: "button", id: step, onclick, "aria-keyshortcuts": keys };
    const title = `${t(`desk.hints.${step}`)} (${keys})`;
    return h("button", { ...attributes, title }, t(`desk.${step}`));
  }

  #renderProblem() {
    const { problem } = this.#desk;
    const text = problem && t(`failure.${problem.code}`);
    const key = problem ? `${problem.code} ${problem.detail} ${text}` : "";
    if (this.#problem.dataset.key === key) return;
    this.#problem.dataset.key = key;
    this.#problem.replaceChildren();
    if (!problem) return;
    const detail = problem.detail ? h("small", {}, problem.detail) : null;
    this.#problem.append(h("div", { class: "notice" }, h("span", {}, text, detail)));
  }

  /** Everything said; who reads older words stays there. */
  #renderLog(detail) {
    const log = this.#log;
    log.setAttribute("aria-label", t("chat.messages"));
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
    log.replaceChildren(
      ...detail.transcript.map((line) => said(line, detail)),
      h("p", { class: "event" }, t("desk.called", { time: time(detail.requested_at) })),
      ...detail.messages.filter(isSaid).map((message) => said(message, detail)),
    );
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  }
}

/** The first state is the call itself, which the log tells of already. */
function isSaid(message) {
  if (message.sender === "state") return message.custom?.state !== "requested";
  return isShown(message);
}

function said(message, detail) {
  if (message.sender === "state") return h("p", { class: "event" }, happened(message));
  const { sender, agent, at } = message;
  const who = {
    customer: customerName(detail),
    agent: agent ?? t("takeover.agent"),
    bot: t("desk.bot"),
  }[sender];
  const content = draw({ ...message, buttons: [] }, () => {});
  const moment = at ? h("time", {}, time(at)) : null;
  const head = h("p", { class: "sender" }, who, moment);
  return h("div", { class: `line ${sender}` }, head, ...content);
}

function happened({ custom, at }) {
  const agent = custom.agent ?? t("takeover.agent");
  const text =
    custom.state === "human"
      ? t("desk.joined", { agent })
      : t("desk.ended", { outcome: lookUp(`desk.outcomes.${custom.outcome}`, "") });
  return `${text} · ${time(at)}`;
}

function time(moment) {
  return date(moment, { timeStyle: "short" });
}

function shortcuts() {
  const rows = SHORTCUTS.map(({ name, keys }) =>
    h("div", {}, h("dt", {}, h("kbd", {}, keys)), h("dd", {}, t(`desk.hints.${name}`))),
  );
  return h("dl", { class: "shortcuts" }, ...rows);
}
