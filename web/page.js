/** The page around the conversation: who speaks, in which language, and what is announced. */

import { ApiError, Session, newId, personaToken, personas } from "./api.js";
import { Conversation } from "./chat.js";
import { h } from "./dom.js";
import { choose, current, languages, lookUp, t, use } from "./i18n.js";
import { embeddedBy, shopToken } from "./shop.js";

const ANNOUNCEMENTS = 20;
const STYLES = ["chat.css", "cards.css", "chart.css"];

const styles = Promise.all(STYLES.map(read));
const at = (id) => document.getElementById(id);
const wishes = new URLSearchParams(location.search);
let demo = null;
let conversation = null;

async function start() {
  const offered = await languages();
  const wished = [wishes.get("lang"), ...navigator.languages].filter(Boolean);
  await use(choose(offered, wished));
  offerLanguages(offered);
  document.body.classList.toggle("embedded", embeddedBy() !== null);
  at("skip").onclick = skip;
  translate();
  try {
    await meet();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    banner(() => t(`failure.${error.code}`));
  }
}

/** Begin with whom the shop names, or else with one of the demo's people. */
async function meet() {
  const giveToken = await shopToken();
  if (giveToken) return converse(new Session("shopper", giveToken));
  demo = await personas();
  if (!demo) return banner(() => t("page.noVisitor"));
  offerPersonas();
  return speakAs(chosen());
}

function offerLanguages(offered) {
  const buttons = offered.map(({ code, name }) =>
    h(
      "button",
      { type: "button", lang: code, "data-code": code, onclick: () => switchTo(code) },
      name,
    ),
  );
  at("languages").append(...buttons);
}

async function switchTo(code) {
  await use(code);
  remember("lang", code);
  translate();
}

/** Fill every text of the page; its places are marked `data-text` and `data-label`. */
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
  if (demo) namePersonas();
  banner();
  conversation?.translate();
}

function offerPersonas() {
  if (demo.shop) at("shop").textContent = demo.shop.name;
  at("persona").append(...demo.personas.map(({ id }) => h("option", { value: id })));
  const customers = demo.personas.filter((persona) => persona.customer_id);
  at("contacts").append(
    ...customers.map(({ customer_id: id, name }) => h("option", { value: id }, name ?? "")),
  );
  at("contact").value = customers[0]?.customer_id ?? "";
  const wished = wishes.get("persona");
  if (demo.personas.some(({ id }) => id === wished)) at("persona").value = wished;
  at("persona").onchange = () => speakAs(chosen());
  at("who").onsubmit = (event) => event.preventDefault();
  at("who").hidden = false;
}

function chosen() {
  return demo.personas.find(({ id }) => id === at("persona").value);
}

function namePersonas() {
  for (const option of at("persona").options) {
    const persona = demo.personas.find(({ id }) => id === option.value);
    const kind = lookUp(`personas.${persona.kind}.name`, persona.kind);
    option.textContent = persona.name ? t("page.personaName", { name: persona.name, kind }) : kind;
  }
  const { kind, customer_id: id } = chosen();
  at("about").textContent = [lookUp(`personas.${kind}.about`, ""), id].filter(Boolean).join(" · ");
}

/** Begin a conversation as one of the demo's people, with a clean view. */
async function speakAs(persona) {
  remember("persona", persona.id);
  at("contact-field").hidden = persona.role !== "agent";
  namePersonas();
  const visit = newId();
  await converse(new Session(persona.role, () => personaToken(persona.id, visit)));
}

async function converse(session) {
  const sheets = await styles;
  conversation = new Conversation(session, {
    styles: sheets.join("\n"),
    starters: () => lookUp(`personas.${demo ? chosen().kind : "visitor"}.starters`, []),
    contact: () => (demo && chosen().role === "agent" ? at("contact").value.trim() : ""),
    announce,
    onStatus: (status) => banner(status === "handoff" ? () => t("status.handoff") : null),
  });
  banner(null);
  at("announcer").replaceChildren();
  at("thread").replaceChildren(conversation.element);
}

async function read(name) {
  const response = await fetch(new URL(name, import.meta.url));
  return response.text();
}

let bannerText = null;

/** Show a line above the conversation; null hides it, no argument says it anew. */
function banner(say = bannerText) {
  bannerText = say;
  at("banner").hidden = !say;
  const words = say?.() ?? "";
  if (words && at("banner").textContent !== words) announce(words);
  at("banner").textContent = words;
}

/** Hand a text to screen readers. */
function announce(words) {
  at("announcer").append(h("p", {}, words));
  while (at("announcer").children.length > ANNOUNCEMENTS) at("announcer").firstChild.remove();
}

function skip(event) {
  event.preventDefault();
  conversation?.focus();
}

/** Keep a choice in the address, so that a reload keeps it too. */
function remember(name, value) {
  wishes.set(name, value);
  history.replaceState(null, "", `?${wishes}`);
}

await start();
