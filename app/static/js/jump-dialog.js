/* Ctrl K: narrows the pages as one types; people arrive from the server in #jump-people. Arrows choose, Enter goes. */
customElements.define("jump-dialog", class extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.input = this.querySelector("input");
    this.quit = new AbortController();
    const { signal } = this.quit;
    this.input.addEventListener("input", () => this.narrow(), { signal });
    this.input.addEventListener("keydown", (event) => this.move(event), { signal });
    this.addEventListener("htmx:after:swap", () => this.choose(this.shown[0]), { signal });
    this.dialog.addEventListener("opened", () => this.begin(), { signal });
  }

  disconnectedCallback() {
    this.quit.abort();
  }

  get options() {
    return [...this.querySelectorAll("[role=option]")];
  }

  get shown() {
    return this.options.filter((option) => !option.hidden);
  }

  begin() {
    this.input.value = "";
    this.querySelector("#jump-people").replaceChildren();
    this.narrow();
  }

  narrow() {
    const words = plain(this.input.value).split(/\s+/);
    for (const option of this.options) {
      if (option.closest("#jump-people")) continue;
      option.hidden = !words.every((word) => plain(option.textContent).includes(word));
    }
    this.choose(this.shown[0]);
  }

  choose(option) {
    for (const other of this.options) other.setAttribute("aria-selected", other === option);
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  move(event) {
    const { shown } = this;
    const here = shown.findIndex((option) => option.ariaSelected === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.choose(shown.at((here + step) % shown.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      shown[here]?.click();
    }
  }
});

/* "Séquences" is found by "sequ": accents and case do not matter. */
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
