/* A list whose rows are put in another order by their grip; a drop posts the new order (`order`, one id each) to `data-url`,
 * with `data-in-folder` where there is one, and the answer takes the place of `data-target`. A row never leaves its list.
 * The rows' menus do the same. */
import Sortable from "../vendor/sortable.esm.js";
import { motion } from "./drag-list.js";

customElements.define("row-order", class extends HTMLElement {
  connectedCallback() {
    this.sortable = Sortable.create(this.firstElementChild, {
      handle: ".grip",
      draggable: "[data-id]",
      animation: motion(),
      ghostClass: "drop-mark",
      forceFallback: true,
      onEnd: ({ oldIndex, newIndex }) => oldIndex !== newIndex && this.post(),
    });
  }

  disconnectedCallback() {
    this.sortable?.destroy();
  }

  post() {
    const order = [...this.querySelectorAll("[data-id]")].map((row) => row.dataset.id).join(",");
    const { url, target, inFolder } = this.dataset;
    const values = inFolder === undefined ? { order } : { order, in_folder: inFolder };
    window.htmx.ajax("POST", url, { source: this, target, swap: "outerHTML", values });
  }
});
