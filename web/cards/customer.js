/** Who a customer is, and the segment that they belong to. */

import { h } from "../dom.js";
import { date, money, number, percent, t } from "../i18n.js";
import { badge, facts, frame } from "./parts.js";

export function drawCustomer(customer) {
  return frame(
    "customer",
    customer.name || customer.id,
    customer.segment ? badge(customer.segment.name) : null,
    facts([
      [t("customer.id"), customer.id],
      [t("customer.country"), customer.country],
      [t("customer.since"), date(customer.since)],
      [t("customer.orders"), number(customer.orders)],
      [t("customer.spent"), money(customer.spent, customer.currency)],
      [t("customer.lastOrder"), customer.last_order_at && date(customer.last_order_at)],
    ]),
    customer.segment?.description ? h("p", { class: "fine" }, customer.segment.description) : null,
  );
}

export function sayCustomer(customer) {
  const spent = `${t("customer.spent")} ${money(customer.spent, customer.currency)}`;
  return [customer.name || customer.id, customer.segment?.name, spent].filter(Boolean).join(". ");
}

export function drawSegment(segment) {
  return frame(
    "segment",
    segment.name,
    segment.customer_id ? badge(segment.customer_id) : null,
    segment.description ? h("p", {}, segment.description) : null,
    facts([
      [t("segment.recency"), t("segment.days", { count: number(segment.recency_days) })],
      [t("segment.frequency"), number(segment.frequency)],
      [t("segment.monetary"), money(segment.monetary, segment.currency)],
      [t("segment.size"), size(segment)],
    ]),
  );
}

export function saySegment(segment) {
  return [segment.name, segment.description].filter(Boolean).join(". ");
}

function size({ size: count, share }) {
  if (count === null || count === undefined) return null;
  if (share === null || share === undefined) return number(count);
  return t("segment.share", { count: number(count), share: percent(share) });
}
