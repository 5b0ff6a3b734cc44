/* <check-panel>: what the check has found. Leads to the steps, marks them on the canvas, and says which one is open. */
customElements.define("check-panel", class extends HTMLElement {
  connectedCallback() {
    this.quit = new AbortController();
    const { signal } = this.quit;
    this.watcher = new MutationObserver(() => this.mark());
    this.watcher.observe(this, { childList: true, subtree: true });
    document.addEventListener("click", (event) => this.clicked(event), { signal, capture: true });
    document.addEventListener("submit", (event) => this.sayWhatIsOpen(event.target), { signal, capture: true });
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false), { signal });
    this.mark();
  }

  disconnectedCallback() {
    this.quit.abort();
    this.watcher.disconnect();
  }

  get canvas() {
    return document.querySelector("flow-canvas");
  }

  get chip() {
    return document.getElementById("check-chip");
  }

  toggle(isShown = this.hidden) {
    this.hidden = !isShown;
    this.chip.setAttribute("aria-expanded", isShown);
    if (isShown) this.querySelector("[data-find], [data-shut]").focus();
    else this.chip.focus();
  }

  /* Here and in the review before publishing: a finding's link goes to its step, near enough to be read. */
  clicked(event) {
    if (event.target.closest("#check-chip, #checks [data-shut]")) this.toggle();
    const link = event.target.closest("[data-find]");
    if (!link || event.ctrlKey || event.metaKey) return;
    const { canvas } = this;
    const step = canvas.selection.find(link.dataset.find);
    if (!step) return;
    event.preventDefault();
    if (!canvas.isList) canvas.centre(step, Math.max(canvas.state.k, 0.85));
    canvas.selection.open(step);
  }

  sayWhatIsOpen(form) {
    const open = this.contains(form) && form.elements.open;
    if (open) open.value = document.querySelector("#step:not([hidden])")?.dataset.step ?? "";
  }

  /* The button above the canvas comes anew with each look. */
  mark() {
    this.chip?.setAttribute("aria-expanded", !this.hidden);
    for (const step of document.querySelectorAll("#world [data-finding]")) delete step.dataset.finding;
    for (const found of [...this.querySelectorAll("[data-severity]:not([data-severity=notice])")].reverse()) {
      const step = found.dataset.at && document.getElementById(`step-${found.dataset.at}`);
      if (step) step.dataset.finding = found.dataset.severity;
    }
  }
});
