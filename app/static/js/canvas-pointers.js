/* Pointers on the canvas: one drags it, two pinch it; a finger held on a step carries the step instead (canvas-drag.js).
 * A drag is not a click. */
const TOOLS = "[data-tools], dialog, [popover]";
const STEPS = "[role=treeitem], a, button";
const SLACK = 4;

export function followPointers(canvas, signal) {
  const down = new Map();
  let moved = false;

  canvas.addEventListener("pointerdown", (event) => {
    const tools = event.target.closest(TOOLS);
    const mouseOnStep = event.pointerType === "mouse" && event.button === 0 && event.target.closest(STEPS);
    if (tools || mouseOnStep || event.button === 2) return;
    down.set(event.pointerId, event);
    moved = false;
  }, { signal });

  canvas.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const other = [...down.values()].find((pointer) => pointer.pointerId !== event.pointerId);
    if (canvas.drag.image) {
      moved = false;
    } else if (other) {
      moved = true;
      pinch(canvas, before, event, other);
    } else {
      const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
      if (!moved && Math.hypot(dx, dy) < SLACK) return;
      if (!moved) grab(canvas, event.pointerId);
      moved = true;
      canvas.pan(dx, dy);
    }
    down.set(event.pointerId, event);
  }, { signal });

  const up = (event) => {
    down.delete(event.pointerId);
    if (!down.size) canvas.classList.remove("panning");
  };
  canvas.addEventListener("pointerup", up, { signal });
  canvas.addEventListener("pointercancel", up, { signal });

  document.addEventListener("keydown", () => { moved = false; }, { capture: true, signal }); // a finger's drag ends without a click
  canvas.addEventListener("click", (event) => {
    if (!moved) return;
    moved = false;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true, signal });
}

function grab(canvas, pointerId) {
  canvas.setPointerCapture(pointerId);
  canvas.classList.add("panning");
}

/* What was between the two fingers stays between them: the canvas goes with their middle, and grows as they part. */
function pinch(canvas, before, now, other) {
  const at = canvas.getBoundingClientRect();
  const was = Math.hypot(before.clientX - other.clientX, before.clientY - other.clientY) || 1;
  const is = Math.hypot(now.clientX - other.clientX, now.clientY - other.clientY);
  canvas.pan((now.clientX - before.clientX) / 2, (now.clientY - before.clientY) / 2);
  const [px, py] = [(now.clientX + other.clientX) / 2, (now.clientY + other.clientY) / 2];
  canvas.zoomAt((canvas.state.k * is) / was, px - at.left, py - at.top);
}
