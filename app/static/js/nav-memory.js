/* Remembers, on this device, which groups of the menu somebody has folded. */
const STORE = "encore.nav";

customElements.define("nav-memory", class extends HTMLElement {
  connectedCallback() {
    const known = this.read();
    for (const group of this.groups) {
      const isHere = group.querySelector("[aria-current]");
      if (!isHere && group.dataset.key in known) group.open = known[group.dataset.key];
    }
    this.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    this.addEventListener("click", (event) => event.target.closest("summary") && setTimeout(() => this.write()));
  }

  get groups() {
    return this.querySelectorAll("details[data-key]");
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(STORE)) ?? {};
    } catch {
      return {};
    }
  }

  write() {
    localStorage.setItem(STORE, JSON.stringify(Object.fromEntries([...this.groups].map((one) => [one.dataset.key, one.open]))));
  }
});
