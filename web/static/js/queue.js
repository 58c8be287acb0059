// The queue page: asks for news every two seconds, but only while somebody looks and something is going on.
import { keepFresh } from "./fresh.js";
import { fill } from "./i18n.js";
import { announce, notify } from "./site.js";

const EVERY_MS = 2000;
const form = document.getElementById("queue-form");
const board = () => document.getElementById("queue");
const boxes = () => [...form.querySelectorAll('input[name="id"]')];
const whole = () => form.querySelector("#all-filter")?.checked || false;
let last = null; // the box of the last click, for Shift
let states = stateMap();

function stateMap() {
  const rows = form.querySelectorAll("tr[data-job]");
  return new Map([...rows].map((r) => [r.dataset.job, [r.dataset.state, r.dataset.name, r.querySelector(".chip")?.textContent.trim()]]));
}

const refresh = () => window.htmx?.trigger(board(), "queue:refresh");
keepFresh(refresh, EVERY_MS, () => Number(board().dataset.active) > 0);

// What the user ticked or unfolded is his: the server does not know of it.
window.addEventListener("load", () => {
  window.Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
    !((name === "open" && node.tagName === "DETAILS") || (name === "checked" && node.type === "checkbox") || (name === "hidden" && node.id === "all-of-filter"));
});
form.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb === "get") event.detail.headers["If-None-Match"] = board().dataset.etag;
});
form.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 304) event.detail.shouldSwap = false;
});
form.addEventListener("htmx:sendError", (event) => {
  if (event.detail.requestConfig?.verb === "get") event.stopPropagation(); // the next turn asks again
});
form.addEventListener("htmx:afterSettle", () => {
  const now = stateMap();
  const changed = [...now].filter(([job, [state]]) => states.has(job) && states.get(job)[0] !== state).map(([, [, name, words]]) => tell("changed", { name, state: words }));
  const gone = Number(board().dataset.active) === 0 && states.size > now.size;
  if (changed.length || gone) announce(changed.slice(0, 3).join("；") || board().textContent.trim().slice(0, 40));
  states = now;
  count();
});

function tell(key, values) {
  return fill(form.dataset[key], values);
}

function chosen() {
  return whole() ? Number(board().dataset.total) : boxes().filter((b) => b.checked).length;
}

function count() {
  const all = form.querySelector("#all-rows");
  if (!all) return;
  const ticked = boxes().filter((b) => b.checked).length;
  all.checked = ticked > 0 && ticked === boxes().length;
  all.indeterminate = ticked > 0 && ticked < boxes().length;
  const more = form.querySelector("#all-of-filter");
  more.hidden = !(all.checked && Number(board().dataset.total) > boxes().length);
  if (more.hidden) form.querySelector("#all-filter").checked = false;
  form.querySelector("#selected").textContent = chosen() ? tell("selected", { n: chosen() }) : "";
}

form.addEventListener("click", (event) => {
  const box = event.target;
  if (box.name !== "id") return;
  if (event.shiftKey && last && last.isConnected) {
    const list = boxes();
    const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
    for (const between of list.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
});
form.addEventListener("change", (event) => {
  if (event.target.id === "all-rows") for (const box of boxes()) box.checked = event.target.checked;
  count();
});

form.addEventListener("htmx:confirm", (event) => {
  const submitter = event.detail.triggeringEvent?.submitter;
  if (!submitter) return;
  event.preventDefault();
  const one = submitter.name === "one";
  const n = one ? 1 : chosen();
  if (!n) notify(form.dataset.none, "warning");
  else if ((one && submitter.dataset.act === "retry") || window.confirm(tell(`ask${submitter.dataset.act[0].toUpperCase()}${submitter.dataset.act.slice(1)}`, { n }))) {
    event.detail.issueRequest(true);
  }
});
document.body.addEventListener("queue:said", (event) => {
  for (const box of boxes()) box.checked = false;
  notify(event.detail.text, event.detail.done ? "success" : "warning");
  count();
});
count();
