/* A number with a button for less and one for more; the colour says whether it gives or takes. */
customElements.define("number-stepper", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.quit = new AbortController();
    const { signal } = this.quit;
    this.addEventListener("click", (event) => this.step(event.target.closest("[data-step]")), { signal });
    this.addEventListener("input", () => this.colour(), { signal });
  }

  disconnectedCallback() {
    this.quit.abort();
  }

  step(button) {
    if (!button) return;
    this.input.stepUp(Number(button.dataset.step));
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  colour() {
    this.classList.toggle("neg", Number(this.input.value) < 0);
  }
});
