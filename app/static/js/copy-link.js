/* Copies the address in data-href; the label answers for two seconds. */
customElements.define("copy-link", class extends HTMLElement {
  connectedCallback() {
    this.onclick = () => this.copy();
  }

  async copy() {
    await navigator.clipboard.writeText(this.dataset.href);
    this.answer(true);
    setTimeout(() => this.answer(false), 2000);
  }

  answer(isDone) {
    this.querySelector("[data-idle]").hidden = isDone;
    this.querySelector("[data-done]").hidden = !isDone;
  }
});
