// The keys of the recording page: this one table makes both the handler and the help.
import { _ } from "./i18n.js";

const STORE = "tingjian-keys-off";
const tell = (name, detail = {}) => document.dispatchEvent(new CustomEvent(name, { detail }));
const reasons = () => document.querySelector(".clause.is-current details.overrule[open] .usual");

/** `when`: the key means this only then. @param player what recording-player.js gives; @param text what recording-text.js gives */
const table = (player, text) => [
  { keys: ["ArrowDown"], shown: ["↓"], does: _("下一条要复核的，从证据前 2 秒播放"), run: () => tell("tingjian:criterion", { step: 1 }) },
  { keys: ["ArrowUp"], shown: ["↑"], does: _("上一条要复核的，从证据前 2 秒播放"), run: () => tell("tingjian:criterion", { step: -1 }) },
  { keys: ["Enter"], shown: ["Enter"], does: _("再听一遍这一条的证据"), run: () => tell("tingjian:again") },
  { keys: [" ", "k"], shown: [_("空格"), "K"], does: _("播放 / 暂停"), run: () => player.toggle() },
  { keys: [..."123456789"], shown: ["1", "…", "9"], does: _("改判打开时：选这条理由，保存，到下一条"), when: reasons, run: (key) => tell("tingjian:reason", { number: +key }) },
  { keys: ["0"], shown: ["0"], does: _("改判打开时：自己写理由"), when: reasons, run: () => tell("tingjian:reason", { number: 0 }) },
  { keys: ["y"], shown: ["Y"], does: _("确认机器的判定，到下一条（疑似：属实）"), run: () => tell("tingjian:answer", { yes: true }) },
  { keys: ["n"], shown: ["N"], does: _("改判，再按数字选理由（疑似：不属实）"), run: () => tell("tingjian:answer", { yes: false }) },
  { keys: ["1"], shown: ["1"], does: _("判为达标（禁语：没有说）"), run: () => tell("tingjian:decide", { choice: "met" }) },
  { keys: ["2"], shown: ["2"], does: _("判为未达标（禁语：说了）"), run: () => tell("tingjian:decide", { choice: "missed" }) },
  { keys: ["3"], shown: ["3"], does: _("判为不适用"), run: () => tell("tingjian:decide", { choice: "not_applicable" }) },
  { keys: ["4"], shown: ["4"], does: _("判为未见（人工条款，不计分）"), run: () => tell("tingjian:decide", { choice: "not_seen" }) },
  { keys: ["r"], shown: ["R"], does: _("其余按机器判定"), run: () => tell("tingjian:rest") },
  { keys: ["Enter"], ctrl: true, shown: ["Ctrl", "Enter"], does: _("签核并打开下一条"), run: () => tell("tingjian:sign") },
  { keys: ["j"], shown: ["J"], does: _("后退 5 秒"), run: () => player.skip(-5) },
  { keys: ["l"], shown: ["L"], does: _("前进 5 秒"), run: () => player.skip(5) },
  { keys: [",", "ArrowLeft"], shown: [",", "←"], does: _("后退 1 秒"), run: () => player.skip(-1) },
  { keys: [".", "ArrowRight"], shown: [".", "→"], does: _("前进 1 秒"), run: () => player.skip(1) },
  { keys: ["["], shown: ["["], does: _("放慢 0.1 倍"), run: () => player.faster(-0.1) },
  { keys: ["]"], shown: ["]"], does: _("加快 0.1 倍"), run: () => player.faster(0.1) },
  { keys: ["e"], shown: ["E"], does: _("更正正在播放的这一句"), run: () => text.edit() },
  { keys: ["?"], shown: ["?"], does: _("显示快捷键"), run: () => openHelp() },
];

const dialog = () => document.getElementById("keys-dialog");
const openHelp = () => dialog().showModal();
const WRITTEN = "input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select, [contenteditable], dialog[open], .dropdown-menu";

/** Whether the keystroke belongs to whatever is being written or operated. The space bar plays and pauses from any button. */
function taken(event) {
  if (event.isComposing || event.keyCode === 229 || event.altKey || event.metaKey) return true;
  const at = event.target;
  if (at.closest(WRITTEN)) return true;
  if (event.key === "Enter") return !event.ctrlKey && Boolean(at.closest("button, a, summary, [role=tab]"));
  if (event.key === " ") return at.matches("[type=checkbox], [type=radio]");
  return event.key.startsWith("Arrow") && at.matches("[type=radio], [type=range]");
}

export function listen(player, text) {
  const rows = table(player, text);
  const body = document.getElementById("keys-table");
  for (const row of rows) {
    const tr = body.insertRow();
    const keys = tr.insertCell();
    row.shown.forEach((name, i) => {
      if (i) keys.append(row.ctrl ? " + " : " ");
      keys.append(Object.assign(document.createElement("kbd"), { textContent: name }));
    });
    tr.insertCell().textContent = row.does;
  }
  const on = document.getElementById("keys-on");
  const hint = () => document.documentElement.toggleAttribute("data-keys", on.checked); // keys are shown where they work
  on.checked = localStorage.getItem(STORE) !== "1";
  hint();
  on.addEventListener("change", () => {
    localStorage.setItem(STORE, on.checked ? "0" : "1");
    hint();
  });
  document.getElementById("show-keys")?.addEventListener("click", openHelp);
  let kept = ""; // a key that was ours when it went down must not press the focused button when it comes up
  document.addEventListener("keydown", (event) => {
    kept = "";
    if (event.defaultPrevented) return;
    const signing = event.ctrlKey && event.key === "Enter"; // works while a note is being written, too
    if (!signing && taken(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const row = rows.find((r) => r.keys.includes(key) && Boolean(r.ctrl) === event.ctrlKey && (!r.when || r.when()));
    if (!row || (!row.ctrl && !on.checked && key !== "?")) return;
    event.preventDefault();
    kept = event.key;
    if (event.repeat && !row.keys.some((k) => k.startsWith("Arrow"))) return; // held down is pressed once
    row.run(key);
  });
  document.addEventListener("keyup", (event) => {
    if (event.key === kept) event.preventDefault();
    kept = "";
  });
}
