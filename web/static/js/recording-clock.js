// Seconds as people read and hear them.
import { _ } from "./i18n.js";

export const LEAD_S = 2; // evidence is heard from this much earlier (R2)

const parts = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds));
  return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, String(whole % 60).padStart(2, "0")];
};

/** 75 → "1:15", 3675 → "1:01:15" */
export function clock(seconds) {
  const [h, m, s] = parts(seconds);
  return h ? `${h}:${String(m).padStart(2, "0")}:${s}` : `${m}:${s}`;
}

/** 723 → "12 分 03 秒", for screen readers */
export function spoken(seconds) {
  const [h, m, s] = parts(seconds);
  return h ? _("%(h)s 小时 %(m)s 分 %(s)s 秒", { h, m: String(m).padStart(2, "0"), s }) : _("%(m)s 分 %(s)s 秒", { m, s });
}
