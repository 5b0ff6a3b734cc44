/* Finds steps by what their cards say: type, choose with the arrows, Enter goes there. Stands inside <flow-canvas>. */
const MOST = 8;
const CLOSE = 0.85; // near enough to read the step

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

customElements.define("step-finder", class extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input");
    this.list = this.querySelector("[role=listbox]");
    this.nothing = this.querySelector("[data-nothing]");
    this.field.oninput = () => this.find(plain(this.field.value.trim()));
    this.field.onkeydown = (event) => this.pressed(event);
    this.field.onblur = () => this.close();
    this.list.onpointerdown = (event) => this.clicked(event);
  }

  get canvas() {
    return this.closest("flow-canvas");
  }

  find(wanted) {
    const steps = [...this.canvas.world.querySelectorAll("[role=treeitem]")];
    const found = wanted ? steps.filter((step) => plain(step.textContent).includes(wanted)).slice(0, MOST) : [];
    this.list.replaceChildren(...found.map((step) => this.option(step)));
    this.list.hidden = !found.length;
    this.nothing.hidden = !wanted || found.length > 0;
    this.field.setAttribute("aria-expanded", found.length > 0);
    this.mark(this.list.firstElementChild);
  }

  option(step) {
    const option = document.createElement("div");
    option.id = `found-${step.id}`;
    option.role = "option";
    option.dataset.step = step.id;
    const kind = document.createElement("small");
    kind.textContent = step.querySelector(".kind")?.textContent ?? "";
    option.append(step.querySelector("a").textContent, kind);
    return option;
  }

  mark(option) {
    for (const one of this.list.children) one.setAttribute("aria-selected", one === option);
    if (option) this.field.setAttribute("aria-activedescendant", option.id);
    else this.field.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  pressed(event) {
    const marked = this.list.querySelector("[aria-selected=true]");
    const command = {
      ArrowDown: () => this.mark(marked?.nextElementSibling ?? this.list.firstElementChild),
      ArrowUp: () => this.mark(marked?.previousElementSibling ?? this.list.lastElementChild),
      Enter: () => this.go(marked),
      Escape: () => this.leave(),
    }[event.key];
    if (!command) return;
    event.preventDefault();
    event.stopPropagation();
    command();
  }

  clicked(event) {
    event.preventDefault();
    this.go(event.target.closest("[role=option]"));
  }

  go(option) {
    if (!option) return;
    const { canvas } = this;
    const step = document.getElementById(option.dataset.step);
    this.leave();
    if (canvas.isList) {
      canvas.selection.focus(canvas.selection.find(step.id.slice("step-".length)));
    } else {
      step.focus({ preventScroll: true });
      canvas.centre(step, Math.max(canvas.state.k, CLOSE));
    }
  }

  leave() {
    this.field.value = "";
    this.close();
    this.field.blur();
  }

  close() {
    this.find("");
  }
});
