// ▶ where it stands: <button data-hear="URL" data-start="12.3" data-end="15.8"> plays these seconds, from two seconds earlier;
// pressed again it pauses. Without data-start the whole of a clip is played. One sounds at a time.
import { _ } from "./i18n.js";
import { LEAD_S } from "./recording-clock.js";
import { announce } from "./site.js";

const TAIL_S = 1; // a word's end is heard, not cut
const MOST_S = 12; // where no end is known
const audio = new Audio();
let button = null; // whose seconds are loaded
let until = Infinity;
let over = true;

const mark = (playing) => {
  button?.setAttribute("aria-pressed", String(playing));
  button?.classList.toggle("is-playing", playing);
};
const pressed = (target) => target.closest?.("button, a, summary, input, textarea, select, [contenteditable], dialog[open]");

function load(wanted) {
  audio.pause();
  mark(false);
  button = wanted;
  const start = wanted.dataset.start === undefined ? null : +wanted.dataset.start;
  until = start === null ? Infinity : wanted.dataset.end ? +wanted.dataset.end + TAIL_S : start + MOST_S;
  audio.src = wanted.dataset.hear;
  audio.currentTime = start === null ? 0 : Math.max(0, start - LEAD_S);
  over = false;
}

/** A button that plays nothing says so instead. */
function trouble() {
  if (!button) return;
  const told = Object.assign(document.createElement("span"), { className: "hear-none", textContent: _("声音放不出来") });
  announce(told.textContent);
  button.replaceWith(told);
  button = null;
}

audio.addEventListener("play", () => mark(true));
audio.addEventListener("pause", () => mark(false));
audio.addEventListener("error", trouble);
audio.addEventListener("ended", () => (over = true));
audio.addEventListener("timeupdate", () => {
  if (audio.currentTime < until) return;
  over = true;
  audio.pause();
});

document.addEventListener("click", (event) => {
  const wanted = event.target.closest("[data-hear]");
  if (!wanted) return;
  if (wanted === button && !audio.paused) return audio.pause();
  if (wanted !== button || over) load(wanted);
  audio.play().catch((error) => ["NotSupportedError", "NotAllowedError"].includes(error.name) && trouble());
});

// the space bar pauses what is heard, wherever the focus is
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || event.defaultPrevented || audio.paused || pressed(event.target)) return;
  event.preventDefault();
  audio.pause();
});
