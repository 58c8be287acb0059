// The review panel by keyboard: which clause is current, hearing it, deciding on it, on to the next, signing. Keys come
// from keys.js as events.
import { _ } from "./i18n.js";
import { announce } from "./site.js";

const panel = () => document.getElementById("review-panel");
const everyClause = () => [...(panel()?.querySelectorAll(".clause") ?? [])];
let current = ""; // the item's id: elements are swapped, ids stay
let leaving = ""; // the clause that is being decided by keyboard: once it is saved, the next open one comes
let byKey = false; // whether what happens now comes from the keyboard

for (const name of ["keydown", "pointerdown"]) document.addEventListener(name, () => (byKey = name === "keydown"), true);

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

/** The next clause that still needs a person, round the end to the first; where none does, the next of all. */
function next(by) {
  const all = everyClause();
  const open = all.filter((c) => "open" in c.dataset);
  const at = all.findIndex((c) => c.dataset.item === current);
  const list = open.length ? open : all;
  if (by > 0) return list.find((c) => all.indexOf(c) > at) ?? (open.length || at < 0 ? list[0] : null);
  return list.findLast((c) => all.indexOf(c) < at) ?? (open.length || at < 0 ? list.at(-1) : null);
}

/** Make it current and play what proves it or comes nearest, from two seconds earlier; else where it was looked for. */
function go(clause) {
  if (!clause) return;
  choose(clause, true);
  const heard = clause.querySelector(".clause-evidence [data-seek], .clause-evidence [data-play]");
  if (heard) heard.click();
  // what another clause rests on must not be taken for this one's; who judges blind listens on
  else if (!("blind" in panel().dataset)) document.dispatchEvent(new CustomEvent("tingjian:quiet"));
}

const moveOn = () => {
  const clause = next(1);
  if (clause && "open" in clause.dataset) return go(clause);
  currentClause()?.focus({ preventScroll: true });
  announce(_("要复核的都复核完了，可以签核。"));
};

/** Y or N: yes to what the machine says or suspects, or no to it. Where it says nothing, the person must choose. */
function answer(yes) {
  const clause = currentClause() ?? next(1);
  if (!clause || leaving) return;
  choose(clause);
  const button = clause.querySelector(yes ? "[data-yes]" : "[data-no]");
  if (button) return button.click();
  const usual = clause.querySelector(".usual");
  if (!yes && usual) {
    usual.closest("details").open = true;
    usual.focus({ preventScroll: true });
    usual.scrollIntoView({ block: "nearest" });
    return;
  }
  const choice = clause.querySelector(".clause-answer [data-choice]");
  if (!choice) return yes ? moveOn() : announce(_("这一条不能这样判。"));
  choice.focus();
  announce(_("这一条要您来判，请选择一个结论。"));
}

/** A number while the usual reasons are shown: that one, or 0 to write another. */
function reason(number) {
  const details = currentClause()?.querySelector("details.overrule[open]");
  if (!details || leaving) return;
  if (number === 0) return details.querySelector('[name="note"]').focus();
  details.querySelectorAll('[name="usual"]')[number - 1]?.click();
}

/** A verdict by its key: answers and confirms at once; another than the machine's opens the form and asks for the reason. */
function decide(choice) {
  const clause = currentClause() ?? next(1);
  if (!clause || leaving) return;
  choose(clause);
  const button = clause.querySelector(`.clause-answer [data-choice="${choice}"]`);
  if (button) return button.click();
  const confirm = clause.querySelector("[data-confirm-verdict]");
  if (confirm && clause.dataset.machine === choice) return confirm.click();
  const form = clause.querySelector("details.overrule");
  const radio = form?.querySelector(`input[data-choice="${choice}"]`);
  if (!radio) return announce(_("这一条不能这样判。"));
  form.open = true;
  radio.checked = true;
  form.querySelector('[name="note"]').focus();
}

document.addEventListener("tingjian:criterion", (event) => go(next(event.detail.step)));
document.addEventListener("tingjian:again", () => go(currentClause() ?? next(1)));
document.addEventListener("tingjian:answer", (event) => answer(event.detail.yes));
document.addEventListener("tingjian:reason", (event) => reason(event.detail.number));
document.addEventListener("tingjian:decide", (event) => decide(event.detail.choice));
document.addEventListener("tingjian:rest", () => {
  const button = document.querySelector("[data-leave-to-machine]");
  if (button) button.click();
  else announce(_("没有可以按机器判定的条款。"));
});
document.addEventListener("tingjian:sign", () => document.querySelector("[data-sign-next]")?.click());

// The current clause shows its keys, which moves its buttons: never between pressing one and letting go.
let pressing = false;
document.addEventListener("pointerdown", () => (pressing = true), true);
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => setTimeout(() => (pressing = false)), true);
document.addEventListener("focusin", (event) => pressing || choose(event.target.closest?.(".clause")));
document.addEventListener("click", (event) => {
  choose(event.target.closest(".clause"));
  const close = event.target.closest("[data-close-details]");
  if (close) {
    const details = close.closest("details");
    details.open = false;
    details.querySelector("summary").focus();
  }
  const box = event.target.closest('a[href="#waterfall"]') && document.getElementById("waterfall");
  if (box) {
    event.preventDefault();
    document.querySelector('[data-tab-to="verdicts"]')?.click();
    box.open = true;
    box.querySelector("summary").focus();
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
  if (details.contains(document.activeElement?.closest("input, textarea, .usual"))) return;
  details.querySelector('[name="note"], [name="reason"], [name="text"]')?.focus({ preventScroll: true });
}, true);

document.addEventListener("htmx:beforeRequest", (event) => {
  const clause = event.target.closest?.(".clause");
  const wish = event.target.querySelector?.('[name="do"]')?.value;
  if (clause && byKey && wish && wish !== "withdraw") leaving = clause.dataset.item;
});
for (const name of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(name, () => (leaving = ""));

// After a decision screen readers hear what the clause now is. Decided by keyboard, the next open one comes; where it was
// not taken, the keyboard is at the words that were typed.
document.addEventListener("htmx:afterSettle", (event) => {
  const clause = currentClause();
  if (!clause || !(event.detail.elt ?? event.target).closest?.(".clause")) return;
  choose(clause);
  const on = leaving === current;
  leaving = "";
  if (clause.querySelector(".clause-message")) return clause.querySelector('[name="note"]')?.focus({ preventScroll: true });
  announce(_("已保存：%(what)s", { what: clause.querySelector(".clause-head").textContent.replace(/\s+/g, " ").trim() }));
  if (on) return moveOn();
  if (document.activeElement === document.body) clause.focus({ preventScroll: true });
});
// Fetched anew after judging again, or after many were decided at once: the current clause stays marked.
document.addEventListener("htmx:afterSwap", (event) => {
  if (!["panel", "signoff"].includes(event.target.id) || !current) return;
  choose(currentClause());
  if (document.activeElement === document.body) currentClause()?.focus({ preventScroll: true });
});

const wanted = window.location.hash.startsWith("#clause-") && document.getElementById(window.location.hash.slice(1));
if (wanted) choose(wanted, true);
