/* Drags a step, or all that are chosen, onto a plus: those it may go to light up. Esc lets it be; at the edges the canvas
 * comes along. With a finger one pans; there the menu moves steps. */
import { acts } from "./canvas-acts.js";

const SLACK = 6;
const REACH = 80; // pixels of the screen from which a plus draws the step
const EDGE = 48;
const PACE = 14; // pixels a frame at the very edge

export class Drag {
  constructor(canvas, signal) {
    this.canvas = canvas;
    canvas.addEventListener("pointerdown", (event) => this.press(event), { signal });
    canvas.addEventListener("dragstart", (event) => event.preventDefault(), { signal });
    document.addEventListener("pointermove", (event) => this.pointed(event), { signal });
    document.addEventListener("pointerup", () => this.drop(), { signal });
    document.addEventListener("pointercancel", () => this.stop(), { signal });
    document.addEventListener("keydown", (event) => this.escaped(event), { capture: true, signal });
    canvas.addEventListener("click", (event) => this.clicked(event), { capture: true, signal });
  }

  press(event) {
    this.wasDrag = false;
    const step = event.target.closest(".world [data-remove]");
    const isPlain = event.pointerType === "mouse" && event.button === 0 && !event.shiftKey && !event.ctrlKey && !event.metaKey;
    if (step && isPlain && this.canvas.run.bar) this.held = { step, pointerId: event.pointerId, x: event.clientX, y: event.clientY };
  }

  pointed(event) {
    if (!this.held) return;
    this.at = { x: event.clientX, y: event.clientY };
    if (!this.image && Math.hypot(this.at.x - this.held.x, this.at.y - this.held.y) >= SLACK) this.start();
    if (this.image) this.follow();
  }

  start() {
    const { canvas, held } = this;
    this.steps = canvas.run.about(held.step);
    const own = new Set(this.steps.flatMap((step) => this.under(step)));
    this.pluses = [...canvas.world.querySelectorAll(".plus")].filter((plus) => !own.has(plus.dataset.spot.split(":")[1]));
    for (const plus of this.pluses) plus.classList.add("open");
    for (const step of this.steps) step.classList.add("lifted");
    this.image = this.picture(held.step);
    canvas.classList.add("dragging");
    canvas.setPointerCapture(held.pointerId);
    this.wasDrag = true;
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
    image.style.translate = `${at.x - view.left + 12}px ${at.y - view.top + 12}px`;
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
    const { steps, target, image } = this;
    this.stop();
    if (image && target) acts.move(steps, target.dataset.spot);
  }

  stop() {
    this.image?.remove();
    for (const one of this.canvas.querySelectorAll(".plus.open, .plus.target, .lifted")) one.classList.remove("open", "target", "lifted");
    this.canvas.classList.remove("dragging");
    this.held = this.image = this.target = null;
  }

  escaped(event) {
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
