/* Says that the connection is gone, and goes when it is back. */
customElements.define("offline-note", class extends HTMLElement {
  connectedCallback() {
    this.quit = new AbortController();
    const { signal } = this.quit;
    addEventListener("offline", () => this.show(), { signal });
    addEventListener("online", () => this.show(), { signal });
    this.show();
  }

  disconnectedCallback() {
    this.quit.abort();
  }

  show() {
    this.hidden = navigator.onLine;
  }
});
