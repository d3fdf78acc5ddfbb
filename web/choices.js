/** Buttons of which one may be pressed, once, also after the reply was drawn anew. */

import { h } from "./dom.js";

const chosen = new WeakMap();

/**
 * @param {[{title, payload}]} buttons the same list means the same choice
 * @param {function({title, payload}): void} choose called when a button is pressed
 * @param {function(number): Object} look attributes of the button at a position; its `text`, where
 *   it has one, is shown in the title's place
 */
export function choices(buttons, choose, look = () => ({})) {
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
    ...buttons.map((button, index) => {
      const { text = button.title, ...attributes } = look(index);
      return h("button", { type: "button", onclick: pick(button), ...attributes }, text);
    }),
  );
  mark();
  return row;
}
