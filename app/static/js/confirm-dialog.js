/* Asks before what reaches clients (`hx-confirm`), in our own dialog rather than the browser's. */
document.addEventListener("htmx:confirm", (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  if (!ctx.confirm) return;
  event.preventDefault();
  const dialog = document.getElementById("confirm");
  const [question, consequence] = ctx.confirm.split(/(?<=\?)\s+(.*)/s);
  dialog.querySelector("[data-question]").textContent = question;
  dialog.querySelector("[data-consequence]").textContent = consequence ?? "";
  dialog.returnValue = "";
  dialog.showModal();
  dialog.addEventListener("close", () => (dialog.returnValue === "yes" ? issueRequest() : dropRequest()), { once: true });
});
