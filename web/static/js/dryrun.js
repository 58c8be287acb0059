// A dry run's page: how far it is, again every two seconds while it goes on and somebody looks.
import { keepFresh } from "./fresh.js";

const EVERY_MS = 2000;
const live = () => document.getElementById("run-progress");
const running = () => live()?.dataset.state === "running";
keepFresh(() => running() && window.htmx?.trigger(live(), "run:refresh"), EVERY_MS, running);
document.body.addEventListener("htmx:sendError", (event) => {
  if (event.target === live()) event.stopPropagation(); // the next turn asks again
});
