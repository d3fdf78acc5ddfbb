/** Two buttons that say whether an answer helped. */

import { h, svg } from "./dom.js";
import { t } from "./i18n.js";

const HAND =
  "M7 10v11H3V10zm3 11h7.2a2 2 0 0 0 2-1.6l1.3-6.6A2 2 0 0 0 18.5 10.4H14l.8-4.2" +
  "a1.8 1.8 0 0 0-3.3-1.3L8.5 10v9.5A1.5 1.5 0 0 0 10 21z";

/**
 * @param {{up: boolean|null}} opinion kept by the caller, so that it outlives a redraw
 * @param {function(boolean): Promise<void>} rate told the server; an opinion that it does not take
 *   is taken back
 */
export function thumbs(opinion, rate) {
  const row = h("div", { class: "thumbs", role: "group" });
  const mark = () => {
    row.setAttribute("aria-label", t("thumbs.question"));
    for (const button of row.children) {
      button.setAttribute("aria-pressed", String(opinion.up === (button.dataset.up === "true")));
    }
  };
  const press = (up) => async () => {
    const before = opinion.up;
    opinion.up = up;
    mark();
    if (before === up) return;
    try {
      await rate(up);
    } catch (error) {
      console.warn(error);
      opinion.up = before;
      mark();
    }
  };
  row.append(thumb(true, press(true)), thumb(false, press(false)));
  mark();
  return row;
}

function thumb(up, onclick) {
  const label = up ? t("thumbs.up") : t("thumbs.down");
  const icon = svg(
    "svg",
    { viewBox: "0 0 24 24", "aria-hidden": "true", class: up ? null : "down" },
    svg("path", { d: HAND }),
  );
  return h(
    "button",
    { type: "button", "data-up": String(up), "aria-label": label, title: label, onclick },
    icon,
  );
}
