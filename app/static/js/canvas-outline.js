/* The sequence as a list over the canvas: same selection, same drawer, same keys. The server draws it, anew after each edit. */
const MEMORY = "canvas outline";

export class Outline {
  constructor(canvas, signal) {
    this.canvas = canvas;
    this.frame = canvas.querySelector("[data-list]");
    this.href = this.list.dataset.href;
    for (const name of ["step-opened", "step-closed", "step-saved"]) document.addEventListener(name, () => this.isShown && this.fetch(), { signal });
    if (sessionStorage.getItem(MEMORY)) this.toggle();
  }

  get list() {
    return this.frame.querySelector("#outline");
  }

  get isShown() {
    return !this.frame.hidden;
  }

  async toggle() {
    this.frame.hidden = !this.frame.hidden;
    this.canvas.pane.inert = this.isShown;
    this.canvas.querySelector("[data-canvas=outline]").setAttribute("aria-pressed", this.isShown);
    if (this.isShown) sessionStorage.setItem(MEMORY, "1");
    else sessionStorage.removeItem(MEMORY);
    if (this.isShown) await this.fetch();
    this.canvas.run.clear();
  }

  /* The line that had the focus has it again; where it is gone, its neighbour. */
  async fetch() {
    const focused = this.frame.contains(document.activeElement) ? document.activeElement.id : null;
    const chosen = document.querySelector("#step:not([hidden])")?.dataset.step ?? "";
    await htmx.ajax("GET", `${this.href}?step=${encodeURIComponent(chosen)}`, { target: "#outline", swap: "outerHTML" });
    const { landed } = this.canvas.run;
    if (focused) (document.getElementById(focused) ?? document.getElementById(landed))?.focus({ preventScroll: true });
  }
}
