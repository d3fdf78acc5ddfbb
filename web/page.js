/** The page around the conversation: who speaks, in which language, and what is announced. */

import { ApiError, Session, personaToken, personas } from "./api.js";
import { Conversation } from "./chat.js";
import { h } from "./dom.js";
import { lookUp, t } from "./i18n.js";
import { announce, at, banner, remember, startLanguages, visitOf, wishes } from "./shell.js";
import { embeddedBy, shopToken } from "./shop.js";

const STYLES = ["chat.css", "cards.css", "chart.css"];

const styles = Promise.all(STYLES.map(read));
let demo = null;
let conversation = null;

async function start() {
  await startLanguages(translate);
  document.body.classList.toggle("embedded", embeddedBy() !== null);
  at("skip").onclick = skip;
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

function translate() {
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
  const isAgent = persona.role === "agent";
  at("contact-field").hidden = !isAgent;
  at("desk").hidden = !isAgent;
  namePersonas();
  const visit = visitOf(persona.id);
  await converse(new Session(persona.role, () => personaToken({ persona: persona.id, visit })));
}

async function converse(session) {
  const sheets = await styles;
  conversation?.leave();
  conversation = new Conversation(session, {
    styles: sheets.join("\n"),
    starters: () => lookUp(`personas.${demo ? chosen().kind : "visitor"}.starters`, []),
    contact: () => (demo && chosen().role === "agent" ? at("contact").value.trim() : ""),
    announce,
    onStatus: banner,
  });
  banner(null);
  at("announcer").replaceChildren();
  at("thread").replaceChildren(conversation.element);
}

async function read(name) {
  const response = await fetch(new URL(name, import.meta.url));
  return response.text();
}

function skip(event) {
  event.preventDefault();
  conversation?.focus();
}

await start();
