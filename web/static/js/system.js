// The system page: how things stand, again every ten seconds while somebody looks.
import { keepFresh } from "./fresh.js";

const EVERY_MS = 10000;
const live = () => document.getElementById("system-live");
keepFresh(() => window.htmx?.trigger(live(), "system:refresh"), EVERY_MS);
document.body.addEventListener("htmx:sendError", (event) => {
  if (event.target === live()) event.stopPropagation(); // the next turn asks again
});
