/**
 * Draws replies. deep-chat inserts a message's HTML as it is, so that HTML is only ever
 * `<sales-reply data-key="7">`: the element then builds its content from the reply kept under that
 * key, and no text from the server passes through an HTML parser.
 */

import { drawCustomer, drawSegment, sayCustomer, saySegment } from "./cards/customer.js";
import * as forecast from "./cards/forecast.js";
import * as handoff from "./cards/handoff.js";
import * as invoice from "./cards/invoice.js";
import * as order from "./cards/order.js";
import * as products from "./cards/products.js";
import * as quote from "./cards/quote.js";
import { h } from "./dom.js";

/** One entry a `custom.type`: `draw` gives an element, `say` a sentence for screen readers. */
const CARDS = {
  products,
  order,
  quote,
  forecast,
  handoff,
  invoice,
  customer: { draw: drawCustomer, say: sayCustomer },
  segment: { draw: drawSegment, say: saySegment },
};

const kept = new Map();
const chosen = new WeakMap();

/**
 * Keep a drawing and return the HTML that shows it.
 *
 * @param {function(): Node[]} draw called whenever the element appears or the language changes
 */
export function keep(draw) {
  const key = String(kept.size + 1);
  kept.set(key, draw);
  return `<sales-reply data-key="${key}"></sales-reply>`;
}

/** Whether there is anything to show: cards of unknown types are ignored. */
export function isShown({ text, image, buttons, custom }) {
  return Boolean(text || image || buttons?.length || CARDS[custom?.type]);
}

/**
 * @param {{text?, image?, custom?, buttons?: [{title, payload}]}} message of the server
 * @param {function({title, payload}): void} choose called when a button is pressed
 * @returns {Node[]}
 */
export function draw({ text, image, custom, buttons }, choose) {
  return [
    text ? h("p", { class: "text" }, ...withLinks(text)) : null,
    image ? h("img", { class: "picture", src: image, alt: "" }) : null,
    CARDS[custom?.type]?.draw(custom, choose) ?? null,
    buttons?.length ? choices(buttons, choose) : null,
  ].filter(Boolean);
}

/** What a screen reader says for a message. */
export function say({ text, custom, buttons }) {
  const card = CARDS[custom?.type]?.say(custom);
  return [text, card, buttons?.map(({ title }) => title).join(", ")].filter(Boolean).join("\n");
}

/** Buttons of which one may be pressed, once, also after the reply was drawn anew. */
function choices(buttons, choose) {
  const row = h("div", { class: "choices" });
  const mark = () => {
    buttons.forEach((button, index) => {
      row.children[index].setAttribute("aria-disabled", String(chosen.has(buttons)));
      row.children[index].classList.toggle("chosen", chosen.get(buttons) === button);
    });
  };
  const pick = (button) => () => {
    if (chosen.has(buttons)) return;
    chosen.set(buttons, button);
    mark();
    choose(button);
  };
  row.append(
    ...buttons.map((button) =>
      h("button", { type: "button", onclick: pick(button) }, button.title),
    ),
  );
  mark();
  return row;
}

/** Text with its web addresses as links, without the punctuation that follows them. */
function withLinks(text) {
  return text
    .split(/(https?:\/\/[^\s<>"'，。）)]*[^\s<>"'，。）).,;:!?])/)
    .map((part, index) =>
      index % 2 ? h("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part,
    );
}

class SalesReply extends HTMLElement {
  connectedCallback() {
    this.render();
  }

  render() {
    this.replaceChildren(...kept.get(this.dataset.key)());
  }
}

customElements.define("sales-reply", SalesReply);
