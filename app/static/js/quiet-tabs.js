/* A tab nobody looks at does not poll; the live stream pauses by itself. What changed meanwhile is asked for on return. */
document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden && event.detail.ctx.sourceEvent?.type === "every") event.preventDefault();
});
