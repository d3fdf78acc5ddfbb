/** An order's invoice, as a link to its PDF. */

import { h } from "../dom.js";
import { date, money, t } from "../i18n.js";
import { facts, frame } from "./parts.js";

const FILES = "/chat/files/";

export function draw(invoice) {
  return frame(
    "invoice",
    heading(invoice),
    null,
    facts([
      [t("invoice.order"), invoice.order_id],
      [t("invoice.issued"), date(invoice.issued_on)],
      [t("invoice.total"), money(invoice.total, invoice.currency)],
    ]),
    link(invoice),
  );
}

export function say(invoice) {
  const total = money(invoice.total, invoice.currency);
  return [heading(invoice), `${t("invoice.total")} ${total}`].join(". ");
}

function heading(invoice) {
  return t("invoice.title", { id: invoice.id });
}

/** Only the assistant's own files: no other address is opened from a card. */
function link({ url }) {
  if (!url?.startsWith(FILES)) return null;
  return h("a", { class: "open", href: url, target: "_blank", rel: "noopener" }, t("invoice.open"));
}
