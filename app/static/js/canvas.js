/* <flow-canvas>: pans, zooms, fits and fills the screen over steps that the server has placed.
 *
 * Its state is { x, y, k }. What is written per frame are transforms, of [data-pane] (which the server never swaps: #world
 * inside it is morphed by each edit and keeps its place), of the dots, and of the map's frame; nothing is read but what
 * the page knows already. Wheel pans, Ctrl or Cmd with the wheel and the trackpad's pinch zoom at the pointer, two
 * fingers pinch, dragging empty canvas pans.
 */
import { Details, PLAIN } from "./canvas-details.js";
import { Drag } from "./canvas-drag.js";
import { keyPressed } from "./canvas-keys.js";
import { Minimap } from "./canvas-minimap.js";
import { Outline } from "./canvas-outline.js";
import { followPointers } from "./canvas-pointers.js";
import { Run } from "./canvas-run.js";
import { Selection } from "./canvas-selection.js";

const LEAST = 0.2; // less only where all of a sequence needs it
const MOST = 1.6;
const DETAIL = [[PLAIN, "map"], [0.55, "far"], [0.8, "mid"], [Infinity, "near"]];
const DOTS = { apart: 24, least: 0.7 }; // they stand closer or wider than that only within an octave
const MARGIN = { top: 24, right: 24, bottom: 84, left: 24 }; // the floating tools stand at the bottom
const PADDING = 40; // around everything, in the steps' own pixels
const GAP = 12; // between a step and the map
const SETTLED_MS = 120;

const within = (value, least, most) => Math.min(most, Math.max(least, value));

export class FlowCanvas extends HTMLElement {
  connectedCallback() {
    this.pane = this.querySelector("[data-pane]");
    this.ground = this.querySelector("[data-ground]");
    this.dots = this.querySelector("[data-dots]");
    this.zoomed = this.querySelector("[data-zoomed]");
    this.state = { x: 0, y: 0, k: 1 };
    this.measure();
    this.quit = new AbortController();
    const { signal } = this.quit;
    this.details = new Details(this);
    this.map = new Minimap(this, signal);
    this.selection = new Selection(this, signal);
    this.run = new Run(this, signal);
    this.drag = new Drag(this, signal);
    this.outline = new Outline(this, signal);
    this.addEventListener("wheel", (event) => this.wheel(event), { passive: false, signal });
    this.addEventListener("click", (event) => this.command(event.target.closest("[data-canvas]")?.dataset.canvas), { signal });
    this.addEventListener("keydown", (event) => keyPressed(this, event), { signal });
    followPointers(this, signal);
    this.pane.addEventListener("transitionend", ({ target }) => target === this.pane && this.arrive(), { signal });
    this.resized = new ResizeObserver(() => this.resize());
    this.resized.observe(this);
    // Each edit says a new revision once it is in place, whether it was drawn, moved or morphed.
    this.layGround();
    this.edits = new MutationObserver(() => this.edited());
    this.edits.observe(this.pane, { subtree: true, attributeFilter: ["data-revision"] });
    this.start();
  }

  disconnectedCallback() {
    this.quit.abort();
    this.resized.disconnect();
    this.edits.disconnect();
  }

  /* Kept, for a frame reads nothing that would have the page laid out. */
  measure() {
    this.size = { width: this.clientWidth, height: this.clientHeight };
  }

  resize() {
    this.measure();
    this.map.measure();
    this.draw();
    this.details.look({ all: true });
  }

  /* The map comes with the answer too, maybe a little later. */
  edited() {
    this.details.reread();
    this.layGround();
    this.thinLines();
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  /* A box under all others. Where fingers and the wheel are handled here, the browser joins the places of all boxes of a
   * layer, each frame; inside one that covers them they cost nothing. Of 500 steps that was 80 ms. */
  layGround() {
    const { left, top, width, height } = this.bounds;
    Object.assign(this.ground.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  }

  get world() {
    return this.pane.firstElementChild;
  }

  /* The steps are shown as a list, over the canvas. */
  get isList() {
    return this.outline?.isShown ?? false;
  }

  /* Left, top, width and height of all steps, as the server says after each edit. */
  get bounds() {
    const { left, top, width, height } = this.world.dataset;
    return { left: left - PADDING, top: top - PADDING, width: +width + 2 * PADDING, height: +height + 2 * PADDING };
  }

  /* Where one was, else everything if it can be read, else the trigger near the top. */
  start() {
    const left = JSON.parse(sessionStorage.getItem(this.memory) ?? "null");
    const chosen = this.selection.chosen;
    if (left) {
      const { x, y, k, width } = left;
      this.move({ x: x + (this.clientWidth - width) / 2, y, k }); // what was in the middle of a phone is so on a desktop
      if (chosen) this.reveal(chosen);
      else if (!this.selection.items.some((step) => this.isInSight(step))) this.begin();
    } else if (chosen) {
      this.centre(chosen);
    } else {
      this.begin();
    }
    this.settle();
  }

  begin() {
    this.fit(false);
    if (this.state.k < 0.7) this.centre(this.world.querySelector("[data-k=trigger]"), 0.85, 0.16);
  }

  isInSight(step) {
    const { left, top, width, height } = this.placeOf(step);
    return left + width > 0 && left < this.clientWidth && top + height > 0 && top < this.clientHeight;
  }

  get memory() {
    return `canvas ${location.pathname}`;
  }

  // ------------------------------------------------------------------ from state to screen

  move(to, glide = false) {
    Object.assign(this.state, to);
    this.pane.classList.toggle("glide", glide);
    this.classList.add("moving"); // a layer of its own during the gesture; afterwards text is drawn sharp again
    this.frame ??= requestAnimationFrame(() => this.draw());
    clearTimeout(this.rest);
    if (glide) this.rest = setTimeout(() => this.settle(), 0);
  }

  draw() {
    this.frame = undefined;
    const { x, y, k } = this.state;
    this.pane.style.transform = `translate(${x}px, ${y}px) scale(${k})`;
    this.drawDots();
    this.sayZoom();
    this.map.draw();
    this.details.look();
    if (this.classList.contains("moving") && !this.pane.classList.contains("glide")) this.restSoon();
  }

  /* From the frame on, not from what asked for it: frames of a slow machine may be further apart than that. */
  restSoon() {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.settle(), SETTLED_MS);
  }

  sayZoom() {
    const said = `${Math.round(this.state.k * 100)} %`;
    if (said !== this.zoomed.textContent) this.zoomed.textContent = said;
  }

  /* The grid lies under the steps at a power of two of their zoom: it moves with them and is never painted anew. */
  drawDots() {
    const { x, y, k } = this.state;
    const zoom = k * 2 ** Math.max(0, Math.ceil(Math.log2(DOTS.least / k)));
    const apart = DOTS.apart * zoom;
    const from = (at) => (at % apart) - apart;
    this.dots.style.transform = `translate(${from(x)}px, ${from(y)}px) scale(${zoom})`;
  }

  /* The level of detail changes between gestures, never in one: it restyles every step. */
  settle() {
    const { k } = this.state;
    clearTimeout(this.rest); // one that came later would remember this place with another width
    this.classList.remove("moving");
    this.dataset.lod = DETAIL.find(([below]) => k < below)[1];
    this.thinLines();
    this.details.look({ all: true, keep: this.pane.classList.contains("glide") });
    sessionStorage.setItem(this.memory, JSON.stringify({ ...this.state, width: this.clientWidth }));
  }

  /* Seen from far away lines keep their width. */
  thinLines() {
    this.world.querySelector(":scope > svg").style.setProperty("--k", this.state.k);
  }

  /* What glided is there: what was to be seen on the way is far off now. */
  arrive() {
    this.pane.classList.remove("glide");
    this.settle();
  }

  // ------------------------------------------------------------------ moves

  pan(dx, dy, glide = false) {
    this.move({ x: this.state.x + dx, y: this.state.y + dy }, glide);
  }

  zoomAt(k, px, py, glide = false) {
    const { x, y, k: before } = this.state;
    k = within(k, Math.min(LEAST, this.whole), MOST);
    this.move({ k, x: px - ((px - x) * k) / before, y: py - ((py - y) * k) / before }, glide);
  }

  zoomBy(factor) {
    this.zoomAt(this.state.k * factor, this.clientWidth / 2, this.clientHeight / 2, true);
  }

  /* Width and height that everything has to fit into. */
  get room() {
    const { width, height } = this.size;
    return { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
  }

  /* The zoom at which everything fits. */
  get whole() {
    const { room, bounds } = this;
    return Math.min(room.width / bounds.width, room.height / bounds.height, 1);
  }

  fit(glide = true) {
    const { room, bounds: { left, top, width, height }, whole: k } = this;
    this.move({
      k,
      x: MARGIN.left + (room.width - width * k) / 2 - left * k,
      y: MARGIN.top + Math.max(0, (room.height - height * k) / 2) - top * k,
    }, glide);
  }

  /* Pans only as far as the step needs to be seen. */
  reveal(step) {
    if (this.isList) {
      step.scrollIntoView({ block: "nearest" });
      return;
    }
    if (this.frame) this.draw();
    const at = this.placeOf(step);
    const off = (start, size, whole) => Math.max(48 - start, 0) + Math.min(whole - 48 - start - size, 0);
    const dx = off(at.left, at.width, this.clientWidth);
    const dy = off(at.top, at.height, this.clientHeight - MARGIN.bottom / 2);
    const up = this.underMap({ ...at, left: at.left + dx, top: at.top + dy });
    if (dx || dy || up) this.pan(dx, dy - up, true);
  }

  /* How far what is at a place would have to go up to be clear of the map in the corner. */
  underMap({ left, top, width, height }) {
    const corner = this.querySelector("[data-map]")?.getBoundingClientRect();
    if (!corner?.width) return 0;
    const here = this.getBoundingClientRect();
    const beside = left + width < corner.left - here.left || left > corner.right - here.left;
    return beside ? 0 : Math.max(0, top + height + GAP - (corner.top - here.top));
  }

  centre(step, k = this.state.k, high = 0.42) {
    const { x, y } = step.dataset;
    this.move({ k, x: this.clientWidth / 2 - x * k, y: this.clientHeight * high - y * k });
  }

  /* Where a step stands now, in pixels of the canvas, whatever transition is running. */
  placeOf(step) {
    const { x, y, k } = this.state;
    const [width, height] = [step.offsetWidth * k, step.offsetHeight * k];
    return { left: x + step.dataset.x * k - width / 2, top: y + step.dataset.y * k, width, height };
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.closest("[data-full-screen]").requestFullscreen();
  }

  // ------------------------------------------------------------------ commands

  command(name) {
    const commands = {
      "zoom-in": () => this.zoomBy(1.25),
      "zoom-out": () => this.zoomBy(0.8),
      fit: () => this.fit(),
      full: () => this.fullScreen(),
      outline: () => this.outline.toggle(),
    };
    commands[name]?.();
  }

  wheel(event) {
    if (event.target.closest("[data-list]")) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    if (event.ctrlKey || event.metaKey) {
      const at = this.getBoundingClientRect();
      this.zoomAt(this.state.k * Math.exp(-within(dy, -60, 60) * 0.008), event.clientX - at.left, event.clientY - at.top);
    } else if (event.shiftKey && !dx) {
      this.pan(-dy, 0);
    } else {
      this.pan(-dx, -dy);
    }
  }
}

customElements.define("flow-canvas", FlowCanvas);
