/* Which step has the focus (one tab stop for all of them) and which one is open in the drawer. */
export class Selection {
  constructor(canvas, signal) {
    this.canvas = canvas;
    canvas.addEventListener("click", (event) => this.clicked(event), { signal });
    canvas.addEventListener("focusin", (event) => this.makeTabStop(event.target.closest("[role=treeitem]")), { signal });
    document.addEventListener("click", (event) => this.clickedBeside(event), { signal });
    // An edit has morphed the steps: the drawer says which one is open now, which may be new.
    document.addEventListener("step-opened", (event) => this.opened(event.detail.id ?? event.detail.value), { signal });
    document.addEventListener("step-closed", () => this.mark(null), { signal });
  }

  /* The steps on the canvas, or the list laid over it. */
  get tree() {
    return this.canvas.isList ? this.canvas.outline.list : this.canvas.world;
  }

  get items() {
    return [...this.tree.querySelectorAll("[role=treeitem]")];
  }

  get chosen() {
    return this.tree.querySelector("[role=treeitem][aria-selected=true]");
  }

  get focused() {
    return document.activeElement?.closest?.("[role=treeitem]");
  }

  find(id) {
    return id ? document.getElementById(`${this.canvas.isList ? "line" : "step"}-${id}`) : null;
  }

  clicked(event) {
    const step = event.target.closest("[role=treeitem]");
    if (!step || event.ctrlKey || event.metaKey || event.target.closest("[data-spot]")) return;
    event.preventDefault();
    if (event.shiftKey) this.canvas.run.reach(step);
    else if (this.canvas.drag.isTouch && this.canvas.run.steps.length) this.canvas.run.toggle(step);
    else this.open(step);
  }

  /* Links beside the canvas: "Previous" and "Next" go to a step, the drawer's cross closes it. */
  clickedBeside(event) {
    const link = event.target.closest("[data-go], [data-close-step]");
    if (!link || event.ctrlKey || event.metaKey) return;
    const step = this.find(link.dataset.go);
    if (step) this.open(step);
    else if ("closeStep" in link.dataset) this.shut(link.href);
    else return;
    event.preventDefault();
  }

  /* Fetch the step's form into the drawer; the address remembers it for a reload. */
  open(step) {
    if (!step.dataset.href) {
      step.querySelector("[data-spot]")?.click(); // a branch in the list: it has no form, but takes a step
      return;
    }
    this.focus(step);
    this.mark(step);
    history.replaceState(history.state, "", step.querySelector("a").href);
    htmx.ajax("GET", step.dataset.href, { target: "#step", swap: "outerHTML" });
  }

  opened(id) {
    const step = this.find(id);
    this.mark(step);
    if (step) this.canvas.reveal(step);
  }

  close() {
    document.querySelector("#step [data-close-step]")?.click();
  }

  shut(page) {
    const drawer = document.getElementById("step");
    drawer.replaceChildren();
    drawer.hidden = true;
    history.replaceState(history.state, "", page);
    const { chosen } = this;
    this.mark(null);
    chosen?.focus({ preventScroll: true });
  }

  mark(step) {
    if (this.chosen !== step) this.chosen?.setAttribute("aria-selected", false);
    step?.setAttribute("aria-selected", true);
    if (step) this.makeTabStop(step);
  }

  makeTabStop(step) {
    if (!step || step.tabIndex === 0) return;
    for (const one of this.tree.querySelectorAll("[role=treeitem][tabindex='0']")) one.tabIndex = -1;
    step.tabIndex = 0;
  }

  focus(step) {
    if (!step) return;
    this.makeTabStop(step);
    step.focus({ preventScroll: true });
    this.canvas.reveal(step);
  }
}
