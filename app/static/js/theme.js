/* Shows a newly chosen theme at once: the server answers with `HX-Trigger: {"theme": {"value": "dark"}}`. */
document.addEventListener("theme", (event) => {
  const { value } = event.detail;
  if (value === "light" || value === "dark") document.documentElement.dataset.theme = value;
  else delete document.documentElement.dataset.theme;
});
