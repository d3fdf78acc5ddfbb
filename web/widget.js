/**
 * The chat as a button on any shop page.
 *
 *   <script>
 *     // Your server makes the token (see "salesclerk token"); it may change at every call.
 *     window.salesclerk = {token: async () => (await fetch("/my/chat-token")).text()};
 *   </script>
 *   <script src="https://assistant.example/chat/widget.js" data-label="Chat with us" data-lang="en" defer></script>
 *
 * data-label  what screen readers say for the button (default: the product's name)
 * data-lang   the language to begin with (default: the browser's)
 *
 * The assistant must allow your page's origin in its `frame-ancestors`. Tokens go only to the
 * assistant's origin, and only when its own frame asks. Without `window.salesclerk` the frame falls
 * back to the demo's people, where the assistant runs as a demo.
 */
(() => {
  const script = document.currentScript;
  const home = new URL(".", script.src);
  const label = script.dataset.label ?? "Salesclerk";
  const corner =
    "position:fixed;z-index:2147483000;right:20px;border:0;box-shadow:0 8px 30px #0004;";

  const address = new URL(home);
  address.searchParams.set("embed", location.origin);
  if (script.dataset.lang) address.searchParams.set("lang", script.dataset.lang);

  const frame = document.createElement("iframe");
  frame.title = label;
  frame.hidden = true;
  frame.style.cssText =
    `${corner}bottom:92px;width:min(400px,calc(100vw - 40px));height:min(640px,calc(100vh - 120px));` +
    "border-radius:16px;background:Canvas;";

  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-label", label);
  button.style.cssText =
    `${corner}bottom:20px;width:60px;height:60px;padding:0;border-radius:20px;cursor:pointer;` +
    `background:#0f6b62 url("${new URL("icon.svg", home)}") center/44px no-repeat;`;

  function show(open) {
    if (open && !frame.src) frame.src = address;
    frame.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    (open ? frame : button).focus();
  }

  async function answer(port) {
    try {
      port.postMessage({ token: (await window.salesclerk?.token()) ?? null });
    } catch (error) {
      port.postMessage({ error: String(error) });
    }
  }

  addEventListener("message", (event) => {
    if (event.origin !== home.origin || event.source !== frame.contentWindow) return;
    if (event.data.type === "salesclerk:token") answer(event.ports[0]);
    if (event.data.type === "salesclerk:close") show(false);
  });
  button.onclick = () => show(frame.hidden);
  button.setAttribute("aria-expanded", "false");
  document.body.append(button, frame);
})();
