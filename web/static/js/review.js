// The review panel by keyboard: which clause is current, deciding on it, signing. Keys come from keys.js as events.
import { _ } from "./i18n.js";
import { announce } from "./site.js";

const panel = () => document.getElementById("review-panel");
const clauses = () => [...(panel()?.querySelectorAll(".clause") ?? [])].filter((c) => !c.closest("details.clause-group:not([open])"));
let current = ""; // the item's id: elements are swapped, ids stay

/** Make a clause the current one; `focus` also moves the keyboard there. */
function choose(clause, focus = false) {
  if (!clause) return;
  const group = clause.closest("details.clause-group");
  if (group) group.open = true;
  for (const other of panel().querySelectorAll(".clause.is-current")) other.classList.remove("is-current");
  clause.classList.add("is-current");
  if (current !== clause.dataset.item) {
    current = clause.dataset.item;
    document.dispatchEvent(new CustomEvent("tingjian:criterion-current", { detail: { item: current } }));
  }
  if (focus) {
    document.querySelector('[data-tab-to="verdicts"]')?.click();
    clause.focus({ preventScroll: true });
    clause.scrollIntoView({ block: "nearest" });
  }
}
const currentClause = () => document.getElementById(`clause-${current}`);

function step(by) {
  const list = clauses();
  if (!list.length) return;
  const at = list.findIndex((c) => c.dataset.item === current);
  const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + by));
  choose(list[next], true);
}

/** One key: answers and confirms at once; another verdict than the machine's opens the form and asks for the reason. */
function decide(choice) {
  const clause = currentClause() ?? clauses()[0];
  if (!clause) return;
  choose(clause);
  const answer = clause.querySelector(`.clause-answer [data-choice="${choice}"]`);
  if (answer) return answer.click();
  const confirm = clause.querySelector("[data-confirm-verdict]");
  if (confirm && clause.dataset.machine === choice) return confirm.click();
  const form = clause.querySelector("details.overrule");
  const radio = form?.querySelector(`input[data-choice="${choice}"]`);
  if (!radio) return announce(_("这一条不能这样判。"));
  form.open = true;
  radio.checked = true;
  form.querySelector('[name="note"]').focus();
}

document.addEventListener("tingjian:criterion", (event) => step(event.detail.step));
document.addEventListener("tingjian:decide", (event) => decide(event.detail.choice));
document.addEventListener("tingjian:sign", () => document.querySelector("[data-sign-next]")?.click());

document.addEventListener("focusin", (event) => choose(event.target.closest?.(".clause")));
document.addEventListener("click", (event) => {
  choose(event.target.closest(".clause"));
  const close = event.target.closest("[data-close-details]");
  if (close) {
    const details = close.closest("details");
    details.open = false;
    details.querySelector("summary").focus();
  }
  const to = event.target.closest("[data-to-clause]");
  if (to) {
    event.preventDefault();
    choose(document.getElementById(`clause-${to.dataset.toClause}`), true);
  }
});
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("details.overrule[open]");
  if (event.key !== "Escape" || event.isComposing || !form) return;
  form.open = false;
  form.querySelector("summary").focus();
});
// Opening the form puts the keyboard where the reason goes, and the whole clause above the sign-off box.
document.addEventListener("toggle", (event) => {
  const details = event.target;
  if (!details.matches?.("details.overrule[open]")) return;
  details.closest(".clause")?.scrollIntoView({ block: "nearest" });
  if (details.contains(document.activeElement?.closest("input, textarea"))) return;
  details.querySelector('[name="note"], [name="reason"], [name="text"]')?.focus({ preventScroll: true });
}, true);

// After a decision the keyboard stays at the clause, and screen readers hear what it now is.
document.addEventListener("htmx:afterSettle", (event) => {
  const clause = currentClause();
  if (!clause || !(event.detail.elt ?? event.target).closest?.(".clause")) return;
  choose(clause);
  const told = clause.querySelector(".clause-told");
  if (told) return clause.querySelector('[name="note"]')?.focus({ preventScroll: true });
  if (document.activeElement === document.body) clause.focus({ preventScroll: true });
  announce(_("已保存：%(what)s", { what: clause.querySelector(".clause-head").textContent.replace(/\s+/g, " ").trim() }));
});
// Fetched anew after judging again: the current clause stays marked.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "panel" && current) choose(currentClause());
});

const wanted = window.location.hash.startsWith("#clause-") && document.getElementById(window.location.hash.slice(1));
if (wanted) choose(wanted, true);
