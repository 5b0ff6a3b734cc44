/* Where the server's drawers land (`hx-target="#drawer"`). Not modal: the list beside it stays live. Escape closes it. */
customElements.define("drawer-host", class extends HTMLElement {
  connectedCallback() {
    this.quit = new AbortController();
    const { signal } = this.quit;
    this.watcher = new MutationObserver(() => this.arrive());
    this.watcher.observe(this, { childList: true });
    document.addEventListener("drawer-close", () => this.close(), { signal });
    this.addEventListener("click", (event) => event.target.closest("[data-close]") && this.close(), { signal });
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.close(), { signal });
  }

  disconnectedCallback() {
    this.quit.abort();
    this.watcher.disconnect();
  }

  arrive() {
    const drawer = this.firstElementChild;
    if (!drawer || this.contains(document.activeElement)) return;
    this.opener ??= document.activeElement;
    drawer.tabIndex = -1;
    drawer.focus();
  }

  close() {
    this.replaceChildren();
    if (this.opener?.isConnected) this.opener.focus();
    this.opener = null;
  }
});
