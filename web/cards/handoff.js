/** The conversation was passed to a person. */

import { lookUp, t } from "../i18n.js";
import { badge, facts, frame } from "./parts.js";

export function draw(handoff) {
  const state = lookUp(`handoff.states.${handoff.state}`, handoff.state);
  return frame(
    "handoff",
    t("handoff.title"),
    badge(state),
    facts([[t("handoff.ticket"), handoff.ticket_id]]),
  );
}

export function say(handoff) {
  return [t("handoff.title"), `${t("handoff.ticket")} ${handoff.ticket_id}`].join(". ");
}
