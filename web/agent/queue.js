/** The list of conversations that wait for a person or have one. */

import { h } from "../dom.js";
import { lookUp, number, span, t } from "../i18n.js";
import { agentName } from "./desk.js";

const GROUPS = ["waiting", "mine", "others"];

/** Who the customer is, as far as known. */
export function customerName({ customer, ticket_id: ticket }) {
  return customer?.name || customer?.id || t("desk.guest", { ticket });
}

export class Queue {
  #place;
  #desk;
  #read;
  #groups = h("div", { class: "groups" });
  #closed = h("ul", {});
  #closedHead = h("summary", {});
  #begin;

  /** @param {function(number): void} read opens a conversation */
  constructor(place, desk, read) {
    this.#place = place;
    this.#desk = desk;
    this.#read = read;
    this.#begin = new Begin(desk, read);
    const ontoggle = ({ target }) => target.open && desk.loadClosed();
    const closed = h("details", { class: "more", ontoggle }, this.#closedHead, this.#closed);
    place.append(this.#groups, closed, this.#begin.element);
  }

  /** The ids in the order in which they stand. */
  get ids() {
    return GROUPS.flatMap((group) => this.#desk.inState(group)).map(({ id }) => id);
  }

  /** Go on where one left a conversation. */
  focus(id) {
    const item = this.#place.querySelector(`[data-id="${id}"]`);
    (item ?? this.#place.querySelector("button")).focus();
  }

  render() {
    const focused = this.#place.contains(document.activeElement)
      ? document.activeElement.dataset.id
      : null;
    this.#groups.replaceChildren(...GROUPS.map((group) => this.#group(group)));
    this.#closedHead.textContent = t("desk.groups.closed");
    const closed = this.#desk.closed ?? [];
    this.#closed.replaceChildren(...closed.map((handoff) => this.#item(handoff)));
    this.#begin.render();
    if (focused) this.#place.querySelector(`[data-id="${focused}"]`)?.focus();
  }

  /** Time passes. */
  tick() {
    for (const place of this.#place.querySelectorAll("[data-since]")) {
      place.textContent = this.#since(place.dataset.since);
    }
  }

  #group(group) {
    const handoffs = this.#desk.inState(group);
    const count = h("span", { class: "count" }, number(handoffs.length));
    const none = h("p", { class: "none" }, t(`desk.none.${group}`));
    return h(
      "section",
      { class: group },
      h("h2", {}, t(`desk.groups.${group}`), count),
      handoffs.length ? h("ul", {}, ...handoffs.map((one) => this.#item(one))) : none,
    );
  }

  #item(handoff) {
    const { id } = handoff;
    const unread = this.#desk.unread.get(id);
    const button = h(
      "button",
      {
        type: "button",
        class: "item",
        "data-id": id,
        "aria-current": id === this.#desk.selected ? "true" : null,
        onclick: () => this.#read(id),
      },
      h(
        "span",
        { class: "top" },
        h("strong", {}, customerName(handoff)),
        unread ? h("span", { class: "unread" }, t("desk.unread", { count: unread })) : null,
        this.#time(handoff),
      ),
      h("span", { class: "last" }, this.#last(handoff)),
      h("span", { class: "tags" }, ...this.#tags(handoff)),
    );
    return h("li", {}, button);
  }

  #time({ state, requested_at: requested, claimed_at: claimed, closed_at: closed }) {
    const since = { requested, human: claimed ?? requested }[state] ?? closed;
    return h("time", { "data-since": since }, this.#since(since));
  }

  #since(moment) {
    return span((this.#desk.now - Date.parse(moment)) / 1000);
  }

  #last({ id, last }) {
    if (this.#desk.typing.has(id)) return t("desk.typing");
    return last?.text ?? "";
  }

  #tags(handoff) {
    const reason = lookUp(`desk.reasons.${handoff.reason}`, handoff.reason);
    const outcome = handoff.outcome && lookUp(`desk.outcomes.${handoff.outcome}`, handoff.outcome);
    const who = this.#desk.stands(handoff) === "others" ? agentName(handoff.agent) : null;
    return [who, outcome ?? reason, lookUp(`desk.languages.${handoff.language}`, handoff.language)]
      .filter(Boolean)
      .map((tag) => h("span", {}, tag));
  }
}

/** A conversation that nobody called for can be taken by its id, as other systems know it. */
class Begin {
  #head = h("summary", {});
  #label = h("label", { for: "conversation" });
  #input = h("input", { id: "conversation", required: true, autocomplete: "off", spellcheck: "false" });
  #button = h("button", { type: "submit" });

  constructor(desk, read) {
    const onsubmit = async (event) => {
      event.preventDefault();
      const id = await desk.begin(this.#input.value.trim());
      if (id === null) return;
      this.#input.value = "";
      read(id);
    };
    const form = h("form", { onsubmit }, this.#label, this.#input, this.#button);
    this.element = h("details", { class: "more" }, this.#head, form);
  }

  render() {
    this.#head.textContent = t("desk.begin");
    this.#label.textContent = t("desk.conversation");
    this.#button.textContent = t("desk.claim");
  }
}
