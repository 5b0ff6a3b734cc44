/* Tabs, or rows (`data-direction="vertical"`), that can be put in another order; a drop posts the new order (`order`, one id each) to `data-url`. */
import Sortable from "../vendor/sortable.esm.js";
import { motion } from "./drag-list.js";

customElements.define("tab-order", class extends HTMLElement {
  connectedCallback() {
    this.sortable = Sortable.create(this, {
      draggable: "[data-id]",
      direction: this.dataset.direction ?? "horizontal",
      animation: motion(),
      ghostClass: "drop-mark",
      dragClass: "dragging",
      forceFallback: true,
      delay: 180,
      delayOnTouchOnly: true,
      onEnd: ({ oldIndex, newIndex }) => oldIndex !== newIndex && this.post(),
    });
  }

  disconnectedCallback() {
    this.sortable?.destroy();
  }

  post() {
    const order = [...this.querySelectorAll("[data-id]")].map((tab) => tab.dataset.id).join(",");
    window.htmx.ajax("POST", this.dataset.url, { source: this, target: this, swap: "none", values: { order } });
  }
});
