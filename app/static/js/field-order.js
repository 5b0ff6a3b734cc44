/* Rows of a form that can be put in another order, by their grip or with their two buttons; says `reordered` after a move. */
import Sortable from "../vendor/sortable.esm.js";
import { motion } from "./drag-list.js";

customElements.define("field-order", class extends HTMLElement {
  connectedCallback() {
    this.sortable = Sortable.create(this, {
      draggable: "[data-id]",
      handle: ".grip",
      animation: motion(),
      ghostClass: "drop-mark",
      forceFallback: true,
      onEnd: () => this.tell(),
    });
    this.onclick = ({ target }) => {
      const button = target.closest("[data-up], [data-down]");
      if (button) this.move(button);
    };
  }

  disconnectedCallback() {
    this.sortable?.destroy();
  }

  move(button) {
    const row = button.closest("[data-id]");
    if ("up" in button.dataset) row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    button.focus();
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("reordered", { bubbles: true }));
  }
});
