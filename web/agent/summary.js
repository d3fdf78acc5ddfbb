/** What an agent needs to know before speaking: who it is, what was asked, what was tried. */

import { badge, facts } from "../cards/parts.js";
import { h } from "../dom.js";
import { lookUp, t } from "../i18n.js";

const MOODS = { angry: "bad", upset: "bad", calm: "good" };

export function summary({ summary: known, ticket_id: ticket, conversation_id: conversation }) {
  const { customer } = known;
  const said = (key) => t(`desk.summary.${key}`);
  return h(
    "div",
    { class: "summary" },
    h("p", { class: "badges" }, mood(known.mood), verified(known)),
    facts([
      [said("reason"), lookUp(`desk.reasons.${known.reason}`, known.reason)],
      [said("language"), lookUp(`desk.languages.${known.language}`, known.language)],
      [said("customer"), customer?.id],
      [said("email"), customer?.email],
      [said("phone"), customer?.phone],
      [said("intents"), listed(known.intents)],
      [said("orders"), listed(known.orders)],
      [said("quotes"), listed(known.quotes)],
      [said("tried"), listed(known.tried)],
      [said("error"), known.last_error],
      [t("handoff.ticket"), ticket],
      [said("conversation"), conversation],
    ]),
  );
}

function mood(name) {
  return name ? badge(lookUp(`desk.moods.${name}`, name), MOODS[name]) : null;
}

function verified({ customer, verified: isVerified }) {
  if (!customer) return badge(t("desk.summary.unknown"));
  return isVerified
    ? badge(t("desk.summary.verified"), "good")
    : badge(t("desk.summary.unverified"), "bad");
}

/** Names as the assistant has them, such as track_order, as words. */
function listed(names) {
  return (names ?? []).map((name) => name.replace(/^action_/, "").replaceAll("_", " ")).join(", ");
}
