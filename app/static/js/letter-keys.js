/* The switch for single-letter shortcuts, kept on this device: who dictates or types with one hand may turn them off. */
const STORE = "encore.letters";

export const lettersAreOff = () => localStorage.getItem(STORE) === "off";

customElements.define("letter-keys", class extends HTMLElement {
  connectedCallback() {
    const box = this.querySelector("input");
    box.checked = !lettersAreOff();
    box.onchange = () => localStorage.setItem(STORE, box.checked ? "on" : "off");
  }
});
