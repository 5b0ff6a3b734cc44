/* The canvas by keyboard: arrows walk the tree, Shift with them chooses several, Enter edits, A adds after, M moves.
 * Where no step has the focus the arrows pan. */
import { acts } from "./canvas-acts.js";

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
  const { selection, run } = canvas;
  const here = selection.focused;
  const walks = here && !event.shiftKey;
  const about = run.bar && run.about(here).length;
  if (here && event.shiftKey && event.key === "ArrowDown") return () => run.extend(here, 1);
  if (here && event.shiftKey && event.key === "ArrowUp") return () => run.extend(here, -1);
  return {
    ArrowDown: () => (walks ? selection.focus(selection.find(here.dataset.down)) : canvas.pan(0, -PAN, true)),
    ArrowUp: () => (walks ? selection.focus(selection.find(here.dataset.up)) : canvas.pan(0, PAN, true)),
    ArrowRight: () => (walks ? selection.focus(beside(selection.items, here, 1)) : canvas.pan(-PAN, 0, true)),
    ArrowLeft: () => (walks ? selection.focus(beside(selection.items, here, -1)) : canvas.pan(PAN, 0, true)),
    Home: () => selection.focus(selection.find("trigger")),
    Enter: here && event.target === here && (() => selection.open(here)),
    a: here && (() => (here.querySelector("[data-spot]") ?? canvas.world.querySelector(`[data-after="${here.id}"]`))?.click()),
    m: about && (() => run.act("place", here)),
    d: about && (() => run.act("duplicate", here)),
    s: about && (() => run.act(run.about(here).some((step) => step.classList.contains("off")) ? "on" : "off", here)),
    " ": about && here && (() => run.toggle(here)),
    Delete: about && (() => run.act("delete", here)),
    "+": () => canvas.zoomBy(1.25),
    "=": () => canvas.zoomBy(1.25),
    "-": () => canvas.zoomBy(0.8),
    0: () => canvas.zoomAt(1, canvas.clientWidth / 2, canvas.clientHeight / 2, true),
    1: () => canvas.fit(),
    f: () => canvas.fullScreen(),
    o: () => canvas.outline.toggle(),
    Escape: () => (run.steps.length ? run.clear() : selection.close()),
  }[event.key];
}

function withControl(canvas, event) {
  const { run, selection } = canvas;
  const here = selection.focused;
  const about = run.bar && run.about(here).length;
  return {
    0: () => canvas.zoomAt(1, canvas.clientWidth / 2, canvas.clientHeight / 2, true),
    c: about && (() => run.act("copy", here)),
    x: about && (() => run.act("cut", here)),
    v: run.bar && here && (() => acts.paste([here])),
    z: () => document.querySelector("#draft-state [data-undo]")?.click(),
    Z: () => document.querySelector("#draft-state [data-redo]")?.click(),
    y: () => document.querySelector("#draft-state [data-redo]")?.click(),
  }[event.key];
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
