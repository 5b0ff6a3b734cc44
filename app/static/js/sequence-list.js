/* <sequence-list>: the sequences, folder by folder, put in another order by their grip: within a folder, into another one in
 * the list, or onto a folder beside it. With the focus on a grip the arrow keys do the same; so does each row's menu. */
import Sortable from "../vendor/sortable.esm.js";
import { motion } from "./drag-list.js";

const STEPS = { ArrowUp: -1, ArrowDown: 1 };
let held = null; // the grip that has been pressed: the list is drawn anew, and it shall have the focus again

customElements.define("sequence-list", class extends HTMLElement {
  connectedCallback() {
    this.lists = [...this.querySelectorAll("tbody")].map((list) => this.sortable(list));
    this.onkeydown = (event) => this.pressed(event);
    if (held) document.getElementById(held)?.focus();
    held = null;
  }

  disconnectedCallback() {
    for (const list of this.lists) list.destroy();
    this.pointed?.abort();
  }

  sortable(list) {
    return Sortable.create(list, {
      group: "sequences",
      handle: ".grip",
      draggable: "[data-id]",
      animation: motion(),
      ghostClass: "drop-mark",
      dragClass: "carried-row",
      forceFallback: true,
      fallbackOnBody: true,
      onStart: () => this.follow(),
      onEnd: (drop) => this.drop(drop),
    });
  }

  /* A folder beside the list takes what is dropped on it. */
  follow() {
    this.pointed = new AbortController();
    document.addEventListener("pointermove", ({ clientX, clientY }) => {
      const over = document.elementsFromPoint(clientX, clientY).map((one) => one.closest(".folders [data-id]")).find(Boolean);
      this.mark(over);
    }, { signal: this.pointed.signal });
  }

  mark(folder) {
    this.folder?.classList.remove("target");
    folder?.classList.add("target");
    this.folder = folder;
  }

  drop({ item, from, to, oldIndex, newIndex }) {
    const { folder } = this;
    this.pointed.abort();
    this.mark(null);
    if (folder) this.send(item.dataset.moveUrl, { folder: folder.dataset.id });
    else if (from !== to || oldIndex !== newIndex) this.arrange(to);
  }

  pressed(event) {
    const step = STEPS[event.key];
    const row = event.target.closest(".grip")?.closest("[data-id]");
    if (!row || !step) return;
    event.preventDefault();
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other?.dataset.id) return;
    if (step < 0) other.before(row);
    else other.after(row);
    held = event.target.closest(".grip").id;
    this.arrange(row.parentElement, { moved: row.dataset.id });
  }

  arrange(list, values = {}) {
    const order = [...list.querySelectorAll("[data-id]")].map((row) => row.dataset.id).join(",");
    this.send(this.dataset.url, { ...values, order, folder: list.dataset.folder });
  }

  send(address, values) {
    window.htmx.ajax("POST", address, { source: this, target: "#sequences", swap: "outerHTML", values: { ...values, in_folder: this.dataset.shown } });
  }
});
