/* The page of one message. Where the editor is drawn anew, the place on the page and the focus stay where they were; a block
 * that a button has moved keeps that button under the finger. */
import "./block-list.js";
import "./rich-text.js";

const kept = { top: 0, focus: null };

customElements.define("message-editor", class extends HTMLElement {
  connectedCallback() {
    this.quit = new AbortController();
    const { signal } = this.quit;
    this.pane = this.querySelector("[data-pane]");
    this.pane.scrollTop = kept.top;
    this.pane.addEventListener("scroll", () => { kept.top = this.pane.scrollTop; }, { signal });
    this.addEventListener("focusin", (event) => { kept.focus = event.target.id || null; }, { signal });
    if (kept.focus && document.activeElement === document.body) document.getElementById(kept.focus)?.focus({ preventScroll: true });
    this.follow();
  }

  disconnectedCallback() {
    this.quit.abort();
  }

  follow() {
    const { moved: path, by: verb } = this.dataset;
    if (path === undefined) return;
    const card = this.querySelector(`[data-path="${CSS.escape(path)}"]`);
    const header = card?.querySelector(":scope > header");
    const button = header?.querySelector(`[data-verb="${verb}"]`);
    const field = card?.querySelector(".block-fields :is(input, select, textarea:not([hidden]), [contenteditable])");
    const wanted = button ? header.querySelector(`[data-verb="${verb}"]:enabled`) ?? header.querySelector("[data-verb]:enabled") : field;
    (wanted ?? header?.querySelector("button:enabled"))?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: "nearest" });
  }
});
