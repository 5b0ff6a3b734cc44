/* J and K walk a list, X ticks, Enter opens; other letters press the row's own `data-key` button (A assign, M move, E close).
 * A row is what has an id inside <tbody>, or carries data-row. */
import { isTyping } from "./keys.js";
import { lettersAreOff } from "./letter-keys.js";

customElements.define("list-keys", class extends HTMLElement {
  connectedCallback() {
    this.quit = new AbortController();
    document.addEventListener("keydown", (event) => this.press(event), { signal: this.quit.signal });
    this.addEventListener("change", (event) => event.target.matches("[data-tick-all]") && this.tickAll(event.target.checked));
  }

  disconnectedCallback() {
    this.quit.abort();
  }

  get rows() {
    return [...this.querySelectorAll("tbody > tr[id], [data-row]")];
  }

  press(event) {
    if (isTyping(event) || lettersAreOff() || document.querySelector("dialog:modal") || !this.checkVisibility()) return;
    const key = event.key.toLowerCase();
    const row = this.querySelector(".cursor") ?? this.rows.find((one) => one.contains(document.activeElement));
    if (key === "j" || key === "k") this.walk(row, key === "j" ? 1 : -1);
    else if (row && key === "x") row.querySelector("input[type=checkbox]")?.click();
    else if (row && key === "enter" && !event.target.closest("a, button")) row.querySelector("a[href]")?.click();
    else if (row && key.length === 1) row.querySelector(`[data-key="${CSS.escape(key)}"]`)?.click();
    else return;
    event.preventDefault();
  }

  walk(from, step) {
    const { rows } = this;
    const to = rows[Math.min(Math.max(rows.indexOf(from) + step, 0), rows.length - 1)];
    from?.classList.remove("cursor");
    to?.classList.add("cursor");
    to?.querySelector("a[href]")?.focus({ preventScroll: true });
    to?.scrollIntoView({ block: "nearest" });
  }

  tickAll(isOn) {
    for (const box of this.querySelectorAll("tbody input[type=checkbox][name=ids]")) {
      if (box.checked !== isOn) box.click();
    }
  }
});
