/* Drags a step, or all that are chosen, onto a plus: those it may go to light up. Esc lets it be; at the edges the canvas
 * comes along. A finger pans, and drags the step that it was held on; lifted on the spot it has chosen that step. */
import { acts } from "./canvas-acts.js";

const SLACK = 6;
const REACH = 80; // pixels of the screen from which a plus draws the step
const EDGE = 48;
const PACE = 14; // pixels a frame at the very edge
const HOLD_MS = 400;
const BESIDE = { mouse: [12, 12], touch: [-24, -88] }; // where the image hangs: a finger would hide what is under it

export class Drag {
  constructor(canvas, signal) {
    this.canvas = canvas;
    canvas.addEventListener("pointerdown", (event) => this.press(event), { signal });
    canvas.addEventListener("dragstart", (event) => event.preventDefault(), { signal });
    canvas.addEventListener("contextmenu", (event) => this.held && this.isTouch && event.preventDefault(), { signal });
    document.addEventListener("pointermove", (event) => this.pointed(event), { signal });
    document.addEventListener("pointerup", (event) => this.isHeldBy(event) && this.drop(), { signal });
    document.addEventListener("pointercancel", (event) => this.isHeldBy(event) && this.stop(), { signal });
    document.addEventListener("keydown", (event) => this.escaped(event), { capture: true, signal });
    canvas.addEventListener("click", (event) => this.clicked(event), { capture: true, signal });
  }

  press(event) {
    this.wasDrag = false;
    if (this.held) this.stop(); // a second finger: that is a pinch
    const step = event.target.closest(".world [data-remove]");
    const isPlain = event.isPrimary && event.button === 0 && !event.shiftKey && !event.ctrlKey && !event.metaKey;
    if (!step || !isPlain || !this.canvas.run.bar) return;
    this.held = { step, pointerId: event.pointerId, x: event.clientX, y: event.clientY };
    this.at = { x: event.clientX, y: event.clientY };
    this.isTouch = event.pointerType !== "mouse";
    if (this.isTouch) this.hold = setTimeout(() => this.start(), HOLD_MS);
  }

  isHeldBy({ pointerId }) {
    return pointerId === this.held?.pointerId;
  }

  pointed(event) {
    if (!this.isHeldBy(event)) return;
    this.at = { x: event.clientX, y: event.clientY };
    const isAway = Math.hypot(this.at.x - this.held.x, this.at.y - this.held.y) >= SLACK;
    if (isAway && !this.image && this.isTouch) this.stop(); // not held long enough: it pans
    else if (isAway && !this.image) this.start();
    if (!this.image) return;
    this.hasMoved ||= isAway;
    this.follow();
  }

  start() {
    const { canvas, held } = this;
    this.steps = canvas.run.about(held.step);
    const own = new Set(this.steps.flatMap((step) => this.under(step)));
    this.pluses = [...canvas.world.querySelectorAll(".plus")].filter((plus) => !own.has(plus.dataset.spot.split(":")[1]));
    for (const plus of this.pluses) plus.classList.add("open");
    for (const step of this.steps) step.classList.add("lifted");
    this.image = this.picture(held.step);
    this.hasMoved = false;
    if (this.isTouch) navigator.vibrate?.(10);
    canvas.classList.add("dragging");
    canvas.setPointerCapture(held.pointerId);
    this.wasDrag = true;
    this.follow();
    this.roll();
  }

  /* The ids of a step and of all under it: what stands behind it and is deeper. */
  under(step) {
    const { items } = this.canvas.selection;
    const found = [step];
    for (let at = items.indexOf(step) + 1; items[at] && +items[at].ariaLevel > +step.ariaLevel; at += 1) found.push(items[at]);
    return found.map((one) => one.id.slice("step-".length));
  }

  picture(step) {
    const image = step.cloneNode(true);
    for (const one of [image, ...image.querySelectorAll("[id]")]) one.removeAttribute("id");
    for (const name of ["role", "tabindex", "aria-selected", "aria-checked"]) image.removeAttribute(name);
    image.setAttribute("aria-hidden", "true");
    image.classList.add("dragged");
    if (this.steps.length > 1) image.dataset.many = this.steps.length;
    this.canvas.append(image);
    return image;
  }

  follow() {
    const { canvas, image, at } = this;
    const { k } = canvas.state;
    const view = canvas.getBoundingClientRect();
    image.style.scale = k;
    const [right, down] = this.isTouch ? BESIDE.touch : BESIDE.mouse;
    image.style.translate = `${at.x - view.left + right}px ${at.y - view.top + down}px`;
    this.aim(at.x - view.left, at.y - view.top);
  }

  aim(x, y) {
    const { state } = this.canvas;
    const far = ({ style }) => Math.hypot(
      state.x + parseFloat(style.getPropertyValue("--x")) * state.k - x,
      state.y + parseFloat(style.getPropertyValue("--y")) * state.k - y,
    );
    let [nearest, reach] = [null, REACH];
    for (const plus of this.pluses) {
      const distance = far(plus);
      if (distance < reach) [nearest, reach] = [plus, distance];
    }
    if (nearest === this.target) return;
    this.target?.classList.remove("target");
    nearest?.classList.add("target");
    this.target = nearest;
  }

  /* Near an edge the canvas moves, faster the nearer. */
  roll() {
    if (!this.image) return;
    const view = this.canvas.getBoundingClientRect();
    const push = (at, start, end) => (Math.max(0, start + EDGE - at) - Math.max(0, at - end + EDGE)) / EDGE;
    const dx = push(this.at.x, view.left, view.right) * PACE;
    const dy = push(this.at.y, view.top, view.bottom) * PACE;
    if (dx || dy) {
      this.canvas.pan(dx, dy);
      this.follow();
    }
    requestAnimationFrame(() => this.roll());
  }

  drop() {
    const { canvas, held, steps, target, image, isTouch, hasMoved } = this;
    this.stop();
    if (!image) return;
    if (isTouch && !hasMoved) canvas.run.reach(held.step);
    else if (target) acts.move(steps, target.dataset.spot);
  }

  stop() {
    clearTimeout(this.hold);
    this.image?.remove();
    for (const one of this.canvas.querySelectorAll(".plus.open, .plus.target, .lifted")) one.classList.remove("open", "target", "lifted");
    this.canvas.classList.remove("dragging");
    this.held = this.image = this.target = null;
  }

  escaped(event) {
    if (!this.image) this.wasDrag = false; // a finger's drag ends without a click
    if (event.key !== "Escape" || !this.image) return;
    event.preventDefault();
    event.stopPropagation();
    this.stop();
  }

  /* The click at the end of a drag is none. */
  clicked(event) {
    if (!this.wasDrag) return;
    this.wasDrag = false;
    event.preventDefault();
    event.stopPropagation();
  }
}
