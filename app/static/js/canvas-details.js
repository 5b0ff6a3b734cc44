/* Fills in what can be seen near the window: icons, counts, words large enough to read. All else is a plain box, with its
 * words for those who search and listen, so that a canvas of 500 steps moves like one of 25.
 */
export const PLAIN = 0.35; // below this zoom nothing could be read: steps are coloured boxes

const AHEAD = 240; // pixels of the screen around the window that are filled in …
const BEHIND = 900; // … and beyond which all is plain again
const REACH = 300; // no step is wider, in its own pixels
const A_FRAME = 8; // so many are filled in a frame while the canvas moves; at rest all at once

let known = {}; // by figure, the number of each step

/* In full up to 9,999, then in thousands. */
const brief = (number) => new Intl.NumberFormat(document.documentElement.lang, {
  notation: number < 10_000 ? "standard" : "compact",
}).format(number);

export class Details {
  constructor(canvas) {
    this.canvas = canvas;
    const parts = canvas.querySelector("[data-details]").content;
    this.part = (name) => parts.querySelector(`[data-filled="${name}"]`).cloneNode(true);
    this.near = new Set();
    this.read();
  }

  /* Where everything stands that has details. */
  read() {
    const at = ({ style }, axis) => parseFloat(style.getPropertyValue(axis));
    this.drawn = [...this.canvas.world.querySelectorAll(".node, .pill, .branch")]
      .map((element) => ({ element, x: at(element, "--x"), y: at(element, "--y") }));
  }

  /* A morph leaves nothing of what was filled in, and an edit draws anew. */
  reread() {
    this.read();
    for (const element of this.near) this.empty(element);
    this.look({ all: true });
  }

  /* Fill in what is near the window: some of it, or all. `keep`: what is far off now is still to be seen for a moment. */
  look({ all = false, keep = false } = {}) {
    const { state: { k }, dataset: { lod } } = this.canvas;
    if (!all && (k < PLAIN || lod === "map")) return; // as it will be when it rests
    const [ahead, behind] = [this.around(AHEAD), this.around(BEHIND)];
    let left = all ? Infinity : A_FRAME;
    for (const { element, x, y } of this.drawn) {
      const isNear = this.near.has(element);
      if (!isNear && left && ahead(x, y)) {
        this.fill(element);
        left -= 1;
      } else if (isNear && !keep && !behind(x, y)) {
        this.empty(element);
      }
    }
  }

  /* Whether a place is no further than so many pixels of the screen from the window. */
  around(margin) {
    const { state: { x, y, k }, size: { width, height }, dataset: { lod } } = this.canvas;
    if (lod === "map") return () => false;
    const beyond = margin / k;
    const [left, right] = [-x / k - beyond - REACH, (width - x) / k + beyond];
    const [top, bottom] = [-y / k - beyond, (height - y) / k + beyond];
    return (px, py) => px > left && px < right && py > top && py < bottom;
  }

  fill(element) {
    this.near.add(element);
    element.classList.add("near");
    if (element.matches(".node")) {
      const head = this.part("head");
      head.append(this.icon(element));
      element.prepend(head);
      element.append(this.part(element.id === "step-trigger" ? "foot-of-trigger" : "foot"));
    } else {
      if (element.dataset.i) element.prepend(this.icon(element));
      if (element.matches(".branch")) element.append(this.part("went"));
    }
    this.count(element);
  }

  empty(element) {
    this.near.delete(element);
    element.classList.remove("near");
    for (const part of element.querySelectorAll(":scope > [data-filled]")) part.remove();
  }

  icon(element) {
    const icon = this.part("icon");
    const use = icon.firstElementChild;
    use.setAttribute("href", use.getAttribute("href") + element.dataset.i);
    return icon;
  }

  /* ------------------------------------------------------------------ figures */

  recount() {
    for (const element of this.near) this.count(element);
  }

  count(element) {
    const id = element.id.slice(element.id.indexOf("-") + 1);
    for (const place of element.querySelectorAll("[data-count]")) {
      const number = known[place.dataset.count]?.[id];
      place.textContent = number ? brief(number) : place.dataset.none;
      place.closest("span")?.classList.toggle("some", Boolean(number));
    }
  }
}

/* <flow-counts>: who stands where, fetched anew every now and then. What has not changed is not told again. */
customElements.define("flow-counts", class extends HTMLElement {
  connectedCallback() {
    if ("whole" in this.dataset) known = {};
    const told = JSON.parse(this.querySelector("[data-values]").content.textContent);
    for (const [what, numbers] of Object.entries(told)) known[what] = { ...known[what], ...numbers };
    document.querySelector("flow-canvas")?.details?.recount();
  }
});
