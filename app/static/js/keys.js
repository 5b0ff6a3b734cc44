/* Keys that work everywhere: Ctrl K jumps, / searches this page, ? lists the keys. Letters rest while somebody types. */
import { lettersAreOff } from "./letter-keys.js";
import { openDialog } from "./openers.js";

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openDialog("jump");
  } else if (isTyping(event) || lettersAreOff()) {
    return;
  } else if (event.key === "/") {
    event.preventDefault();
    const search = document.querySelector("#page [data-search]");
    if (search) search.focus();
    else openDialog("jump");
  } else if (event.key === "?") {
    openDialog("shortcuts");
  }
});

const TYPED_INTO = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

export function isTyping({ target, ctrlKey, metaKey, altKey }) {
  return ctrlKey || metaKey || altKey || Boolean(target.closest?.(TYPED_INTO));
}
