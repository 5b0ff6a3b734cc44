/* A form of the drawer that saves itself. Once saved, mistakes shown before are past. */
customElements.define("step-form", class extends HTMLElement {
  connectedCallback() {
    this.saved = () => this.clear();
    document.addEventListener("step-saved", this.saved);
  }

  disconnectedCallback() {
    document.removeEventListener("step-saved", this.saved);
  }

  clear() {
    for (const error of this.querySelectorAll(".err, .note.danger")) error.remove();
    for (const field of this.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  }
});
