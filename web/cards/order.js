/** An order with its lines and what happened to it. */

import { h } from "../dom.js";
import { date, money, number, t } from "../i18n.js";
import { article, badge, facts, frame, table, totals } from "./parts.js";

const TONES = { delivered: "good", shipped: "good", cancelled: "bad", returned: "bad" };

export function draw(order) {
  return frame(
    "order",
    heading(order),
    badge(order.status_text, TONES[order.status]),
    facts([
      [t("order.placed"), date(order.placed_at)],
      [t("order.expected"), order.expected_on && date(order.expected_on)],
      [t("order.carrier"), order.carrier],
      [t("order.tracking"), order.tracking_number],
    ]),
    lines(order),
    totals([[t("order.total"), money(order.total, order.currency)]]),
    history(order),
  );
}

export function say(order) {
  const total = money(order.total, order.currency);
  return [heading(order), order.status_text, `${t("order.total")} ${total}`].join(". ");
}

function heading(order) {
  return t("order.title", { id: order.id });
}

function lines(order) {
  const columns = [[t("line.product")], [t("line.quantity"), true], [t("line.total"), true]];
  const rows = order.lines.map((line) => [
    [...article(line), line.status_text ? badge(line.status_text) : null],
    number(line.quantity),
    money(line.total, order.currency),
  ]);
  return table(t("order.lines"), columns, rows);
}

function history(order) {
  if (!order.history.length) return null;
  const steps = order.history.map((step) =>
    h("li", {}, h("span", {}, step.status_text), h("time", { datetime: step.at }, date(step.at))),
  );
  return h(
    "details",
    {},
    h("summary", {}, t("order.history")),
    h("ol", { class: "steps" }, ...steps),
  );
}
