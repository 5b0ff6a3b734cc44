/* Shows a newly chosen theme at once: the server answers with `HX-Trigger: {"theme": {"value": "dark"}}`. */
document.addEventListener("theme", ({ detail: { value } }) => {
  if (value === "light" || value === "dark") document.documentElement.dataset.theme = value;
  else delete document.documentElement.dataset.theme;
  for (const choice of document.querySelectorAll("[role=menuitemradio]")) {
    const offered = choice.form?.elements.theme?.value;
    if (offered) choice.setAttribute("aria-checked", offered === value);
  }
});
