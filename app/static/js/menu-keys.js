/* A menu under its button: placed beside it, arrows move, letters find, Escape closes and gives the focus back. */
const GAP = 4;

customElements.define("menu-keys", class extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("[popovertarget]");
    this.list = this.querySelector("[popover]");
    this.quit = new AbortController();
    const { signal } = this.quit;
    this.list.addEventListener("toggle", (event) => this.toggled(event.newState === "open"), { signal });
    this.list.addEventListener("keydown", (event) => this.move(event), { signal });
    this.list.addEventListener("click", (event) => event.target.closest("[role^=menuitem]") && this.list.hidePopover(), { signal });
    this.button.addEventListener("keydown", (event) => this.openByArrow(event), { signal });
  }

  disconnectedCallback() {
    this.quit.abort();
  }

  get items() {
    return [...this.list.querySelectorAll("[role^=menuitem]:not([disabled])")];
  }

  toggled(isOpen) {
    this.button.setAttribute("aria-expanded", isOpen);
    if (isOpen) {
      this.place();
      (this.list.querySelector("[aria-checked=true]") ?? this.items[0])?.focus({ focusVisible: false });
    } else if (this.list.contains(document.activeElement) || document.activeElement === document.body) {
      this.button.focus();
    }
  }

  /* Below the button where there is room, else above; never over the edge of the window. */
  place() {
    const at = this.button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.list;
    const below = at.bottom + GAP + height <= innerHeight;
    const rightward = at.left + width <= innerWidth - GAP;
    this.list.style.top = `${Math.max(GAP, below ? at.bottom + GAP : at.top - GAP - height)}px`;
    this.list.style.left = `${Math.max(GAP, rightward ? at.left : at.right - width)}px`;
  }

  move(event) {
    const { items } = this;
    const here = items.indexOf(document.activeElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      items.at(to % items.length)?.focus();
    } else if (event.key === "Tab") {
      this.list.hidePopover();
      return;
    } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
      this.find(event.key, items, here);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  find(letter, items, here) {
    const starts = (item) => item.textContent.trim().toLowerCase().startsWith(letter.toLowerCase());
    const found = [...items.slice(here + 1), ...items.slice(0, here + 1)].find(starts);
    found?.focus();
  }

  openByArrow(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    this.list.showPopover();
  }
});
