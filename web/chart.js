/** The forecast chart as SVG, drawn without a library: one line, one dashed line, two bands. */

import { svg } from "./dom.js";
import { date, number, t } from "./i18n.js";

const WIDE = 640;
const NARROW = 300;
const HEIGHT = 250;
const MARGIN = { top: 14, right: 14, bottom: 28, left: 44 };

let drawn = 0;

/**
 * @param {{title, freq, history: [{ds, y}], forecast: [{ds, mean, "lo-80", "hi-80", "lo-95",
 *   "hi-95"}]}} card both lists oldest first, evenly spaced
 * @returns {SVGElement} wide or narrow, as the window is
 */
export function forecastChart(card, width = window.innerWidth < 560 ? NARROW : WIDE) {
  const points = [...card.history, ...card.forecast];
  const values = points
    .flatMap((p) => [p.y, p.mean, p["lo-95"], p["hi-95"]])
    .filter(Number.isFinite);
  const grid = ticks(Math.min(0, ...values), Math.max(1, ...values));
  const x = scale(0, Math.max(1, points.length - 1), MARGIN.left, width - MARGIN.right);
  const y = scale(grid[0], grid.at(-1), HEIGHT - MARGIN.bottom, MARGIN.top);
  const start = card.history.length;
  const future = card.forecast.map((row, index) => [x(start + index), row]);
  const last = card.history.at(-1);
  const joint = last ? [[x(start - 1), { mean: last.y }]] : [];
  const id = `chart-${(drawn += 1)}`;

  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-labelledby": `${id}-title ${id}-desc` },
    svg("title", { id: `${id}-title` }, t("forecast.chartTitle", { title: card.title })),
    svg("desc", { id: `${id}-desc` }, describe(card)),
    ...grid.map((value) => rule(value, y(value), width)),
    ...marks(points, card.freq, x, width),
    band(future, "lo-95", "hi-95", y, "band-95"),
    band(future, "lo-80", "hi-80", y, "band-80"),
    start && future.length ? separator(x(start - 0.5)) : null,
    svg("path", { class: "past", d: line(card.history.map((row, index) => [x(index), y(row.y)])) }),
    svg("path", {
      class: "mean",
      d: line([...joint, ...future].map(([px, row]) => [px, y(row.mean)])),
    }),
    ...future.map(([px, row]) =>
      svg("circle", { class: "mean-dot", cx: px, cy: y(row.mean), r: 2.5 }),
    ),
  );
}

/** Round numbers that enclose [low, high], about five of them, ascending. */
export function ticks(low, high) {
  const rough = (high - low) / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const first = Math.floor(low / step);
  const count = Math.ceil(high / step) - first + 1;
  return Array.from({ length: count }, (_, index) => (first + index) * step);
}

/** A date as short as the spacing of the series allows; `freq` is a pandas offset alias. */
export function shortDate(ds, freq) {
  const monthly = /^\d*[MQYA]/.test(freq);
  const format = monthly
    ? { month: "short", year: "numeric" }
    : { day: "numeric", month: "short", year: "2-digit" };
  return date(ds.slice(0, 10), format);
}

function describe(card) {
  const first = card.forecast[0];
  const last = card.forecast.at(-1);
  if (!first) return t("forecast.empty");
  return t("forecast.description", {
    count: card.forecast.length,
    from: shortDate(first.ds, card.freq),
    to: shortDate(last.ds, card.freq),
    first: number(first.mean),
    last: number(last.mean),
    low: number(last["lo-95"]),
    high: number(last["hi-95"]),
  });
}

function scale(low, high, from, to) {
  return (value) => round(from + ((value - low) / (high - low)) * (to - from));
}

function round(value) {
  return Math.round(value * 10) / 10;
}

function line(points) {
  return points.map(([px, py], index) => `${index ? "L" : "M"}${px} ${py}`).join("");
}

function band(future, low, high, y, name) {
  const upper = future.map(([px, row]) => [px, y(row[high])]);
  const lower = future.map(([px, row]) => [px, y(row[low])]).reverse();
  return svg("path", { class: name, d: future.length ? `${line([...upper, ...lower])}Z` : "" });
}

function rule(value, py, width) {
  return svg(
    "g",
    { class: "rule" },
    svg("line", { x1: MARGIN.left, x2: width - MARGIN.right, y1: py, y2: py }),
    svg("text", { x: MARGIN.left - 8, y: py + 4, "text-anchor": "end" }, number(value)),
  );
}

/** Dates below the axis, as many as fit. */
function marks(points, freq, x, width) {
  const every = Math.max(1, Math.ceil((points.length * 92) / (width - MARGIN.left)));
  return points.flatMap((point, index) =>
    index % every || x(index) > width - 40
      ? []
      : [
          svg(
            "text",
            { x: x(index), y: HEIGHT - 8, "text-anchor": "middle" },
            shortDate(point.ds, freq),
          ),
        ],
  );
}

function separator(px) {
  return svg("line", {
    class: "separator",
    x1: px,
    x2: px,
    y1: MARGIN.top,
    y2: HEIGHT - MARGIN.bottom,
  });
}
