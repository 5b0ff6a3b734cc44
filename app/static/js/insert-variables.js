/* Buttons that put a variable where the caret was last, in any field that takes variables. On a phone they are folded away:
 * what one came for is the text. */
const PHONE = matchMedia("(max-width: 720px)");

customElements.define("insert-variables", class extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.fold = this.querySelector("details");
    if (this.fold && PHONE.matches) this.fold.open = false;
    this.entered = (event) => { if (event.target.closest("[data-takes-variables], [contenteditable]")) this.field = event.target; };
    this.form.addEventListener("focusin", this.entered);
    this.onmousedown = (event) => event.preventDefault(); // the caret stays where it is
    this.onclick = (event) => this.insert(event.target.closest("[data-token]")?.dataset.token);
  }

  disconnectedCallback() {
    this.form.removeEventListener("focusin", this.entered);
  }

  insert(token) {
    if (!token) return;
    const texts = [...this.form.querySelectorAll("[contenteditable], textarea")];
    const field = this.field ?? texts.find((one) => one.checkVisibility());
    if (this.fold && PHONE.matches) this.fold.open = false;
    field.focus();
    if (field.isContentEditable) {
      document.execCommand("insertText", false, token);
    } else {
      field.setRangeText(token, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
});
