/* A form of the drawer that saves itself. Once saved, mistakes shown before are past; a link with `data-after-save` waits for
 * what has been typed. */
customElements.define("step-form", class extends HTMLElement {
  connectedCallback() {
    this.saved = () => this.clear();
    document.addEventListener("step-saved", this.saved);
    this.oninput = () => { this.typed = true; };
    this.onclick = (event) => this.leave(event);
  }

  leave(event) {
    const link = event.target.closest("a[data-after-save]");
    if (!link || !this.typed) return;
    event.preventDefault();
    this.next = link.href;
    this.querySelector("form").requestSubmit();
  }

  disconnectedCallback() {
    document.removeEventListener("step-saved", this.saved);
  }

  clear() {
    this.typed = false;
    if (this.next) location.assign(this.next);
    for (const error of this.querySelectorAll(".err, .note.danger")) error.remove();
    for (const field of this.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  }
});
