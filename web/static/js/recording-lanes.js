// Who speaks when, above (technician) and below (customer) the waveform, hatching where nothing was heard, and the
// marks as buttons. All of it is read from the transcript in the page, so it follows when that is swapped.
const HATCH_PX = 6;

export function createLanes(player) {
  const view = document.getElementById("stage-view");
  const wide = document.getElementById("stage-wide");
  if (!view) return { light() {}, step() {} };
  const lanes = { technician: document.getElementById("lane-technician"), customer: document.getElementById("lane-customer") };
  const marks = document.getElementById("marks");
  let turns = [];
  let unheard = [];

  function read() {
    turns = [...document.querySelectorAll("#turn-list > .turn")].map((t) => ({ start: +t.dataset.start, end: +t.dataset.end, role: t.dataset.role }));
    unheard = [...document.querySelectorAll("#marks-data > i")].map((p) => ({ start: +p.dataset.start, end: +p.dataset.end }));
    const had = marks.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    marks.replaceChildren(
      ...[...document.querySelectorAll("#marks-data > span")].map((m) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = `mark mark-${m.dataset.tone}`;
        Object.assign(button.dataset, { seek: m.dataset.start, end: m.dataset.end, item: m.dataset.item, key: `${m.dataset.item} ${m.dataset.start}` });
        button.setAttribute("aria-label", m.textContent.trim());
        button.title = m.textContent.trim();
        return button;
      }),
    );
    if (had) [...marks.children].find((m) => m.dataset.key === had)?.focus({ preventScroll: true });
    draw();
  }

  function draw() {
    const all = player.length() || 1;
    const px = wide.clientWidth / all;
    for (const mark of marks.children) mark.style.left = `${+mark.dataset.seek * px}px`;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const from = view.scrollLeft;
    for (const [role, lane] of Object.entries(lanes)) {
      const style = getComputedStyle(lane);
      const [width, height] = [view.clientWidth, lane.clientHeight];
      lane.style.width = `${width}px`;
      lane.width = width * ratio;
      lane.height = height * ratio;
      const pen = lane.getContext("2d");
      pen.scale(ratio, ratio);
      for (const turn of turns) {
        const x = turn.start * px - from;
        const w = Math.max(1, (turn.end - turn.start) * px);
        if (x + w < 0 || x > width) continue;
        const mine = turn.role === role;
        if (!mine && (turn.role === "technician" || turn.role === "customer")) continue;
        pen.fillStyle = style.getPropertyValue(mine ? "--lane" : "--lane-other");
        pen.fillRect(x, mine ? 0 : height / 3, w, mine ? height : height / 3); // other voices: a thin line in both lanes
      }
      pen.strokeStyle = style.getPropertyValue("--lane-unheard");
      for (const gap of unheard) {
        const [x, w] = [gap.start * px - from, Math.max(2, (gap.end - gap.start) * px)];
        if (x + w < 0 || x > width) continue;
        pen.save();
        pen.beginPath();
        pen.rect(x, 0, w, height);
        pen.clip();
        pen.beginPath();
        for (let i = x - height; i < x + w; i += HATCH_PX) {
          pen.moveTo(i, height);
          pen.lineTo(i + height, 0);
        }
        pen.stroke();
        pen.restore();
      }
    }
  }

  wide.addEventListener("click", (event) => {
    if (event.target.closest(".mark")) return; // it has its own second
    const { left, width } = wide.getBoundingClientRect();
    player.seek(((event.clientX - left) / width) * player.length());
  });
  view.addEventListener("scroll", draw, { passive: true });
  document.addEventListener("tingjian:zoomed", draw);
  document.addEventListener("tingjian:theme", draw);
  player.on("loadedmetadata", draw);
  new ResizeObserver(draw).observe(view);
  document.getElementById("player").addEventListener("click", (event) => {
    const step = event.target.closest("[data-mark-step]");
    if (!step) return;
    const at = player.audio.currentTime + 2; // a mark is heard from two seconds earlier
    const times = [...marks.children].map((m) => +m.dataset.seek);
    const i = step.dataset.markStep === "1" ? times.findIndex((t) => t > at + 0.3) : times.findLastIndex((t) => t < at - 1.5);
    if (i >= 0) marks.children[i].click();
  });
  // keep the cursor in the picture while a zoomed recording plays
  player.on("timeupdate", () => {
    if (player.audio.paused || wide.clientWidth <= view.clientWidth) return;
    const x = (player.audio.currentTime / (player.length() || 1)) * wide.clientWidth;
    if (x < view.scrollLeft || x > view.scrollLeft + view.clientWidth * 0.9) view.scrollLeft = x - view.clientWidth * 0.1;
  });
  read();
  return {
    read,
    /** Light the marks of a clause. */
    light: (item) => {
      for (const mark of marks.children) mark.classList.toggle("is-lit", mark.dataset.item === item);
    },
  };
}
