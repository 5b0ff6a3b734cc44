/* The menu of a plus: an action or a condition first, then which. Opens beside whatever carries data-spot. */
const GAP = 12;

customElements.define("add-menu", class extends HTMLElement {
  connectedCallback() {
    this.menu = this.querySelector("#add-step");
    this.quit = new AbortController();
    const { signal } = this.quit;
    document.addEventListener("click", (event) => this.open(event), { signal });
    this.addEventListener("click", (event) => this.turn(event.target.closest("[data-turn]")?.dataset.turn), { signal });
    this.addEventListener("submit", () => this.hide(), { signal });
    this.addEventListener("keydown", (event) => this.back(event), { signal });
    for (const one of this.querySelectorAll("[popover]")) {
      one.addEventListener("toggle", (event) => this.toggled(one, event.newState === "open"), { signal });
    }
  }

  /* It may have been copied in another tab. */
  async askWhatIsCopied() {
    await htmx.ajax("GET", this.dataset.copied, { target: "#copied", swap: "outerHTML" });
    this.setSpot();
  }

  setSpot() {
    for (const field of this.menu.querySelectorAll("[name=spot]")) field.value = this.opener.dataset.spot;
  }

  /* What was searched for the last time is no longer. */
  forget() {
    for (const field of this.menu.querySelectorAll("[type=search]")) {
      field.value = "";
      field.dispatchEvent(new Event("input"));
    }
  }

  disconnectedCallback() {
    this.quit.abort();
  }

  open(event) {
    const plus = event.target.closest("[data-spot]");
    if (!plus || event.defaultPrevented) return;
    event.preventDefault();
    this.opener = plus;
    this.setSpot();
    this.forget();
    this.askWhatIsCopied();
    this.menu.showPopover();
    this.turn("first");
    this.place(plus);
  }

  /* To the right of the plus where there is room, else to its left; never over the edge. */
  place(plus) {
    const at = plus.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.menu;
    const left = at.right + GAP + width <= innerWidth ? at.right + GAP : Math.max(GAP, at.left - GAP - width);
    this.menu.style.left = `${Math.min(left, innerWidth - width - GAP)}px`;
    this.menu.style.top = `${Math.max(GAP, Math.min(at.top - 26, innerHeight - height - GAP))}px`;
  }

  turn(page) {
    if (!page) return;
    this.menu.dataset.page = page;
    const shown = this.menu.querySelector(`[data-for=${page}]`);
    shown.querySelector("input, button").focus();
    if (this.opener) this.place(this.opener);
  }

  back(event) {
    if (event.key !== "Backspace" || event.target.value || this.menu.dataset.page === "first") return;
    event.preventDefault();
    this.turn("first");
  }

  toggled(menu, isOpen) {
    const opener = menu === this.menu ? this.opener : document.querySelector(`[popovertarget=${menu.id}]`);
    opener?.setAttribute("aria-expanded", isOpen);
    if (isOpen && menu !== this.menu) {
      const at = opener.getBoundingClientRect();
      menu.style.left = `${at.left}px`;
      menu.style.top = `${Math.min(at.bottom + 4, innerHeight - menu.offsetHeight - GAP)}px`;
      menu.querySelector("input").focus();
    }
  }

  hide() {
    for (const one of this.querySelectorAll("[popover]:popover-open")) one.hidePopover();
  }
});
