/* The canvas by keyboard: arrows walk the tree, Shift with arrows pans, Enter edits, A adds after, Delete removes. */
const PAN = 80;

export function keyPressed(canvas, event) {
  if (event.target.closest("input, textarea, select, [contenteditable], dialog, [popover]") || event.altKey) return;
  const command = event.ctrlKey || event.metaKey ? withControl(canvas, event) : plain(canvas, event);
  if (!command) return;
  event.preventDefault();
  event.stopPropagation();
  command();
}

function plain(canvas, event) {
  const { selection } = canvas;
  const here = selection.focused;
  const walks = here && !event.shiftKey;
  return {
    ArrowDown: () => (walks ? selection.focus(selection.find(here.dataset.down)) : canvas.pan(0, -PAN, true)),
    ArrowUp: () => (walks ? selection.focus(selection.find(here.dataset.up)) : canvas.pan(0, PAN, true)),
    ArrowRight: () => (walks ? selection.focus(beside(selection.items, here, 1)) : canvas.pan(-PAN, 0, true)),
    ArrowLeft: () => (walks ? selection.focus(beside(selection.items, here, -1)) : canvas.pan(PAN, 0, true)),
    Home: () => selection.focus(canvas.world.querySelector("[data-k=trigger]")),
    Enter: here && event.target === here && (() => selection.open(here)),
    a: here && (() => canvas.world.querySelector(`[data-after="${here.id}"]`)?.click()),
    Delete: here?.dataset.remove && (() => htmx.ajax("GET", here.dataset.remove, { target: "#modal" })),
    "+": () => canvas.zoomBy(1.25),
    "=": () => canvas.zoomBy(1.25),
    "-": () => canvas.zoomBy(0.8),
    0: () => canvas.zoomAt(1, canvas.clientWidth / 2, canvas.clientHeight / 2, true),
    1: () => canvas.fit(),
    f: () => canvas.fullScreen(),
    Escape: () => selection.close(),
  }[event.key];
}

function withControl(canvas, event) {
  if (event.key === "0") return () => canvas.zoomAt(1, canvas.clientWidth / 2, canvas.clientHeight / 2, true);
  return null;
}

/* The nearest step to one side, of those that stand about as high. */
function beside(items, here, way) {
  const { x, y } = here.dataset;
  const near = items
    .map((item) => ({ item, dx: (item.dataset.x - x) * way, dy: Math.abs(item.dataset.y - y) }))
    .filter(({ dx, dy }) => dx > 0 && dy < 140);
  near.sort((one, other) => one.dx + 4 * one.dy - (other.dx + 4 * other.dy));
  return near[0]?.item;
}
