/**
 * The shop around the page says who speaks, by giving tokens. Two ways:
 * - the shop serves this page inside its own and sets `window.salesclerk = {token: async () => "…"}`;
 * - widget.js shows the page in a frame, with the shop's origin in the address (`?embed=<origin>`),
 *   and answers the page's request over a message port. Both sides check the other's origin.
 */

const PATIENCE_MS = 10_000;

/** The origin that embeds the page, or null. It only says to whom the page speaks. */
export function embeddedBy() {
  return window.parent === window ? null : new URLSearchParams(location.search).get("embed");
}

/** The function that gives a token, or null where no shop gives any. */
export async function shopToken() {
  const give = window.salesclerk?.token;
  if (give) return () => give();
  const origin = embeddedBy();
  if (!origin) return null;
  closeOnEscape(origin);
  // The first answer also says whether the shop gives tokens at all; it then serves as the first.
  let first = await ask(origin);
  if (first === null) return null;
  return async () => {
    const token = first ?? (await ask(origin));
    first = null;
    return token;
  };
}

function ask(origin) {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => reject(new Error(`no token from ${origin}`)), PATIENCE_MS);
    port1.onmessage = ({ data }) => {
      clearTimeout(timer);
      port1.close();
      if (data.error) reject(new Error(data.error));
      else resolve(data.token);
    };
    window.parent.postMessage({ type: "salesclerk:token" }, origin, [port2]);
  });
}

function closeOnEscape(origin) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") window.parent.postMessage({ type: "salesclerk:close" }, origin);
  });
}
