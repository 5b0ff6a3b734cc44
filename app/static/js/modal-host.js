/* Where the server's dialogs land (`hx-target="#modal"`): opens what arrives, closes on `modal-close`, gives the focus back. */
customElements.define("modal-host", class extends HTMLElement {
  connectedCallback() {
    this.quit = new AbortController();
    const { signal } = this.quit;
    this.watcher = new MutationObserver(() => this.open());
    this.watcher.observe(this, { childList: true });
    // A dialog that comes in place of one with the same id is given its attributes anew once htmx has settled: without `open`.
    this.addEventListener("htmx:after:settle", () => this.open(), { signal });
    document.addEventListener("modal-close", () => this.close(), { signal });
    this.addEventListener("close", () => this.empty(), { signal, capture: true });
    this.addEventListener("click", (event) => this.closeOnClick(event), { signal });
    this.open();
  }

  disconnectedCallback() {
    this.quit.abort();
    this.watcher.disconnect();
  }

  get dialog() {
    return this.querySelector(":scope > dialog");
  }

  open() {
    const { dialog } = this;
    if (!dialog || dialog.open) return;
    // A form that comes back with mistakes is a new dialog in place of the old: the opener stays the first one's.
    if (!this.opener) {
      this.opener = document.activeElement;
      this.around = this.opener.closest("[id]")?.id ?? "";
    }
    dialog.showModal();
    dialog.querySelector("[autofocus], [aria-invalid=true], .content :is(input, select, textarea):not([type=hidden])")?.focus();
  }

  close() {
    this.dialog?.close();
  }

  closeOnClick(event) {
    const outside = event.target === this.dialog && !within(this.dialog.getBoundingClientRect(), event);
    if (outside || event.target.closest("[data-close]")) this.close();
  }

  empty() {
    this.replaceChildren();
    // What was done in the dialog may have drawn the opener anew: then what stood around it is found by its id.
    const drawn = document.getElementById(this.around);
    const opener = this.opener?.isConnected ? this.opener : drawn?.querySelector("a, button") ?? drawn;
    opener?.focus();
    this.opener = null;
  }
});

function within(box, { clientX, clientY }) {
  return clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom;
}
