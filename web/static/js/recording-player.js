// The player: a native <audio> (Range requests), drawn over by wavesurfer with the server's peaks. Without peaks it
// plays all the same. Speed and volume are kept for each user of this browser.
import { _ } from "./i18n.js";
import { LEAD_S, clock, spoken } from "./recording-clock.js";

const REWIND_S = 2; // after a pause (R6)
const LOUDEST = 127; // of the server's peaks
const WIDEST_PX = 30000; // of the zoomed waveform: browsers refuse wider canvases

export function createPlayer(root) {
  const audio = document.getElementById("audio");
  const box = document.getElementById("player");
  const length = () => (Number.isFinite(audio?.duration) ? audio.duration : Number(root.dataset.duration) || 0);
  const store = `tingjian-player-${root.dataset.user}`;
  const kept = JSON.parse(localStorage.getItem(store) || "{}");
  const on = (name, run) => audio?.addEventListener(name, run);
  let until = null;
  let pausedByUser = false;

  const player = {
    audio,
    length,
    on,
    toggle: () => (audio?.paused ? player.play() : audio?.pause()),
    play: () => {
      if (!audio) return;
      if (pausedByUser && audio.currentTime > 0) audio.currentTime = Math.max(0, audio.currentTime - REWIND_S);
      pausedByUser = false;
      audio.play().catch((error) => error.name !== "AbortError" && trouble());
    },
    /** Go to a second; the rewind after a pause is for resuming only. */
    seek: (seconds) => {
      if (!audio) return;
      pausedByUser = false;
      until = null;
      audio.currentTime = Math.min(Math.max(0, seconds), Math.max(0, length() - 0.05));
      tick();
    },
    playFrom: (seconds, end = null) => {
      player.seek(seconds);
      player.play();
      until = end;
    },
    evidence: (start, exact = false) => player.playFrom(start - (exact ? 0 : LEAD_S)),
    skip: (seconds) => audio && player.seek(audio.currentTime + seconds),
    faster: (step) => audio && speed(Math.round((audio.playbackRate + step) * 10) / 10),
    zoom: (factor) => zoom(factor),
  };
  if (!audio) return player;

  const choice = document.getElementById("speed");
  const volume = document.getElementById("volume");
  const seek = document.getElementById("seek");
  const now = document.getElementById("now");
  const button = document.getElementById("play");

  function keep() {
    localStorage.setItem(store, JSON.stringify({ speed: audio.playbackRate, volume: audio.volume }));
  }
  function speed(value) {
    audio.playbackRate = audio.defaultPlaybackRate = Math.min(3, Math.max(0.5, value));
    const told = String(audio.playbackRate);
    if (![...choice.options].some((o) => o.value === told)) choice.add(new Option(`${told}×`, told));
    choice.value = told;
    keep();
  }
  function tick() {
    const at = audio.currentTime;
    if (until !== null && at >= until) {
      until = null;
      audio.pause();
    }
    now.textContent = clock(at);
    seek.value = at;
    fill(seek);
    seek.setAttribute("aria-valuetext", _("%(at)s，共 %(all)s", { at: spoken(at), all: spoken(Number(root.dataset.duration) || length()) }));
    const wide = document.getElementById("stage-wide").clientWidth;
    document.getElementById("cursor").style.transform = `translateX(${(at / (length() || 1)) * wide}px)`;
  }
  /** The part of a slider that lies behind its thumb is coloured. */
  function fill(range) {
    range.style.setProperty("--done", `${(100 * (range.value - range.min)) / (range.max - range.min || 1)}%`);
  }
  function trouble() {
    document.getElementById("player-trouble").hidden = false;
  }
  function zoom(factor) {
    const wide = document.getElementById("stage-wide");
    const view = document.getElementById("stage-view");
    const share = Math.min(Math.max(1, (wide.clientWidth / view.clientWidth) * factor), WIDEST_PX / view.clientWidth);
    wide.style.width = `${share * 100}%`;
    view.scrollLeft = (audio.currentTime / (length() || 1)) * wide.clientWidth - view.clientWidth / 2;
    tick();
    document.dispatchEvent(new CustomEvent("tingjian:zoomed"));
  }

  audio.preservesPitch = true;
  speed(kept.speed ?? 1);
  audio.volume = volume.value = kept.volume ?? 1;
  fill(volume);
  choice.addEventListener("change", () => speed(Number(choice.value)));
  volume.addEventListener("input", () => {
    audio.volume = Number(volume.value);
    fill(volume);
    keep();
  });
  seek.addEventListener("input", () => player.seek(Number(seek.value)));
  button.addEventListener("click", player.toggle);
  box.addEventListener("click", (event) => {
    const skip = event.target.closest("[data-skip]");
    const zoomed = event.target.closest("[data-zoom]");
    if (skip) player.skip(Number(skip.dataset.skip));
    if (zoomed) zoom(zoomed.dataset.zoom === "1" ? 2 : 0.5);
  });
  const state = () => {
    box.classList.toggle("is-playing", !audio.paused);
    button.setAttribute("aria-label", audio.paused ? button.dataset.playLabel : button.dataset.pauseLabel);
  };
  on("play", state);
  on("pause", () => {
    state();
    pausedByUser = !audio.ended && until === null;
  });
  on("timeupdate", tick);
  on("seeked", tick);
  on("loadedmetadata", () => {
    seek.max = length();
    tick();
  });
  on("error", trouble);
  const frame = () => {
    if (!audio.paused) tick();
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  tick();
  drawWave(box, player, trouble);
  return player;
}

/** Draw the waveform from the server's peaks; when there are none, the lanes and the player do without. */
async function drawWave(box, player) {
  const place = document.getElementById("wave");
  try {
    const answer = await fetch(box.dataset.peaks, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const { duration_s: duration, channels } = await answer.json();
    // without peaks wavesurfer would fetch and decode the whole recording: rather no waveform
    if (!channels?.length || !(duration > 0)) throw new Error("no peaks");
    const peaks = channels.map((channel) => channel.map((value) => value / LOUDEST));
    const css = () => getComputedStyle(place);
    const colours = () => ({ waveColor: css().getPropertyValue("--wave").trim(), progressColor: css().getPropertyValue("--wave-done").trim() });
    const wave = window.WaveSurfer.create({
      container: place, media: player.audio, peaks, duration, height: "auto", interact: false, hideScrollbar: true, cursorWidth: 0,
      normalize: true, cspNonce: document.querySelector('meta[name="csp-nonce"]').content, ...colours(),
    });
    wave.on("error", () => place.classList.add("is-missing"));
    document.addEventListener("tingjian:theme", () => wave.setOptions(colours()));
  } catch {
    place.classList.add("is-missing");
  }
}
