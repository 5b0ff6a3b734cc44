/* A lane whose cards can be carried to another lane of the same `data-group`. A drop posts to the card's `data-move-url`:
 * what the lane stands for (`data-name` = `data-value`) and the cards it now stands before and after. The answer swaps
 * itself, out of band; where the server says no, the card goes back, and so does one that is let go beside every lane: it
 * was only carried past the last. Each card's menu does the same without dragging. */
import Sortable from "../vendor/sortable.esm.js";

const GAP = 8; // between two lanes, which belongs to the nearer

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
      onStart: () => this.watch(),
      onEnd: (drop) => this.end(drop),
    });
  }

  disconnectedCallback() {
    this.sortable?.destroy();
  }

  /* Where the finger or the mouse lets go, seen before Sortable tidies up: a lane may fold once nothing is carried. */
  watch() {
    this.isBeside = false;
    const see = (event) => {
      const lane = document.querySelector(".drop-mark")?.closest("drag-list");
      this.isBeside = lane !== undefined && lane !== null && !isOver(lane.closest(".lane") ?? lane, event);
    };
    document.addEventListener("pointerup", see, { capture: true, once: true });
  }

  end(drop) {
    if (this.isBeside) putBack(drop);
    else this.post(drop);
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
    if (!accepted && item.isConnected) putBack({ item, from, oldIndex });
  }
});

function putBack({ item, from, oldIndex }) {
  item.remove();
  from.insertBefore(item, from.children[oldIndex] ?? null);
}

function isOver(lane, { clientX, clientY }) {
  const { left, right, top, bottom } = lane.getBoundingClientRect();
  return clientX >= left - GAP && clientX <= right + GAP && clientY >= top && clientY <= bottom;
}

export function motion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 160;
}
