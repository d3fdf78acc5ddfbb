/** A quote with its lines, discounts and the day until which it holds. */

import { h } from "../dom.js";
import { date, lookUp, money, number, percent, t } from "../i18n.js";
import { article, badge, frame, table, totals } from "./parts.js";

export function draw(quote) {
  const state = quote.approval
    ? t("quote.approval")
    : lookUp(`quote.states.${quote.status}`, quote.status);
  return frame(
    "quote",
    heading(quote),
    badge(state, quote.approval ? "bad" : "good"),
    lines(quote),
    totals([
      [t("quote.net"), money(quote.net, quote.currency)],
      [t("quote.tax"), money(quote.tax, quote.currency)],
      [t("quote.total"), money(quote.total, quote.currency)],
    ]),
    h("p", { class: "fine" }, t("quote.validUntil", { date: date(quote.valid_until) })),
  );
}

export function say(quote) {
  const total = `${t("quote.total")} ${money(quote.total, quote.currency)}`;
  return [heading(quote), total, t("quote.validUntil", { date: date(quote.valid_until) })].join(
    ". ",
  );
}

function heading(quote) {
  return t("quote.title", { id: quote.id });
}

function lines(quote) {
  const columns = [
    [t("line.product")],
    [t("line.quantity"), true],
    [t("line.unitPrice"), true],
    [t("line.net"), true],
  ];
  const rows = quote.lines.map((line) => [
    [...article(line), ...line.discounts.map(discount)],
    number(line.quantity),
    unitPrice(line, quote.currency),
    money(line.net, quote.currency),
  ]);
  return table(t("quote.lines"), columns, rows);
}

/** The price of one piece, and the list price where it differs. */
function unitPrice(line, currency) {
  const price = money(line.unit_price, currency);
  const list = money(line.list_price, currency);
  return price === list ? price : [price, h("small", {}, t("quote.listPrice", { price: list }))];
}

function discount(item) {
  return h("small", { class: "discount" }, `−${percent(item.rate)} ${item.text}`);
}
