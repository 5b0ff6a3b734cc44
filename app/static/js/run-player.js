/* <run-player>: steps through the days of a test run, and draws the way it takes over the canvas. The server has run it. */
const MARKED = "#world [data-run]";

customElements.define("run-player", class extends HTMLElement {
  connectedCallback() {
    this.range = this.querySelector("input[type=range]");
    this.output = this.querySelector("output");
    this.lines = [...this.querySelectorAll("li[data-day]")];
    this.range.addEventListener("input", () => this.showDay(+this.range.value));
    this.range.addEventListener("change", (event) => event.stopPropagation());
    this.addEventListener("click", (event) => this.clicked(event.target));
    this.show(this.lines.length - 1, +this.range.max);
    this.view?.classList.add("testing");
    this.view?.selection?.mark(null);
    if (this.view) this.view.dataset.testing = this.dataset.said;
  }

  disconnectedCallback() {
    const next = document.querySelector("run-player"); // it has come before this one has gone
    if (next) {
      next.mark();
    } else {
      this.unmark();
      this.view?.classList.remove("testing");
    }
  }

  get view() {
    return document.querySelector("flow-canvas");
  }

  clicked(target) {
    const to = target.closest("[data-to]")?.dataset.to;
    const line = target.closest("[data-see]")?.closest("li");
    if (to === "start") this.show(0, 0);
    else if (to === "back") this.showDay(Math.max(0, this.day - 1));
    else if (to === "on") this.showDay(Math.min(+this.range.max, this.day + 1));
    else if (to === "next") this.showLine(Math.min(this.at + 1, this.lines.length - 1));
    else if (line) this.showLine(this.lines.indexOf(line));
  }

  showDay(day) {
    this.show(this.lines.findLastIndex((line) => +line.dataset.day <= day), day);
  }

  showLine(at) {
    this.show(at, +(this.lines[at]?.dataset.day ?? 0), true);
  }

  /* Everything up to a line has happened; a day may end with none. */
  show(at, day, isFollowed = false) {
    this.at = at;
    this.day = day;
    this.range.value = day;
    this.output.textContent = `${this.dataset.day.replace("{n}", day)} · ${this.dateOf(day)}`;
    this.range.setAttribute("aria-valuetext", this.output.textContent);
    this.lines.forEach((line, index) => {
      line.className = `${line.className.replace(/\b(past|nowi|future)\b/g, "").trim()} ${index < at ? "past" : index === at ? "nowi" : "future"}`;
      if (index === at) line.setAttribute("aria-current", "step");
      else line.removeAttribute("aria-current");
    });
    for (const button of this.querySelectorAll("[data-to]")) button.disabled = this.isAtAnEnd(button.dataset.to);
    this.mark(isFollowed);
  }

  isAtAnEnd(to) {
    if (to === "next") return this.at >= this.lines.length - 1;
    return to === "on" ? this.day >= +this.range.max : this.day <= 0 && (to === "back" || this.at <= 0);
  }

  /* As the server writes dates: the day before the month in English too. */
  get language() {
    const { lang } = document.documentElement;
    return lang === "en" ? "en-GB" : lang;
  }

  dateOf(day) {
    const date = new Date(`${this.dataset.first}T12:00:00Z`);
    date.setUTCDate(date.getUTCDate() + day);
    return date.toLocaleDateString(this.language, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
  }

  mark(isFollowed) {
    this.unmark();
    const seen = this.lines.slice(0, this.at + 1).filter((line) => line.dataset.step);
    this.put("step-trigger", "past");
    for (const { dataset } of seen) {
      this.put(`step-${dataset.step}`, "past");
      this.put(`wait-${dataset.step}`, "past");
      if (dataset.branch) this.put(`branch-${dataset.step}-${dataset.branch}`, "past");
      for (const edge of dataset.way.split(" ")) this.put(`edge-${edge}`, "past");
    }
    const now = document.getElementById(`step-${seen.at(-1)?.dataset.step}`);
    if (!now) return;
    now.dataset.run = "now";
    now.dataset.who = this.dataset.who;
    if (isFollowed && !this.view.isList) this.view.reveal(now);
  }

  put(id, state) {
    const element = document.getElementById(id);
    if (element) element.dataset.run = state;
  }

  unmark() {
    for (const element of document.querySelectorAll(MARKED)) {
      delete element.dataset.run;
      delete element.dataset.who;
    }
  }
});
