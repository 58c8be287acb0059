// The upload page: choose files, fill in the table, send two at a time.
import { announce, notify } from "./site.js";
import { dropped, isList, wanted } from "./uploads-pick.js";
import { Row } from "./uploads-row.js";
import { lasting, readable, say } from "./uploads-say.js";
import { Refusal, Sender, ask, sentence } from "./uploads-send.js";

const AT_ONCE = 2;
const NAMES_AT_ONCE = 500;
const STANDARD = "tingjian-upload-standard";
const $ = (id) => document.getElementById(id);
const sheet = $("sheet");
const { api, queue } = sheet.dataset;
const rows = [];
let lists = []; // rows of the lists read so far, by file name: files may come after them
let sending = false;

const partsOf = (path) => path.normalize("NFC").toLowerCase().split(/[\\/]/).filter((part) => part && part !== ".").reverse();
/** The list's keys that may mean a file and agree with most of its folders (as web/uploads/manifest.py): one, or several in doubt. */
function keysIn(list, file) {
  const path = partsOf(file.webkitRelativePath || file.name);
  let most = 0;
  let keys = [];
  for (const key of Object.keys(list.rows)) {
    const named = partsOf(key);
    let alike = 0;
    while (alike < path.length && alike < named.length && path[alike] === named[alike]) alike += 1;
    const fits = alike === path.length || alike === named.length || (alike > 0 && /^(\/|.:)/.test(key));
    if (!fits || alike < most) continue;
    keys = alike === most ? [...keys, key] : [key];
    most = alike;
  }
  return most ? keys : [];
}
const sameFile = (a, b) => a.name === b.name && a.size === b.size && a.lastModified === b.lastModified && a.webkitRelativePath === b.webkitRelativePath;

async function add(files) {
  const manifests = files.filter(isList);
  const fresh = files.filter((f) => wanted(f) && !isList(f));
  const twice = fresh.filter((f) => rows.some((r) => sameFile(r.file, f) && r.state !== "skipped"));
  if (twice.length) notify(say("listed", { names: twice.map((f) => f.name).join("、") }), "warning");
  const added = fresh.filter((f) => !twice.includes(f)).map((file) => new Row(file));
  rows.push(...added);
  $("files-body").append(...added.map((r) => r.element));
  sheet.hidden = !rows.length && !manifests.length;
  for (const row of added) check(row);
  await readNames(added);
  for (const list of manifests) await readList(list);
  for (const row of added) fromLists(row);
  const standard = localStorage.getItem(STANDARD);
  for (const row of added) if (standard) row.fill({ standard_id: standard, problems: row.problems });
  for (const row of added) markUnfinished(row.file);
  summarise();
}

function check(row) {
  const limit = Number(sheet.dataset.limit);
  if (row.file.size > limit) refuse(row, say("too_large", { size: readable(row.file.size), limit: readable(limit) }), true);
  else if (row.file.size === 0) refuse(row, say("empty"), true);
}

async function readNames(added) {
  for (let start = 0; start < added.length; start += NAMES_AT_ONCE) {
    const part = added.slice(start, start + NAMES_AT_ONCE);
    try {
      const told = await ask("POST", sheet.dataset.rows, { names: part.map((r) => r.file.name) });
      part.forEach((row, i) => row.fill(told.rows[i]));
    } catch (error) {
      notify(error.status ? sentence(error.body) : say("no_connection"));
    }
  }
}

async function readList(file) {
  try {
    const told = await ask("POST", sheet.dataset.manifest, file);
    lists = [...lists.filter((l) => l.name !== file.name), { name: file.name, rows: told.rows, errors: told.errors }];
    for (const row of rows) fromLists(row);
  } catch (error) {
    notify(say("manifest_failed", { name: file.name, error: error.status ? sentence(error.body) : say("no_connection") }));
  }
  showLists();
}

function fromLists(row) {
  if (!["ready", "failed", "paused"].includes(row.state)) return;
  for (const list of lists) {
    const keys = keysIn(list, row.file);
    const doubt = keys.length > 1 || rows.some((r) => r !== row && keysIn(list, r.file).includes(keys[0]));
    if (!keys.length) continue;
    // files of one name in two folders, and a line that names neither: nobody's
    if (doubt) notify(say("manifest_doubt", { name: row.file.name }), "warning");
    else row.fill(list.rows[keys[0]], true);
  }
}

/** Say for each list what was taken, what was wrong in it and which of its files nobody has chosen. */
function showLists() {
  $("list-errors").replaceChildren(
    ...lists.map((list) => {
      const box = document.createElement("div");
      box.className = `alert alert-${list.errors.length ? "warning" : "info"}`;
      box.setAttribute("role", "status");
      const listed = Object.keys(list.rows);
      const chosen = new Set(rows.flatMap((r) => keysIn(list, r.file)));
      const missing = listed.filter((name) => !chosen.has(name));
      const taken = say("manifest_ok", { name: list.name, n: listed.length - missing.length });
      const head = list.errors.length ? say("manifest_errors", { name: list.name, n: list.errors.length }) : taken;
      const lines = [...list.errors.slice(0, 50)];
      if (missing.length) lines.push(say("manifest_missing", { n: missing.length, names: missing.slice(0, 5).join("、") }));
      const ul = document.createElement("ul");
      for (const line of lines) ul.append(Object.assign(document.createElement("li"), { textContent: line }));
      box.append(head, ...(lines.length ? [ul] : []));
      return box;
    }),
  );
}

/** Take a file that is chosen again off the list of unfinished ones: its row tells now how far it is. */
function markUnfinished(file) {
  for (const line of document.querySelectorAll("[data-unfinished]")) {
    if (line.dataset.unfinished === file.name && Number(line.dataset.bytes) === file.size) line.hidden = true;
  }
}

function refuse(row, words, final = false) {
  row.final = final;
  row.become("failed", words, "failed");
}

async function send(row) {
  row.become("sending", say("sending_first", { percent: 0 }));
  row.sender = new Sender(row.file, api, Number(sheet.dataset.slice), {
    progress: (bytes, resumed) => {
      row.progress(bytes, resumed);
      summarise();
    },
    waiting: (seconds) => row.status(say("broken", { seconds }), "paused"),
    checking: () => row.status(say("checking")),
  });
  try {
    const told = await row.sender.send(() => row.details);
    const needs = !row.details.standard_id;
    if (told.offer) row.become("done", told.words, "duplicate", told.offer, say("apply"));
    else if (told.duplicate) row.become("done", told.words, "duplicate", told.url);
    else row.become("done", say(needs ? "needs_data" : "received"), needs ? "missing" : "done", needs ? "?again#waiting" : queue);
  } catch (error) {
    failed(row, error);
  }
}

function failed(row, error) {
  if (!(error instanceof Refusal)) throw error;
  if (error.body.code === "cancelled") return;
  const percent = Math.floor((100 * row.sent) / row.file.size);
  if (error.status === 0 || (error.status >= 500 && error.status !== 507)) row.become("paused", say("stopped", { percent }), "paused");
  else if (error.status === 401) row.become("paused", say("login"), "paused");
  else refuse(row, sentence(error.body) || say("no_connection"), error.status === 415);
}

/** Send what waits, two at a time; two files that look the same to the server one after the other. */
async function work() {
  sending = true;
  const busy = new Set();
  const lane = async () => {
    for (;;) {
      const row = rows.find((r) => r.state === "waiting" && !busy.has(`${r.file.name} ${r.file.size}`));
      if (!row) return;
      const mark = `${row.file.name} ${row.file.size}`;
      busy.add(mark);
      await send(row);
      busy.delete(mark);
      summarise();
    }
  };
  while (rows.some((r) => r.state === "waiting")) await Promise.all(Array.from({ length: AT_ONCE }, lane));
  sending = false;
  summarise();
  announce(say("announce_end", count()));
}

function start(chosen) {
  for (const row of chosen) row.become("waiting", say("waiting"));
  if (!sending && chosen.length) work();
  summarise();
}

const count = () => ({
  files: rows.filter((r) => r.state !== "skipped").length,
  done: rows.filter((r) => r.state === "done").length,
  failed: rows.filter((r) => ["failed", "paused"].includes(r.state)).length,
});

function summarise() {
  const n = count();
  const ready = rows.filter((r) => r.state === "ready");
  const active = rows.filter((r) => ["waiting", "sending"].includes(r.state));
  const total = rows.filter((r) => r.state !== "skipped").reduce((sum, r) => sum + r.file.size, 0);
  const left = active.reduce((sum, r) => sum + r.file.size - r.sent, 0);
  const speed = active.reduce((sum, r) => sum + (r.state === "sending" ? r.speed : 0), 0);
  let words = say("summary", { files: n.files, size: readable(total) });
  if (active.length) words = say("summary_sending", { ...n, percent: Math.floor((100 * (total - left)) / (total || 1)), left: speed ? lasting(left / speed) : "—" });
  else if (n.done || n.failed) words = say("summary_end", n);
  if (n.failed) words += say("summary_failed", n);
  const missing = ready.filter((r) => !r.cell("standard_id").value).length;
  if (missing) words += say("summary_missing", { n: missing });
  if ($("summary").textContent !== words) $("summary").textContent = words;
  $("start").disabled = !ready.length;
  $("bulk").hidden = !rows.some((r) => ["ready", "failed", "paused"].includes(r.state));
  $("clear").hidden = !rows.some((r) => ["done", "skipped"].includes(r.state));
}

function remove(row) {
  rows.splice(rows.indexOf(row), 1);
  row.element.remove();
  sheet.hidden = !rows.length;
}

async function act(row, what) {
  if (what === "retry") start([row]);
  else if (["ready", "done", "skipped"].includes(row.state)) remove(row);
  else {
    const { sender } = row;
    row.become("skipped", "", "skipped");
    await sender?.cancel();
    row.status(say("cancelled"), "skipped");
  }
  summarise();
}

for (const [button, input] of [["pick-files", "files"], ["pick-folder", "folder"], ["pick-manifest", "manifest"]]) {
  $(button).addEventListener("click", () => $(input).click());
  const take = async () => {
    const files = [...$(input).files];
    $(input).value = "";
    if (input === "manifest") {
      sheet.hidden = false;
      for (const file of files) await readList(file);
    } else await add(files);
  };
  $(input).addEventListener("change", take);
  if ($(input).files.length) take(); // chosen before this script was there, or kept by the browser over a reload
}
for (const button of document.querySelectorAll("[data-pick]")) {
  button.addEventListener("click", () => {
    const { unfinished, bytes } = button.closest("tr").dataset;
    announce(say("pick_same", { name: unfinished, size: readable(Number(bytes)) }));
    $("files").click();
  });
}
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  $("drop").classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) $("drop").classList.remove("over");
});
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  $("drop").classList.remove("over");
  await add(await dropped(event.dataTransfer));
});
sheet.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button) act(rows.find((r) => r.element.contains(button)), button.dataset.act);
});
sheet.addEventListener("input", summarise);
$("all").addEventListener("change", () => {
  for (const row of rows) row.find("[data-check]").checked = $("all").checked;
});
$("start").addEventListener("click", () => start(rows.filter((r) => r.state === "ready")));
$("clear").addEventListener("click", () => {
  for (const row of rows.filter((r) => ["done", "skipped"].includes(r.state))) remove(row);
  summarise();
});
$("apply").addEventListener("click", () => {
  const told = {};
  for (const input of document.querySelectorAll("[data-bulk]")) if (input.value) told[input.dataset.bulk] = input.value;
  for (const row of rows.filter((r) => r.chosen && ["ready", "failed", "paused"].includes(r.state))) {
    const problems = Object.fromEntries(Object.entries(row.problems).filter(([name]) => !(name in told)));
    row.fill({ ...told, problems }, true);
  }
  if ($("remember").checked && told.standard_id) localStorage.setItem(STANDARD, told.standard_id);
  summarise();
});
$("remember").checked = Boolean(localStorage.getItem(STANDARD));
document.querySelector('[data-bulk="standard_id"]').value = localStorage.getItem(STANDARD) || "";
$("remember").addEventListener("change", () => {
  const standard = document.querySelector('[data-bulk="standard_id"]').value;
  if ($("remember").checked && standard) localStorage.setItem(STANDARD, standard);
  else localStorage.removeItem(STANDARD);
});
$("all-waiting")?.addEventListener("change", (event) => {
  for (const select of document.querySelectorAll("[data-waiting]")) select.value = event.target.value;
});
window.addEventListener("beforeunload", (event) => {
  if (rows.some((r) => ["waiting", "sending"].includes(r.state))) event.preventDefault();
});
