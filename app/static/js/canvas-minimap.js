/* The whole sequence in a corner, with a frame around what is on the screen. Click or drag there to go there. */
const LEAST = 8; // the frame never shrinks to nothing

export class Minimap {
  constructor(canvas, signal) {
    this.canvas = canvas;
    canvas.addEventListener("pointerdown", (event) => this.grab(event), { signal });
  }

  /* Asked for anew each time: an edit swaps the map. */
  get svg() {
    return this.canvas.querySelector("[data-map] svg");
  }

  draw() {
    const { svg, canvas } = this;
    if (!svg) return;
    const { x, y, k } = canvas.state;
    const { x: left, y: top, width, height } = svg.viewBox.baseVal;
    const clip = (value, start, size) => Math.min(Math.max(value, start), start + size);
    const x0 = clip(-x / k, left, width - LEAST);
    const y0 = clip(-y / k, top, height - LEAST);
    const frame = svg.querySelector("[data-frame]");
    frame.setAttribute("x", x0);
    frame.setAttribute("y", y0);
    frame.setAttribute("width", Math.max(LEAST, clip((canvas.clientWidth - x) / k, left, width) - x0));
    frame.setAttribute("height", Math.max(LEAST, clip((canvas.clientHeight - y) / k, top, height) - y0));
  }

  grab(event) {
    const map = event.target.closest("[data-map]");
    if (!map) return;
    map.setPointerCapture(event.pointerId);
    map.onpointermove = (moved) => this.goTo(moved);
    map.onpointerup = () => { map.onpointermove = null; };
    this.goTo(event);
  }

  goTo(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    const { k } = this.canvas.state;
    this.canvas.move({ x: this.canvas.clientWidth / 2 - at.x * k, y: this.canvas.clientHeight / 2 - at.y * k });
  }
}
