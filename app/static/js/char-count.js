/* How much of a text's room is used: `for` names the field, `data-most` its limit. */
customElements.define("char-count", class extends HTMLElement {
  connectedCallback() {
    this.field = document.getElementById(this.getAttribute("for"));
    this.count = () => {
      const used = [...this.field.value].length;
      this.textContent = `${used} / ${this.dataset.most}`;
      this.toggleAttribute("data-over", used > Number(this.dataset.most));
    };
    this.field?.addEventListener("input", this.count);
    if (this.field) this.count();
  }

  disconnectedCallback() {
    this.field?.removeEventListener("input", this.count);
  }
});
