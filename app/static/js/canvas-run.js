/* Several steps chosen at once: they follow each other in one chain. A bar says how many, and what can be done with them. */
import { acts } from "./canvas-acts.js";

const TAKES_AWAY = ["cut", "delete"];

export class Run {
  constructor(canvas, signal) {
    this.canvas = canvas;
    this.bar = canvas.querySelector("[data-run]");
    this.bar?.addEventListener("click", (event) => this.pressed(event.target.closest("[data-act]")?.dataset.act), { signal });
    for (const name of ["step-opened", "step-closed", "step-saved"]) document.addEventListener(name, () => this.clear(), { signal });
    // Once the dialog that asked is closed too: behind it nothing takes the focus.
    document.addEventListener("step-closed", () => requestAnimationFrame(() => this.land()), { signal });
  }

  get steps() {
    return this.canvas.selection.items.filter((item) => item.ariaChecked === "true");
  }

  /* The steps an act is about: those chosen, else the one that has the focus. The trigger is none. */
  about(step) {
    const { steps } = this;
    if (steps.length && (!step || steps.includes(step))) return steps;
    return step?.dataset.remove ? [step] : [];
  }

  choose(steps) {
    for (const item of this.steps) item.removeAttribute("aria-checked");
    for (const step of steps) step.setAttribute("aria-checked", "true");
    this.count(steps.length);
  }

  clear() {
    this.anchor = null;
    this.choose([]);
  }

  count(number) {
    if (!this.bar) return;
    this.bar.hidden = number === 0;
    this.bar.querySelector(".count").textContent = number === 1 ? this.bar.dataset.one : this.bar.dataset.many.replace("{n}", number);
  }

  /* All from where the choice began up to a step; where they are not in one chain it begins anew. */
  reach(step) {
    if (!this.bar || !step?.dataset.remove) return;
    const from = this.anchor?.isConnected ? this.anchor : step;
    const chain = this.between(from, step, 1) ?? this.between(from, step, -1);
    this.anchor = chain ? from : step;
    this.choose(chain ?? [step]);
  }

  /* Space: choose a step, or no longer. */
  toggle(step) {
    const { steps } = this;
    const at = steps.indexOf(step);
    if (at < 0) this.reach(step);
    else if (at === steps.length - 1) this.choose(steps.slice(0, -1));
    else this.choose(steps.slice(at + 1));
  }

  /* Shift with an arrow: the next one in the chain too. */
  extend(step, way) {
    const next = this.beside(step, way);
    if (!next?.dataset.remove) return;
    this.anchor ??= step;
    this.reach(next);
    this.canvas.selection.focus(next);
  }

  between(from, to, way) {
    const found = [from];
    for (let one = from; one && one !== to;) {
      one = this.beside(one, way);
      if (one) found.push(one);
    }
    return found.at(-1) === to ? found : null;
  }

  /* The step before or behind one in its chain: what is deeper stands in between, what is higher ends it. */
  beside(step, way) {
    const { items } = this.canvas.selection;
    const [level, place] = [+step.ariaLevel, +step.ariaPosInSet + way];
    for (let at = items.indexOf(step) + way; items[at] && +items[at].ariaLevel >= level; at += way) {
      if (+items[at].ariaLevel === level) return +items[at].ariaPosInSet === place ? items[at] : null;
    }
    return null;
  }

  pressed(name) {
    if (name === "clear") this.clear();
    else if (name) this.act(name);
  }

  act(name, step = null) {
    const steps = this.about(step);
    if (!steps.length) return;
    if (TAKES_AWAY.includes(name)) this.landing = this.neighbour(steps);
    acts[name](steps);
  }

  neighbour(steps) {
    const { selection } = this.canvas;
    return (this.beside(steps.at(-1), 1) ?? this.beside(steps[0], -1) ?? selection.find(steps[0].dataset.up))?.id;
  }

  /* What had the focus is gone: its neighbour has it now. */
  land() {
    const step = this.landing && document.getElementById(this.landing);
    this.landed = this.landing;
    this.landing = null;
    if (step) this.canvas.selection.focus(step);
  }
}
