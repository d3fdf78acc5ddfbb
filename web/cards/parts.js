/** What several cards share. */

import { h } from "../dom.js";

/** A card's frame with its heading; `aside` stands opposite to the heading. */
export function frame(type, heading, aside, ...children) {
  const head = h("header", {}, h("h3", {}, heading), aside);
  return h("section", { class: `card ${type}`, "aria-label": heading }, head, ...children);
}

/** Name-value pairs; those without a value are left out. */
export function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  const rows = known.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)));
  return h("dl", { class: "facts" }, ...rows);
}

/** A short label; `tone` is "good", "bad" or "plain". */
export function badge(text, tone = "plain") {
  return h("span", { class: `badge ${tone}` }, text);
}

/**
 * A table whose columns are [heading, isNumber] and whose rows are lists of text or nodes; with
 * `rowHeads` the first cell of each row is its heading.
 */
export function table(caption, columns, rows, { rowHeads = false } = {}) {
  const align = (index) => (columns[index][1] ? "number" : null);
  const heads = columns.map(([name], index) =>
    h("th", { scope: "col", class: align(index) }, ...[name].flat()),
  );
  const field = (cell, index) =>
    rowHeads && index === 0
      ? h("th", { scope: "row" }, cell)
      : h("td", { class: align(index) }, ...[cell].flat());
  const lines = rows.map((cells) => h("tr", {}, ...cells.map(field)));
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", { class: "visually-hidden" }, caption),
      h("thead", {}, h("tr", {}, ...heads)),
      h("tbody", {}, ...lines),
    ),
  );
}

/** Sums, the last of which is the grand total; each a [name, text]. */
export function totals(rows) {
  const row = ([name, amount], index) =>
    h(
      "div",
      { class: index === rows.length - 1 ? "total" : null },
      h("dt", {}, name),
      h("dd", {}, amount),
    );
  return h("dl", { class: "totals" }, ...rows.map(row));
}

/** A product's name with its code below. */
export function article(line) {
  const options = Object.entries(line.options ?? {}).map(([name, value]) => `${name}: ${value}`);
  return [line.title, h("small", {}, [line.sku, ...options].join(" · "))];
}
