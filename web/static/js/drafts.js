// Drafts of standards: whoever leaves with words that are not saved is asked; the text has its line numbers.
import { _ } from "./i18n.js";
import { announce } from "./site.js";

// What was typed and not saved: the browser asks before it is left.
let unsaved = false;
document.addEventListener("input", (event) => { if (event.target.closest("[data-draft-form]")) unsaved = true; });
document.addEventListener("submit", (event) => { if (!event.defaultPrevented) unsaved = false; });
window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
if (document.querySelector("[data-draft-form] .draft-clash, [data-draft-form] .alert-danger")) unsaved = true;

const text = document.querySelector("[data-draft-text]");
const numbers = document.querySelector(".draft-numbers");

/** Number the lines; those with an error are marked. */
function number() {
  const wrong = new Set([...document.querySelectorAll(".draft-line[data-error]")].map((line) => Number(line.dataset.line)));
  const count = text.value.split("\n").length;
  const lines = document.createDocumentFragment();
  for (let line = 1; line <= count; line += 1) {
    const mark = document.createElement(wrong.has(line) ? "b" : "span");
    mark.textContent = wrong.has(line) ? `▶${line}` : `${line}`;
    lines.append(mark, "\n");
  }
  numbers.replaceChildren(lines);
  numbers.scrollTop = text.scrollTop;
}

/** Put the cursor on a line and show it. */
function go(line) {
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  text.focus();
  text.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  text.scrollTop = (text.scrollHeight / lines.length) * Math.max(line - 6, 0);
  announce(_("第 %(n)s 行", { n: line }));
}

if (text && numbers) {
  number();
  text.addEventListener("input", number);
  text.addEventListener("scroll", () => (numbers.scrollTop = text.scrollTop));
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "lines") number(); });
  document.addEventListener("click", (event) => {
    const to = event.target.closest("[data-to-line]");
    if (to) go(Number(to.dataset.toLine));
  });
  const wanted = Number(new URLSearchParams(window.location.search).get("line"));
  if (wanted) go(wanted);
}
