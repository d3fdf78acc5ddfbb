/** The answers to the question how satisfied one is, as a row of numbers. */

import { choices } from "../choices.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";

export const holdsButtons = true;

export function draw({ scale }, choose, buttons = []) {
  const look = (index) => (index < scale ? score(index + 1, scale) : {});
  const label = t("csat.title");
  return h("section", { class: "csat", "aria-label": label }, choices(buttons, choose, look), ends());
}

export function say({ scale }) {
  return t("csat.range", { scale });
}

function score(value, scale) {
  const words = { 1: t("csat.lowest"), [scale]: t("csat.highest") }[value];
  const label = [t("csat.score", { score: value, scale }), words].filter(Boolean).join(", ");
  return { text: value, class: "score", "aria-label": label };
}

function ends() {
  return h(
    "p",
    { class: "ends", "aria-hidden": "true" },
    h("span", {}, t("csat.lowest")),
    h("span", {}, t("csat.highest")),
  );
}
