// Words and numbers of the upload page.
import { fill } from "./i18n.js";

const texts = JSON.parse(document.getElementById("texts").textContent);

/** The sentence `key` with its {places} filled in. */
export const say = (key, values = {}) => fill(texts[key], values);

/** 12.3 MB, as the server writes it. */
export function readable(bytes) {
  const units = ["B", "KB", "MB", "GB"];
  let step = 0;
  let value = bytes;
  while (value >= 1024 && step < 3) {
    value /= 1024;
    step += 1;
  }
  return `${value.toFixed(step ? 1 : 0)} ${units[step]}`;
}

/** How long something lasts, roughly. */
export function lasting(seconds) {
  if (!Number.isFinite(seconds)) return "—";
  if (seconds < 90) return say("seconds", { n: Math.max(1, Math.round(seconds)) });
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? say("minutes", { n: minutes }) : say("hours", { h: Math.floor(minutes / 60), m: minutes % 60 });
}

/** 2026-01-05 14:03 of a file's own clock. */
export function fileTime(milliseconds) {
  const at = new Date(milliseconds);
  const two = (n) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
