/* Shows the badge as it will look while its label is typed and its colour chosen. */
customElements.define("badge-preview", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => this.show());
  }

  show() {
    const sample = this.querySelector("[data-sample]");
    const colour = this.querySelector("[name=badge_colour]:checked")?.value ?? "plum";
    sample.textContent = this.querySelector("[name=badge_label]").value || "ADV";
    sample.className = `chip sm badge ${colour}`;
  }
});
