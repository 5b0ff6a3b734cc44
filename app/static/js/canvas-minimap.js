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

  /* How large the map is, once: no frame asks for it again. */
  measure() {
    const { width = 0, height = 0 } = this.svg?.getBoundingClientRect() ?? {};
    this.size = { width, height };
  }

  draw() {
    const { svg, size, canvas } = this;
    if (!svg || !size?.width) return;
    const { state: { x, y, k }, size: window } = canvas;
    const { x: left, y: top, width, height } = svg.viewBox.baseVal;
    const zoom = Math.min(size.width / width, size.height / height);
    const [x0, y0] = [(size.width - width * zoom) / 2 - left * zoom, (size.height - height * zoom) / 2 - top * zoom];
    const clip = (value, most) => Math.min(Math.max(value, 0), most);
    const [fromX, fromY] = [clip(x0 - (x / k) * zoom, size.width - LEAST), clip(y0 - (y / k) * zoom, size.height - LEAST)];
    const [toX, toY] = [clip(x0 + ((window.width - x) / k) * zoom, size.width), clip(y0 + ((window.height - y) / k) * zoom, size.height)];
    const { style } = canvas.querySelector("[data-frame]");
    style.transform = `translate(${fromX}px, ${fromY}px)`;
    style.width = `${Math.max(LEAST, toX - fromX)}px`;
    style.height = `${Math.max(LEAST, toY - fromY)}px`;
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
