// The recording page: player, lanes and transcript put together; tabs on a phone; presence; revision of all forms.
import { listen } from "./keys.js";
import { createJump } from "./recording-jump.js";
import { createLanes } from "./recording-lanes.js";
import { createPlayer } from "./recording-player.js";
import { createText } from "./recording-text.js";

const PRESENCE_MS = 20000;
const root = document.getElementById("recording");
const player = createPlayer(root);
const lanes = createLanes(player);
const text = createText(player, lanes);
listen(player, text);

// Evidence anywhere on the page: <button data-seek="12.3" data-item="greeting">, a line's time: <button data-play>
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-seek], [data-play]");
  if (!button || !root.contains(button)) return;
  text.follow?.();
  if (button.dataset.play !== undefined) {
    player.playFrom(+button.dataset.play, button.dataset.until ? +button.dataset.until : null);
    return;
  }
  player.evidence(+button.dataset.seek, "exact" in button.dataset);
  if (button.dataset.item) lanes.light(button.dataset.item);
  text.light(button.dataset.item ?? "", +button.dataset.seek);
  if (!button.closest("#panel")) reveal(button.dataset.item);
});
/** Show what the panel says about a clause whose words or mark were clicked; review.js makes it the current one. */
function reveal(item) {
  const clause = item && document.getElementById(`clause-${item}`);
  if (!clause) return;
  const group = clause.closest("details");
  if (group) group.open = true;
  clause.click();
  clause.scrollIntoView({ block: "nearest" });
}
document.addEventListener("tingjian:quiet", () => player.audio?.pause());
document.addEventListener("tingjian:hit", (event) => reveal(event.detail.item));
document.addEventListener("tingjian:criterion-current", (event) => {
  lanes.light(event.detail.item);
  text.light(event.detail.item);
});

/** The transcript or its marks have been swapped: lines, lanes and what is lit, anew. */
function readAgain() {
  lanes.read?.();
  text.read();
  const item = document.querySelector(".clause.is-current")?.dataset.item;
  if (!item) return;
  lanes.light(item);
  text.light(item);
}
// After a decision the marks come anew; a line that is being corrected stays as it is.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.querySelector(".turn-form")) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target?.id === "marks-data" || event.target.id === "marks-data") readAgain();
});

// Forms carry the revision they saw; our own changes must not make our own forms stale.
document.addEventListener("tingjian:revision", (event) => {
  for (const field of root.querySelectorAll('input[name="revision"]')) field.value = event.detail.revision;
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.closest?.("#turns, #recording-head, #panel") || event.target.matches?.(".turn")) readAgain();
  event.target.querySelector?.("[data-line-text]")?.focus();
});

// Escape leaves a line's form; Ctrl+Enter in it saves the line and does not sign.
root.addEventListener("keydown", (event) => {
  const form = event.target.closest(".turn-form");
  if (!form || event.isComposing) return;
  if (event.key === "Escape") form.querySelector("[data-cancel]").click();
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    form.requestSubmit();
  }
});

// On a narrow screen verdicts and conversation are tabs.
const tabs = [...root.querySelectorAll("[data-tab-to]")];
function open(tab) {
  root.dataset.tab = tab.dataset.tabTo;
  for (const other of tabs) other.setAttribute("aria-selected", String(other === tab));
}
for (const tab of tabs) tab.addEventListener("click", () => open(tab));
root.querySelector(".recording-tabs")?.addEventListener("keydown", (event) => {
  if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  const next = tabs.find((t) => t.getAttribute("aria-selected") !== "true");
  open(next);
  next.focus();
});

// Others are told that somebody is here, and we are told of them.
async function present() {
  if (document.hidden) return;
  const answer = await fetch(`${root.dataset.base}/presence`, {
    method: "POST",
    headers: { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content, "HX-Request": "true" },
  }).catch(() => null);
  if (answer?.ok) document.getElementById("presence").innerHTML = await answer.text();
}
if ("edits" in root.dataset) {
  present();
  setInterval(present, PRESENCE_MS);
}

createJump(player, text, lanes);
