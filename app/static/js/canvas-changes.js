/* <canvas-changes>: what an edit has changed of the canvas, put in place; then it is done.
 *
 * Each edit says which revision the page shows, so that the server can answer with the difference from there.
 */
const BEGINNING = /^M(\S+) (-?[\d.]+)/; // of a connector
const NEAR = 100; // pixels of the screen around the window in which things are seen to glide

customElements.define("canvas-changes", class extends HTMLElement {
  connectedCallback() {
    this.isNear = document.querySelector("flow-canvas").details.around(NEAR);
    const { gone, shifts, attributes, paths, order } = JSON.parse(this.part("values").content.textContent);
    const focused = document.activeElement?.id;
    for (const id of gone) document.getElementById(id)?.remove();
    this.put("steps", this.world.querySelector(".steps"));
    this.put("around", this.world);
    this.putLane();
    for (const [dx, dy, ids] of shifts) for (const id of ids.split(" ")) this.shift(document.getElementById(id), dx, dy);
    for (const [id, changed] of Object.entries(attributes)) this.change(document.getElementById(id), changed);
    for (const [id, path] of Object.entries(paths)) this.draw(id, path);
    if (order) this.arrange(order);
    Object.assign(this.world.dataset, this.dataset);
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
    this.replaceChildren();
  }

  get world() {
    return document.getElementById("world");
  }

  part(name) {
    return this.querySelector(`template[data-${name}]`);
  }

  put(name, into) {
    for (const fresh of [...this.part(name).content.children]) {
      const known = document.getElementById(fresh.id);
      if (known) known.replaceWith(fresh);
      else into.append(fresh);
    }
  }

  putLane() {
    const lane = this.part("lane");
    if (!lane) return;
    document.getElementById("lane")?.remove();
    this.world.prepend(lane.content);
  }

  shift(element, dx, dy) {
    if (element instanceof SVGElement) {
      const moved = (_all, x, y) => `M${+x + dx} ${+y + dy}`;
      element.setAttribute("d", element.getAttribute("d").replace(BEGINNING, moved));
    } else {
      for (const [axis, by] of [["x", dx], ["y", dy]]) {
        element.style.setProperty(`--${axis}`, `${parseFloat(element.style.getPropertyValue(`--${axis}`)) + by}px`);
        if (axis in element.dataset) element.dataset[axis] = +element.dataset[axis] + by;
      }
    }
    this.glide(element, dx, dy);
  }

  /* From where it stood; only what can be seen, for of 500 steps all may move. */
  glide(element, dx, dy) {
    const [x, y] = element instanceof SVGElement
      ? BEGINNING.exec(element.getAttribute("d")).slice(1).map(Number)
      : ["--x", "--y"].map((axis) => parseFloat(element.style.getPropertyValue(axis)));
    if (!this.isNear(x, y) && !this.isNear(x - dx, y - dy)) return;
    const motion = getComputedStyle(document.documentElement);
    const [duration, easing] = [parseFloat(motion.getPropertyValue("--d-3")), motion.getPropertyValue("--ease")];
    element.animate([{ translate: `${-dx}px ${-dy}px` }, { translate: "none" }], { duration, easing });
  }

  change(element, changed) {
    for (const [name, value] of Object.entries(changed)) {
      if (value === null) element.removeAttribute(name);
      else element.setAttribute(name, value);
    }
  }

  draw(id, path) {
    let line = document.getElementById(id);
    if (!line) {
      line = document.createElementNS("http://www.w3.org/2000/svg", "path");
      line.id = id;
      this.world.querySelector(":scope > svg").append(line);
    }
    line.setAttribute("d", path);
  }

  /* Steps stand in the markup as they are read; what is in its place already is not touched, it may have the focus. */
  arrange(order) {
    const steps = this.world.querySelector(".steps");
    let at = steps.firstElementChild;
    for (const id of order) {
      const step = document.getElementById(`step-${id}`);
      if (step === at) at = at.nextElementSibling;
      else steps.insertBefore(step, at);
    }
  }
});

document.addEventListener("htmx:config:request", ({ detail }) => {
  const world = document.getElementById("world");
  if (world) detail.ctx.request.headers["X-Canvas"] = world.dataset.revision;
});
