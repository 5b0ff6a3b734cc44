/* `data-opens="more"` opens the dialog of that id, which is in the page already; `data-close` inside closes it. */
export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || document.querySelector("dialog:modal")) return;
  dialog.showModal();
  dialog.dispatchEvent(new Event("opened"));
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const dialog = event.target.closest("dialog[open]");
  if (opener) {
    event.preventDefault();
    opener.closest("[popover]")?.hidePopover();
    openDialog(opener.dataset.opens);
  } else if (dialog && (event.target === dialog || event.target.closest("[data-close]"))) {
    dialog.close();
  }
});
