/* A list that shrinks while one types into its search field. Items carry their words in data-words. */
customElements.define("filter-list", class extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input[type=search]");
    this.typed = () => this.filter(this.field.value.trim().toLowerCase());
    this.entered = (event) => event.key === "Enter" && this.takeFirst(event);
    this.field.addEventListener("input", this.typed);
    this.field.addEventListener("keydown", this.entered);
  }

  disconnectedCallback() {
    this.field.removeEventListener("input", this.typed);
    this.field.removeEventListener("keydown", this.entered);
  }

  /* Every word typed begins some word of the item: "tag" finds "Add tag", not "stage". */
  filter(wanted) {
    const items = [...this.querySelectorAll("[data-words]")];
    const typed = wanted.split(/\s+/);
    for (const item of items) {
      const words = item.dataset.words.split(/[\s.]+/);
      item.hidden = !typed.every((start) => words.some((word) => word.startsWith(start)));
    }
    for (const group of this.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("[data-words]:not([hidden])");
      if (group.tagName === "DETAILS") group.open = Boolean(wanted) && !group.hidden;
    }
    this.querySelector("[data-nothing]").hidden = items.some((item) => !item.hidden);
  }

  takeFirst(event) {
    event.preventDefault();
    if (this.field.value) this.querySelector("[data-words]:not([hidden])")?.click();
  }
});
