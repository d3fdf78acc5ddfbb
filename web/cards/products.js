/** A list of products to choose from. */

import { h } from "../dom.js";
import { money, t } from "../i18n.js";
import { badge } from "./parts.js";

const FEW = 5;
const TINTS = 6;

export function draw(card, choose, _buttons, opened) {
  const title = card.title ?? t("products.title");
  return h(
    "section",
    { class: "card products", "aria-label": title },
    card.title ? h("header", {}, h("h3", {}, title)) : null,
    h("ul", {}, ...card.items.map((item) => product(item, choose, opened))),
  );
}

export function say(card) {
  const names = card.items.map((item) => `${item.title}, ${money(item.price, item.currency)}`);
  return [card.title ?? t("products.title"), ...names].join(". ");
}

function product(item, choose, opened) {
  return h(
    "li",
    { class: "product" },
    picture(item),
    h(
      "div",
      { class: "about" },
      heading(item, opened),
      h("p", { class: "kind" }, [item.category, item.sku].filter(Boolean).join(" · ")),
      item.reason ? h("p", { class: "reason" }, item.reason) : null,
      h("p", { class: "price" }, h("strong", {}, money(item.price, item.currency)), stock(item)),
    ),
    actions(item, choose),
  );
}

/** The product's title, which opens what else there is to say of it. */
function heading(item, opened) {
  const title = h("h4", {}, item.title);
  if (!item.description) return title;
  const ontoggle = ({ currentTarget }) => currentTarget.open && opened(item);
  return h("details", { ontoggle }, h("summary", {}, title), h("p", {}, item.description));
}

/** The product's picture, or a tile with its initial, tinted by category. */
function picture(item) {
  if (item.image) return h("img", { src: item.image, alt: "", loading: "lazy", class: "tile" });
  const letters = Array.from(item.category ?? item.title, (letter) => letter.codePointAt(0));
  const tint = letters.reduce((sum, code) => sum + code, 0) % TINTS;
  return h("div", { class: `tile tint-${tint}`, "aria-hidden": "true" }, Array.from(item.title)[0]);
}

function stock(item) {
  if (item.in_stock === false) return badge(t("products.outOfStock"), "bad");
  if (!item.in_stock) return null;
  const few = item.stock !== null && item.stock !== undefined && item.stock <= FEW;
  return badge(few ? t("products.fewLeft", { count: item.stock }) : t("products.inStock"), "good");
}

/** Buttons whose accessible name also says which product they are about. */
function actions(item, choose) {
  if (!item.actions?.length) return null;
  const buttons = item.actions.map((action) =>
    h(
      "button",
      {
        type: "button",
        "aria-label": `${action.title}: ${item.title}`,
        onclick: () => choose(action),
      },
      action.title,
    ),
  );
  return h("div", { class: "actions" }, ...buttons);
}
