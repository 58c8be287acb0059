// A form that takes seconds is sent once: a second click would make the same draft again and be told that it exists.
for (const form of document.querySelectorAll("form[data-once]")) {
  const wait = form.querySelector("[data-wait]");
  form.addEventListener("submit", (event) => {
    if (form.ariaBusy === "true") {
      event.preventDefault();
      return;
    }
    form.ariaBusy = "true";
    if (wait) wait.hidden = false;
  });
  addEventListener("pageshow", () => {
    form.ariaBusy = "false";
    if (wait) wait.hidden = true;
  });
}
