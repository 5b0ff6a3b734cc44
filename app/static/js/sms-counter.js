/* What an SMS will cost while it is typed; the server counts again when it sends. GSM-7 holds 160 characters, 153 a part when
 * there are several; one character outside it makes the whole message UCS-2: 70, or 67 a part. */
const BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "^{}\\[~]|€\f"; // these take two places

export function measure(text) {
  const foreign = [...text].find((character) => !BASIC.includes(character) && !EXTENDED.includes(character));
  if (foreign === undefined) {
    const length = [...text].reduce((sum, character) => sum + (EXTENDED.includes(character) ? 2 : 1), 0);
    return { length, parts: length <= 160 ? 1 : gsmParts(text), room: length <= 160 ? 160 : gsmParts(text) * 153, foreign };
  }
  const parts = text.length <= 70 ? 1 : ucsParts(text);
  return { length: text.length, parts, room: parts === 1 ? 70 : parts * 67, foreign };
}

/* A character of two places is never cut in half at the end of a part. */
function gsmParts(text) {
  return fill(text, 153, (character) => (EXTENDED.includes(character) ? 2 : 1));
}

function ucsParts(text) {
  return fill(text, 67, (character) => character.length);
}

function fill(text, room, size) {
  let parts = 1;
  let used = 0;
  for (const character of text) {
    if (used + size(character) > room) {
      parts += 1;
      used = 0;
    }
    used += size(character);
  }
  return parts;
}

customElements.define("sms-counter", class extends HTMLElement {
  connectedCallback() {
    this.field = document.getElementById(this.getAttribute("for"));
    this.count = () => this.show(measure(this.field.value));
    this.field?.addEventListener("input", this.count);
    if (this.field) this.count();
  }

  disconnectedCallback() {
    this.field?.removeEventListener("input", this.count);
  }

  show({ length, parts, room, foreign }) {
    const messages = parts === 1 ? this.dataset.one : this.dataset.many.replace("{n}", parts);
    const dear = foreign === undefined ? "" : ` · ${this.dataset.dear.replace("{c}", foreign)}`;
    this.textContent = `${length} / ${room} · ${messages}${dear}`;
    this.toggleAttribute("data-is-dear", foreign !== undefined);
  }
});
