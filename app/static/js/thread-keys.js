/* Ctrl Enter sends what is written inside; R, while nobody types, brings the cursor here. */
import { isTyping } from "./keys.js";

customElements.define("thread-keys", class extends HTMLElement {
  connectedCallback() {
    this.onkeydown = (event) => this.send(event);
    this.reply = (event) => this.focusOn(event);
    document.addEventListener("keydown", this.reply);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.reply);
  }

  send(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.closest("form").requestSubmit();
  }

  focusOn(event) {
    if (event.key !== "r" || isTyping(event)) return;
    event.preventDefault();
    this.querySelector("textarea").focus();
  }
});
