/* Shows itself with the first tick of its form (`data-form`), counts, and clears on Escape. When the whole page is ticked
 * it offers the rest of the list (`data-whole`): the form then says `whole=1` and the server applies the filter itself. */
customElements.define("bulk-bar", class extends HTMLElement {
  connectedCallback() {
    this.quit = new AbortController();
    const { signal } = this.quit;
    document.addEventListener("change", (event) => event.target.name === "ids" && this.count(), { signal });
    document.addEventListener("htmx:after:swap", () => this.count(), { signal });
    document.addEventListener("keydown", (event) => event.key === "Escape" && !this.hidden && this.clear(), { signal });
    this.addEventListener("click", (event) => event.target.closest("[data-clear]") && this.clear(), { signal });
    this.count();
  }

  disconnectedCallback() {
    this.quit.abort();
  }

  get boxes() {
    return [...document.querySelectorAll(`input[name=ids][form="${CSS.escape(this.dataset.form)}"]`)];
  }

  count() {
    const { boxes } = this;
    const ticked = boxes.filter((box) => box.checked).length;
    this.hidden = ticked === 0;
    this.querySelector(".count").textContent = ticked === 1 ? this.dataset.one : this.dataset.many.replace("{n}", ticked);
    const whole = this.querySelector("[data-whole]");
    if (whole) {
      whole.hidden = ticked < boxes.length;
      if (whole.hidden) whole.querySelector("input").checked = false;
    }
    const all = document.querySelector(`[data-tick-all][form="${CSS.escape(this.dataset.form)}"]`);
    if (all) {
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
  }

  clear() {
    for (const box of this.boxes) box.checked = false;
    this.count();
  }
});
