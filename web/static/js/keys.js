// The keys of the recording page: this one table makes both the handler and the help.
import { _ } from "./i18n.js";

const STORE = "tingjian-keys-off";
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

/** @param player what recording-player.js gives; @param text what recording-text.js gives */
const table = (player, text) => [
  { keys: [" ", "k"], shown: ["空格", "K"], does: _("播放 / 暂停"), run: () => player.toggle() },
  { keys: ["j"], shown: ["J"], does: _("后退 5 秒"), run: () => player.skip(-5) },
  { keys: ["l"], shown: ["L"], does: _("前进 5 秒"), run: () => player.skip(5) },
  { keys: [",", "ArrowLeft"], shown: [",", "←"], does: _("后退 1 秒"), run: () => player.skip(-1) },
  { keys: [".", "ArrowRight"], shown: [".", "→"], does: _("前进 1 秒"), run: () => player.skip(1) },
  { keys: ["["], shown: ["["], does: _("放慢 0.1 倍"), run: () => player.faster(-0.1) },
  { keys: ["]"], shown: ["]"], does: _("加快 0.1 倍"), run: () => player.faster(0.1) },
  { keys: ["ArrowUp"], shown: ["↑"], does: _("上一条判分项"), run: () => tell("tingjian:criterion", { step: -1 }) },
  { keys: ["ArrowDown"], shown: ["↓"], does: _("下一条判分项"), run: () => tell("tingjian:criterion", { step: 1 }) },
  { keys: ["1"], shown: ["1"], does: _("判为达标"), run: () => tell("tingjian:decide", { choice: "met" }) },
  { keys: ["2"], shown: ["2"], does: _("判为未达标"), run: () => tell("tingjian:decide", { choice: "missed" }) },
  { keys: ["3"], shown: ["3"], does: _("判为不适用"), run: () => tell("tingjian:decide", { choice: "not_applicable" }) },
  { keys: ["e"], shown: ["E"], does: _("更正正在播放的这一句"), run: () => text.edit() },
  { keys: ["Enter"], ctrl: true, shown: ["Ctrl", "Enter"], does: _("签核并打开下一条"), run: () => tell("tingjian:sign", {}) },
  { keys: ["?"], shown: ["?"], does: _("显示快捷键"), run: () => openHelp() },
];

const dialog = () => document.getElementById("keys-dialog");
const openHelp = () => dialog().showModal();

/** Whether the keystroke belongs to whatever is being written or operated. */
function taken(event) {
  if (event.isComposing || event.keyCode === 229 || event.altKey || event.metaKey) return true;
  const at = event.target;
  if (at.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog[open], .dropdown-menu")) return true;
  // the space bar and Enter press the focused button, as everywhere
  return [" ", "Enter"].includes(event.key) && !event.ctrlKey && Boolean(at.closest("button, a, summary, [role=tab]"));
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
  on.checked = localStorage.getItem(STORE) !== "1";
  on.addEventListener("change", () => localStorage.setItem(STORE, on.checked ? "0" : "1"));
  document.getElementById("show-keys")?.addEventListener("click", openHelp);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    const signing = event.ctrlKey && event.key === "Enter"; // works while a note is being written, too
    if (!signing && taken(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const row = rows.find((r) => r.keys.includes(key) && Boolean(r.ctrl) === event.ctrlKey);
    if (!row || (!row.ctrl && !on.checked && key !== "?")) return;
    event.preventDefault();
    row.run();
  });
}
