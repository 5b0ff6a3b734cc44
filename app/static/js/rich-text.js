/* A message written as it will look. The textarea inside keeps the HTML and is what is sent; without JavaScript it is the editor. */
const SIGNS = { placeholder: /\[[^[\]\n]{2,60}\]/g, variable: /##\{\{\w+\}\}/g };
const paints = new Map();
if (CSS.highlights) {
  for (const name of Object.keys(SIGNS)) CSS.highlights.set(name, paints.set(name, new Highlight()).get(name));
}

customElements.define("rich-text", class extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("textarea");
    this.editor = document.createElement("div");
    this.editor.className = "tx";
    this.editor.id = `${this.field.id}-rich`;
    this.editor.contentEditable = "true";
    for (const [name, value] of Object.entries({ role: "textbox", "aria-multiline": "true", "aria-label": this.dataset.label })) {
      this.editor.setAttribute(name, value);
    }
    this.editor.innerHTML = this.field.value; // the server has cleaned it, and the page's policy runs no script in it
    this.bar = this.toolbar();
    this.field.hidden = true;
    this.field.after(this.bar, this.editor);
    this.editor.oninput = () => { this.field.value = this.editor.innerHTML; this.paint(); };
    this.editor.onblur = () => this.keep();
    this.editor.onpaste = (event) => this.paste(event);
    this.kept = this.field.value;
    this.painted = [];
    this.paint();
  }

  disconnectedCallback() {
    this.unpaint();
    this.bar.remove();
    this.editor.remove();
    this.field.hidden = false;
  }

  /* Placeholders and variables show as such without a change to what is written. */
  paint() {
    this.unpaint();
    const texts = document.createTreeWalker(this.editor, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      for (const [name, paint] of paints) this.mark(texts.currentNode, SIGNS[name], paint);
    }
  }

  mark(text, sign, paint) {
    for (const found of text.data.matchAll(sign)) {
      const range = new Range();
      range.setStart(text, found.index);
      range.setEnd(text, found.index + found[0].length);
      paint.add(range);
      this.painted.push([paint, range]);
    }
  }

  unpaint() {
    for (const [paint, range] of this.painted) paint.delete(range);
    this.painted = [];
  }

  keep() {
    if (this.field.value === this.kept) return;
    this.kept = this.field.value;
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  paste(event) {
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  }

  toolbar() {
    const bar = document.createElement("div");
    bar.className = "rich-bar";
    bar.setAttribute("role", "toolbar");
    bar.append(
      this.button("B", this.dataset.bold, () => document.execCommand("bold")),
      this.button("•", this.dataset.list, () => document.execCommand("insertUnorderedList")),
      this.button("↗", this.dataset.link, () => this.link()),
    );
    bar.onmousedown = (event) => event.preventDefault();
    return bar;
  }

  button(sign, label, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn ghost sm icon";
    button.textContent = sign;
    button.title = label;
    button.setAttribute("aria-label", label);
    button.onclick = () => { this.editor.focus(); act(); };
    return button;
  }

  link() {
    const address = prompt(this.dataset.ask, "https://");
    if (address) document.execCommand("createLink", false, address);
  }
});
