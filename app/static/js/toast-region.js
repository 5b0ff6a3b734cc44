/* Shows what the server says in passing: an `HX-Trigger: {"toast": {text, tone, undo}}`, one at a time, six seconds each.
 * A toast stays while it is looked at. `undo` is an address to post to. */
const SECONDS = 6;

customElements.define("toast-region", class extends HTMLElement {
  connectedCallback() {
    this.quit = new AbortController();
    const { signal } = this.quit;
    document.addEventListener("toast", (event) => this.say(event.detail), { signal });
    document.addEventListener("htmx:error", (event) => this.sayOffline(event), { signal });
    this.addEventListener("pointerenter", () => this.stay(), { signal, capture: true });
    this.addEventListener("focusin", () => this.stay(), { signal });
    this.addEventListener("pointerleave", () => this.leaveSoon(), { signal, capture: true });
    this.addEventListener("focusout", () => this.leaveSoon(), { signal });
    document.addEventListener("fullscreenchange", () => this.goAlong(), { signal });
    if (this.shown) this.leaveSoon();
  }

  /* Whatever fills the screen hides all that is not in it. */
  goAlong() {
    this.home ??= this.parentElement;
    (document.fullscreenElement ?? this.home).append(this);
  }

  disconnectedCallback() {
    this.quit.abort();
    clearTimeout(this.timer);
  }

  get shown() {
    return this.querySelector(":scope > .toast");
  }

  say({ text, tone, undo }) {
    this.shown?.remove();
    const form = this.querySelector(`template[data-tone="${tone === "danger" ? "danger" : "ok"}"]`);
    const toast = form.content.firstElementChild.cloneNode(true);
    toast.querySelector("[data-text]").textContent = text;
    if (undo) toast.append(this.undoButton(undo));
    this.append(toast);
    window.htmx.process(toast);
    this.leaveSoon();
  }

  undoButton(address) {
    const button = this.querySelector("template[data-undo]").content.firstElementChild.cloneNode(true);
    button.setAttribute("hx-post", address);
    button.addEventListener("click", () => this.stay());
    return button;
  }

  /* The request never arrived; what the server refuses it says itself. */
  sayOffline(event) {
    if (event.detail.error instanceof TypeError && event.detail.ctx?.request.method !== "GET") {
      this.say({ text: this.querySelector("template[data-offline]").content.textContent, tone: "danger" });
    }
  }

  stay() {
    clearTimeout(this.timer);
  }

  leaveSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.shown?.remove(), SECONDS * 1000);
  }
});
