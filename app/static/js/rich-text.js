/* A message written as it will look. The textarea inside keeps the HTML and is what is sent; without JavaScript it is the editor. */
customElements.define("rich-text", class extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("textarea");
    this.editor = document.createElement("div");
    this.editor.className = "tx";
    this.editor.contentEditable = "true";
    for (const [name, value] of Object.entries({ role: "textbox", "aria-multiline": "true", "aria-label": this.dataset.label })) {
      this.editor.setAttribute(name, value);
    }
    this.editor.innerHTML = this.field.value; // the server has cleaned it, and the page's policy runs no script in it
    this.bar = this.toolbar();
    this.field.hidden = true;
    this.field.after(this.bar, this.editor);
    this.editor.oninput = () => { this.field.value = this.editor.innerHTML; };
    this.editor.onblur = () => this.keep();
    this.editor.onpaste = (event) => this.paste(event);
    this.kept = this.field.value;
  }

  disconnectedCallback() {
    this.bar.remove();
    this.editor.remove();
    this.field.hidden = false;
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
