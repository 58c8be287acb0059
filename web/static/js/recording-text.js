// The transcript: the playing line is followed until the reader scrolls himself (R7); a click plays from that word;
// E opens the line for correction.

export function createText(player, lanes) {
  const pane = document.getElementById("talk");
  const back = document.getElementById("back-to-playing");
  if (!pane) return { edit() {}, light() {}, read() {} };
  let following = true;
  let lines = [];
  let current = null;

  const read = () => {
    lines = [...document.querySelectorAll("#turn-list > .turn")];
    current?.classList.remove("is-playing");
    current = null;
    mark();
  };
  const scroller = () => (pane.scrollHeight > pane.clientHeight + 4 && getComputedStyle(pane).overflowY !== "visible" ? pane : null);
  const visible = (line) => {
    const at = line.getBoundingClientRect();
    const frame = scroller()?.getBoundingClientRect() ?? { top: 0, bottom: window.innerHeight };
    return at.bottom > frame.top && at.top < frame.bottom && at.height > 0;
  };
  const show = (line) => {
    const box = scroller();
    if (box) {
      const go = () => box.scrollTo({ top: line.offsetTop - box.clientHeight / 3 });
      go();
      requestAnimationFrame(go); // lines that were never on the screen get their true height only now
    } else line.scrollIntoView({ block: "center" });
  };
  const offer = () => {
    back.hidden = !player.audio || player.audio.paused || following || !current || visible(current);
  };

  /** The line that is heard at a second: the last that began. */
  const at = (second) => {
    let found = null;
    for (const line of lines) {
      if (+line.dataset.start <= second + 0.05) found = line;
      else break;
    }
    return found;
  };
  function mark() {
    if (!player.audio) return;
    const line = at(player.audio.currentTime);
    if (line !== current) {
      current?.classList.remove("is-playing");
      line?.classList.add("is-playing");
      current = line;
      if (line && following && !player.audio.paused && !pane.contains(document.activeElement?.closest?.("form"))) show(line);
    }
    offer();
  }

  // Only what a reader does by hand counts: scroll events also come from our own scrolling and from late layout.
  const stop = () => {
    if (player.audio?.paused) return;
    following = false;
    setTimeout(offer, 100);
  };
  for (const name of ["wheel", "touchmove"]) pane.addEventListener(name, stop, { passive: true });
  pane.addEventListener("pointerdown", (event) => event.target === pane && event.offsetX > pane.clientWidth && stop()); // scroll bar
  pane.addEventListener("keydown", (event) => ["PageUp", "PageDown", "Home", "End"].includes(event.key) && stop());
  back.addEventListener("click", () => {
    following = true;
    if (current) show(current);
    offer();
  });
  player.on("timeupdate", mark);
  player.on("pause", offer);
  player.on("play", () => {
    mark();
    offer();
  });

  /** The second of the character that was clicked. */
  function clicked(event, line) {
    const run = event.target.closest("[data-c]");
    const times = line.dataset.times.split(",").map(Number);
    const spot = document.caretPositionFromPoint?.(event.clientX, event.clientY);
    const within = spot && run?.contains(spot.offsetNode) ? spot.offset : 0;
    const index = Math.min(Number(run?.dataset.c ?? 0) + within, times.length - 1);
    return +line.dataset.start + (times[Math.max(0, index)] || 0) / 100;
  }
  pane.addEventListener("click", (event) => {
    const words = event.target.closest(".turn-text");
    if (!words || String(window.getSelection())) return;
    const line = words.closest(".turn");
    following = true;
    const hit = event.target.closest("mark.hit");
    if (hit) {
      const item = hit.dataset.items.split(" ")[0];
      lanes.light(item);
      document.dispatchEvent(new CustomEvent("tingjian:hit", { detail: { item } }));
      player.evidence(+line.dataset.start + (+line.dataset.times.split(",")[+hit.dataset.c] || 0) / 100);
    } else player.playFrom(clicked(event, line));
  });
  read();
  return {
    read,
    follow: () => (following = true),
    /** Show the words of a clause, and the first of them if a second is given. */
    light: (item, second = null) => {
      for (const hit of pane.querySelectorAll("mark.hit")) hit.classList.toggle("is-lit", hit.dataset.items.split(" ").includes(item));
      const line = second === null ? null : at(second);
      if (line) show(line);
    },
    edit: () => {
      const line = current ?? lines[0];
      line?.querySelector(".turn-edit")?.click();
    },
  };
}
