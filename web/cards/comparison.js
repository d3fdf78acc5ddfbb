/** Products side by side: one column a product, one row a property. */

import { h } from "../dom.js";
import { money, t } from "../i18n.js";
import { frame, table } from "./parts.js";

export function draw({ items, rows }) {
  const corner = h("span", { class: "visually-hidden" }, t("comparison.property"));
  const columns = [[corner], ...items.map((item) => [heading(item)])];
  const lines = rows.map(({ title, values }) => [title, ...values.map(cell(values))]);
  return frame(
    "comparison",
    t("comparison.title"),
    null,
    table(t("comparison.table"), columns, lines, { rowHeads: true }),
  );
}

export function say({ items }) {
  const names = items.map((item) => `${item.title}, ${money(item.price, item.currency)}`);
  return [t("comparison.title"), ...names].join(". ");
}

function heading(item) {
  return [h("span", {}, item.title), h("small", {}, item.sku)];
}

/** What differs stands out, and what is not known is said to be. */
function cell(values) {
  const differ = new Set(values).size > 1;
  return (value) => h(differ ? "strong" : "span", {}, value ?? t("comparison.unknown"));
}
