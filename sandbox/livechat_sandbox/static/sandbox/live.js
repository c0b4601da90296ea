// Tell on the page whether it is connected, and follow the chosen agent at once.
const connected = (state) => () => (document.body.dataset.live = state);
addEventListener("htmx:after:ws:connection", connected("open"));
addEventListener("htmx:ws:close", connected("closed"));
addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.submit();
});
