/**
 * The desk: an agent sees who waits for a person, takes conversations over and gives them back.
 *
 * Which agent it is, the shop says as for the chat (shop.js), with a token of the role `agent`; the
 * last part of its subject is the name that customers see. In the demo, `?agent=Li` is Li.
 */

import { Desk } from "./agent/desk.js";
import { Detail } from "./agent/detail.js";
import { Notices } from "./agent/notices.js";
import { Queue } from "./agent/queue.js";
import { listenForShortcuts } from "./agent/shortcuts.js";
import { ApiError, Session, personaToken, personas } from "./api.js";
import { t } from "./i18n.js";
import { announce, at, banner, remember, startLanguages, wishes } from "./shell.js";
import { shopToken } from "./shop.js";

const CLOCK_MS = 10_000;

const notices = new Notices(at("sound"), announce);
let desk = null;
let queue = null;
let detail = null;

async function start() {
  await startLanguages(show);
  try {
    const session = await meet();
    if (session) await work(session);
    else banner(() => t("desk.noAgent"));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    banner(() => t(`failure.${error.code}`));
  }
}

/** Begin with whom the shop names, or else with the demo's agent, by the name in the address. */
async function meet() {
  const giveToken = await shopToken();
  if (giveToken) return new Session("agent", giveToken);
  const demo = await personas();
  const agent = demo?.personas.find(({ role }) => role === "agent");
  if (!agent) return null;
  if (demo.shop) at("shop").textContent = demo.shop.name;
  const name = wishes.get("agent") ?? t("desk.demoName");
  return new Session("agent", () => personaToken({ persona: agent.id, name }));
}

async function work(session) {
  desk = new Desk(session, await session.subject(), {
    onChange: show,
    onConnection: (isConnected) => banner(isConnected ? null : () => t("takeover.reconnecting")),
    onNews: (news) => notices.tell(news),
  });
  queue = new Queue(at("queue"), desk, read);
  detail = new Detail(at("detail"), desk, () => read(null));
  listenForShortcuts(desk, queue, read);
  setInterval(() => queue.tick(), CLOCK_MS);
  await desk.start();
  if (wishes.has("handoff")) await read(Number(wishes.get("handoff")));
}

/** Open a conversation; null goes back to the queue. */
async function read(id) {
  const left = desk.selected;
  remember("handoff", id);
  document.body.classList.toggle("reading", id !== null);
  await desk.select(id);
  if (id === null) queue.focus(left);
  else detail.focus();
}

/** Show what the desk knows now, in the language now in use. */
function show() {
  banner();
  if (!desk) return;
  at("me").textContent = t("desk.subtitle", { agent: desk.name });
  queue.render();
  detail.render();
  notices.count(desk.calls);
}

await start();
