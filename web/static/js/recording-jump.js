// Addresses that name a place: ?t=12.4 or #t=12.4 a second, #clause-greeting a clause, both together a clause with its second.
// The second is where the words begin: like all evidence they are heard from two seconds earlier (R2), and at once.
import { LEAD_S } from "./recording-clock.js";

const number = (text) => (text !== null && text !== "" && Number.isFinite(+text) ? +text : null);

/** {item, second}: what the address names; null where it names none. */
function asked() {
  const hash = decodeURIComponent(window.location.hash.slice(1));
  const item = hash.startsWith("clause-") ? hash.slice("clause-".length) : null;
  const second = number(hash.startsWith("t=") ? hash.slice(2) : new URLSearchParams(window.location.search).get("t"));
  return { item, second };
}

/** The second of a clause's first evidence. */
function evidence(item) {
  return number(document.getElementById(`clause-${item}`)?.querySelector("[data-seek]")?.dataset.seek ?? null);
}

export function createJump(player, text, lanes) {
  /** A browser that plays nothing unasked (a reload, a new tab) stands at the second, its play button focused. */
  function hear(second, plays) {
    const go = () => {
      player.seek(second - LEAD_S);
      if (plays) player.audio.play().catch(() => document.getElementById("play").focus({ preventScroll: true }));
    };
    if (player.audio.readyState >= HTMLMediaElement.HAVE_METADATA) go();
    else player.audio.addEventListener("loadedmetadata", go, { once: true });
  }

  function jump(plays) {
    const { item, second } = asked();
    if (item === null && second === null) return;
    const at = second ?? evidence(item);
    if (item !== null) lanes.light(item);
    text.light(item ?? "", at);
    if (player.audio && at !== null) hear(at, plays && second !== null);
  }

  window.addEventListener("hashchange", () => {
    document.getElementById(decodeURIComponent(window.location.hash.slice(1)))?.focus({ preventScroll: true }); // review.js makes it the current one
    jump(true);
  });
  // whoever comes back or loads the page again is shown the place; he has heard it
  jump(performance.getEntriesByType("navigation")[0]?.type === "navigate");
}
