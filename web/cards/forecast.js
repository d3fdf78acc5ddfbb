/** A demand forecast: chart, and the same numbers as a table. */

import { forecastChart, shortDate } from "../chart.js";
import { h } from "../dom.js";
import { number, t } from "../i18n.js";
import { frame, table } from "./parts.js";

export function draw(card) {
  return frame(
    "forecast",
    card.title,
    h("span", { class: "badge plain" }, t("forecast.heading")),
    h("figure", {}, forecastChart(card), legend(card)),
    h("details", {}, h("summary", {}, t("forecast.table")), expected(card), past(card)),
  );
}

export function say(card) {
  const [first] = card.forecast;
  if (!first) return card.title;
  const values = { date: shortDate(first.ds, card.freq), mean: number(first.mean) };
  return `${card.title}. ${t("forecast.first", values)}`;
}

function legend(card) {
  const entry = (name) =>
    h("li", { class: name }, h("i", { "aria-hidden": "true" }), t(`forecast.${name}`));
  const unit = card.unit ? h("li", {}, t("forecast.unit", { unit: card.unit })) : null;
  return h(
    "figcaption",
    {},
    h("ul", { class: "legend" }, ...["past", "mean", "lo80", "lo95"].map(entry), unit),
  );
}

function expected(card) {
  const columns = [
    [t("forecast.date")],
    [t("forecast.mean"), true],
    [t("forecast.lo80"), true],
    [t("forecast.lo95"), true],
  ];
  const range = (row, level) => `${number(row[`lo-${level}`])} – ${number(row[`hi-${level}`])}`;
  const rows = card.forecast.map((row) => [
    shortDate(row.ds, card.freq),
    number(row.mean),
    range(row, 80),
    range(row, 95),
  ]);
  return table(t("forecast.expected"), columns, rows);
}

function past(card) {
  const rows = card.history.map((row) => [shortDate(row.ds, card.freq), number(row.y)]);
  return table(t("forecast.past"), [[t("forecast.date")], [t("forecast.past"), true]], rows);
}
