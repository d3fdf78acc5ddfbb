/** What every page has around its content: languages, announcements, an address that remembers. */

import { newId } from "./api.js";
import { h } from "./dom.js";
import { choose, current, languages, t, use } from "./i18n.js";

const ANNOUNCEMENTS = 20;

/** What the address asks for. */
export const wishes = new URLSearchParams(location.search);

export const at = (id) => document.getElementById(id);

/**
 * Speak the visitor's language, and offer the others.
 *
 * @param {function(): void} onChange says anew what the page itself fills
 */
export async function startLanguages(onChange) {
  const offered = await languages();
  const wished = [wishes.get("lang"), ...navigator.languages].filter(Boolean);
  await use(choose(offered, wished));
  const switchTo = (code) => async () => {
    await use(code);
    remember("lang", code);
    translate();
    onChange();
  };
  at("languages").append(
    ...offered.map(({ code, name }) =>
      h("button", { type: "button", lang: code, "data-code": code, onclick: switchTo(code) }, name),
    ),
  );
  translate();
}

/** Fill the places that are marked `data-text` and `data-label`. */
function translate() {
  document.documentElement.lang = current();
  for (const place of document.querySelectorAll("[data-text]"))
    place.textContent = t(place.dataset.text);
  for (const place of document.querySelectorAll("[data-label]")) {
    place.setAttribute("aria-label", t(place.dataset.label));
  }
  for (const button of at("languages").children) {
    button.setAttribute("aria-pressed", String(button.dataset.code === current()));
  }
}

let bannerText = null;

/** Show a line above the content; null hides it, no argument says it anew. */
export function banner(say = bannerText) {
  bannerText = say;
  at("banner").hidden = !say;
  const words = say?.() ?? "";
  if (words && at("banner").textContent !== words) announce(words);
  at("banner").textContent = words;
}

/** Hand a text to screen readers. */
export function announce(words) {
  at("announcer").append(h("p", {}, words));
  while (at("announcer").children.length > ANNOUNCEMENTS) at("announcer").firstChild.remove();
}

/** Keep a choice in the address, so that a reload keeps it too; null forgets it. */
export function remember(name, value) {
  if (value === null) wishes.delete(name);
  else wishes.set(name, value);
  history.replaceState(history.state, "", `?${wishes}`);
}

/** What tells this visit from another: the same after a reload, for the same person. */
export function visitOf(persona) {
  if (history.state?.persona !== persona) {
    history.replaceState({ persona, visit: newId() }, "");
  }
  return history.state.visit;
}
