/* Blocks of a mail that are dragged by their grip, also into a column and out again. The order they are sent in is that in
 * which they stand; a drop changes the form, which saves itself. Buttons and menus of the blocks do the same. */
import Sortable from "../vendor/sortable.esm.js";
import { motion } from "./drag-list.js";

customElements.define("block-list", class extends HTMLElement {
  connectedCallback() {
    this.sortable = Sortable.create(this.firstElementChild, {
      group: { name: "blocks", put: (_to, _from, item) => !this.classList.contains("inner") || !item.hasAttribute("data-columns") },
      handle: ".grip",
      draggable: ".block-card",
      animation: motion(),
      ghostClass: "drop-mark",
      forceFallback: true,
      fallbackOnBody: true,
      onEnd: (drop) => this.post(drop),
    });
    // While something is carried, Sortable tells of it by events of that name, which the form would take for somebody's typing.
    this.onchange = (event) => { if (event.item) event.stopPropagation(); };
  }

  disconnectedCallback() {
    this.sortable?.destroy();
  }

  post({ item, from, to, oldIndex, newIndex }) {
    if (from === to && oldIndex === newIndex) return;
    const order = item.querySelector(":scope > [data-order]");
    order.name = to.closest("block-list").dataset.order;
    order.form.requestSubmit(order.form.querySelector("[value='moved']"));
  }
});
