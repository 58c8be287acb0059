// One clip at a time: <button data-clip="URL"> plays it, again stops it.
const player = new Audio();
let playing = null;

const stop = () => {
  player.pause();
  playing?.setAttribute("aria-pressed", "false");
  playing = null;
};
player.addEventListener("ended", stop);
player.addEventListener("pause", () => player.paused && stop()); // at the end of …#t=12,18
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-clip]");
  if (!button) return;
  const again = button === playing;
  stop();
  if (again) return;
  player.src = button.dataset.clip;
  player.play().catch(stop);
  playing = button;
  button.setAttribute("aria-pressed", "true");
});
