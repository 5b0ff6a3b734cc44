/* A lane whose cards can be carried to another lane of the same `data-group`. A drop posts to the card's `data-move-url`:
 * what the lane stands for (`data-name` = `data-value`) and the cards it now stands before and after. The answer swaps
 * itself, out of band; where the server says no, the card goes back. Each card's menu does the same without dragging. */
import Sortable from "../vendor/sortable.esm.js";

customElements.define("drag-list", class extends HTMLElement {
  connectedCallback() {
    this.sortable = Sortable.create(this, {
      group: this.dataset.group,
      draggable: "[data-move-url]",
      filter: "a, button, input, select",
      preventOnFilter: false,
      animation: motion(),
      ghostClass: "drop-mark",
      dragClass: "carried",
      forceFallback: true,
      fallbackOnBody: true,
      delay: 180,
      delayOnTouchOnly: true,
      onEnd: (drop) => this.post(drop),
    });
  }

  disconnectedCallback() {
    this.sortable?.destroy();
  }

  async post({ item, from, to, oldIndex, newIndex }) {
    if (from === to && oldIndex === newIndex) return;
    const values = { [to.dataset.name]: to.dataset.value, before: item.nextElementSibling?.dataset.id ?? "", after: item.previousElementSibling?.dataset.id ?? "" };
    if (item.dataset.rev) values.rev = item.dataset.rev;
    let accepted = false;
    const note = (event) => { accepted = event.detail.ctx.response?.status < 400; };
    item.addEventListener("htmx:after:request", note, { once: true });
    await window.htmx.ajax("POST", item.dataset.moveUrl, { source: item, target: item, swap: item.dataset.swap ?? "none", values });
    item.removeEventListener("htmx:after:request", note);
    if (!accepted && item.isConnected) from.insertBefore(item, from.children[oldIndex] ?? null);
  }
});

export function motion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 160;
}
