// The second review: a line's time plays the sound from there.
const audio = document.getElementById("second-audio");
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-second-play]");
  if (!button || !audio) return;
  audio.currentTime = Number(button.dataset.secondPlay);
  audio.play().catch(() => audio.focus());
});
