/** Keys for what an agent does all day; all with Alt, so that none comes of writing. */

export const SHORTCUTS = [
  { name: "next", keys: "Alt+ArrowDown", code: "ArrowDown" },
  { name: "previous", keys: "Alt+ArrowUp", code: "ArrowUp" },
  { name: "claim", keys: "Alt+C", code: "KeyC" },
  { name: "release", keys: "Alt+R", code: "KeyR" },
  { name: "close", keys: "Alt+X", code: "KeyX" },
];

/** @param {function(number|null): void} read opens a conversation; null goes back to the queue */
export function listenForShortcuts(desk, queue, read) {
  const move = (step) => {
    const { ids } = queue;
    if (!ids.length) return;
    const from = ids.indexOf(desk.selected);
    const to = from < 0 ? 0 : (from + step + ids.length) % ids.length;
    read(ids[to]);
  };
  const press = (id) => document.getElementById(id)?.click();
  const actions = {
    next: () => move(1),
    previous: () => move(-1),
    claim: () => press("claim"),
    release: () => press("release"),
    close: () => press("close"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && desk.selected !== null) return read(null);
    const shortcut = event.altKey && SHORTCUTS.find(({ code }) => code === event.code);
    if (!shortcut) return;
    event.preventDefault();
    actions[shortcut.name]();
  });
  document.addEventListener("visibilitychange", () => document.hidden || desk.look());
}
