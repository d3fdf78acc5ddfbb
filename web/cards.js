/**
 * Draws replies. deep-chat inserts a message's HTML as it is, so that HTML is only ever
 * `<sales-reply data-key="7">`: the element then builds its content from the reply kept under that
 * key, and no text from the server passes through an HTML parser.
 */

import { drawCustomer, drawSegment, sayCustomer, saySegment } from "./cards/customer.js";
import * as comparison from "./cards/comparison.js";
import * as csat from "./cards/csat.js";
import * as forecast from "./cards/forecast.js";
import * as handoff from "./cards/handoff.js";
import * as invoice from "./cards/invoice.js";
import * as order from "./cards/order.js";
import * as products from "./cards/products.js";
import * as quote from "./cards/quote.js";
import { choices } from "./choices.js";
import { h } from "./dom.js";

/**
 * One entry a `custom.type`: `draw` gives an element, `say` a sentence for screen readers; one that
 * `holdsButtons` draws the message's buttons too.
 */
const CARDS = {
  products,
  comparison,
  order,
  quote,
  forecast,
  handoff,
  invoice,
  csat,
  customer: { draw: drawCustomer, say: sayCustomer },
  segment: { draw: drawSegment, say: saySegment },
};

const kept = new Map();

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

/** Whether a message has a card that draws the buttons of a message, but no buttons. */
export function lacksButtons({ custom, buttons }) {
  return Boolean(CARDS[custom?.type]?.holdsButtons && !buttons?.length);
}

/**
 * @param {{text?, image?, custom?, buttons?: [{title, payload}], speaker?: string}} message of the
 *   server; `speaker` is the person who says it
 * @param {function({title, payload}): void} choose called when a button is pressed
 * @param {function(Object): void} opened called with a product that is looked at more closely
 * @returns {Node[]}
 */
export function draw({ text, image, custom, buttons, speaker }, choose, opened = () => {}) {
  const card = CARDS[custom?.type];
  return [
    speaker ? h("p", { class: "speaker" }, speaker) : null,
    text ? h("p", { class: "text" }, ...withLinks(text)) : null,
    image ? h("img", { class: "picture", src: image, alt: "" }) : null,
    card?.draw(custom, choose, buttons, opened) ?? null,
    buttons?.length && !card?.holdsButtons ? choices(buttons, choose) : null,
  ].filter(Boolean);
}

/** What a screen reader says for a message. */
export function say({ text, custom, buttons, speaker }) {
  const card = CARDS[custom?.type];
  const titles = card?.holdsButtons ? null : buttons?.map(({ title }) => title).join(", ");
  const words = [text, card?.say(custom), titles].filter(Boolean).join("\n");
  return speaker ? `${speaker}: ${words}` : words;
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
