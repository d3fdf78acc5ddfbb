/** How it stands with the person who was called: a card while one waits, then a line. */

import { h } from "../dom.js";
import { lookUp, number, t } from "../i18n.js";
import { badge, facts, frame } from "./parts.js";

export function draw(handoff, choose) {
  return handoff.state === "requested" ? waiting(handoff, choose) : line(handoff);
}

export function say(handoff) {
  const words = handoff.state === "requested" ? t("handoff.title") : happened(handoff);
  return [words, ticket(handoff)].filter(Boolean).join(" ");
}

function waiting(handoff, choose) {
  const minutes = handoff.wait_minutes;
  return frame(
    "handoff",
    t("handoff.title"),
    handoff.isOver ? null : badge(t("handoff.states.requested")),
    facts([
      [t("handoff.ticket"), handoff.ticket_id],
      [t("handoff.position"), handoff.position && number(handoff.position)],
      [t("handoff.wait"), minutes && t("handoff.minutes", { count: number(minutes) })],
    ]),
    handoff.actions?.length ? actions(handoff.actions, choose) : null,
  );
}

function actions(offered, choose) {
  const buttons = offered.map((action) =>
    h("button", { type: "button", onclick: () => choose(action) }, action.title),
  );
  return h("div", { class: "actions" }, ...buttons);
}

function line(handoff) {
  const isOver = handoff.state === "closed";
  return h(
    "p",
    { class: "event" },
    happened(handoff),
    isOver ? h("small", {}, ticket(handoff)) : null,
  );
}

function happened({ state, agent, outcome }) {
  const who = agent ?? t("takeover.agent");
  if (state === "human") return t("handoff.joined", { agent: who });
  return lookUp(`handoff.outcomes.${outcome}`, t("handoff.states.closed"), { agent: who });
}

function ticket(handoff) {
  return `${t("handoff.ticket")} ${handoff.ticket_id}`;
}
