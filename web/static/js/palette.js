// Ctrl+K / ⌘K on every page: people, orders, recordings from the site, pages from the menu that is shown, and last what was said.
import { _ } from "./i18n.js";

const PAUSE_MS = 120;
const dialog = document.getElementById("palette");
const field = document.getElementById("palette-q");
const list = document.getElementById("palette-list");
const said = document.getElementById("palette-said");
let waiting = 0;
let asking = null;

const menu = () => {
  const pages = new Map();
  for (const link of document.querySelectorAll(".site-head a[href]")) {
    const title = (link.querySelector(".nav-link-title") ?? link).textContent.replace(/\s+/g, " ").trim();
    if (title && !link.matches(".navbar-brand, [data-palette-open]")) pages.set(link.href, title);
  }
  return [...pages].map(([url, title]) => ({ url, title, note: "" }));
};

function open() {
  if (dialog.open || document.querySelector("dialog[open]")) return;
  field.value = "";
  dialog.showModal();
  show([]);
}

/** Show the groups that the site gave, the pages of the menu, and the way to what was said. */
function show(groups) {
  const words = field.value.trim();
  const pages = menu().filter((page) => page.title.toLowerCase().includes(words.toLowerCase()));
  const all = [...groups, { name: _("页面"), entries: pages }];
  if (words) {
    const url = `${dialog.dataset.search}?q=${encodeURIComponent(words)}`;
    all.push({ name: _("录音内容"), entries: [{ url, title: _("搜索录音里说过的“%(w)s”", { w: words }), note: "" }] });
  }
  list.replaceChildren(...all.filter((group) => group.entries.length).map(groupOf));
  const options = entries();
  options.forEach((option, number) => (option.id = `palette-${number}`));
  field.setAttribute("aria-expanded", String(options.length > 0));
  choose(options[0]);
  said.textContent = _("%(n)s 项", { n: options.length });
}

function groupOf(group) {
  const box = document.createElement("div");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", group.name);
  for (const entry of group.entries) {
    const option = document.createElement("a");
    option.href = entry.url;
    option.tabIndex = -1;
    option.setAttribute("role", "option");
    for (const text of [entry.title, entry.note].filter(Boolean)) {
      const part = document.createElement("span");
      part.textContent = text;
      option.append(part);
    }
    box.append(option);
  }
  return box;
}

const entries = () => [...list.querySelectorAll('[role="option"]')];
const chosen = () => list.querySelector('[aria-selected="true"]');

function choose(option) {
  for (const other of entries()) other.setAttribute("aria-selected", String(other === option));
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

/** What was answered last stays until the answer to what is written now is here: nothing jumps under somebody's finger. */
async function ask() {
  asking?.abort();
  const words = field.value.trim();
  if (!words) return show([]);
  asking = new AbortController();
  try {
    const url = `${dialog.dataset.url}?q=${encodeURIComponent(words)}`;
    const answer = await fetch(url, { signal: asking.signal, headers: { "HX-Request": "true" } });
    if (answer.status === 401) {
      window.location.reload();
      return;
    }
    show(answer.ok ? (await answer.json()).groups : []);
  } catch (error) {
    if (error.name !== "AbortError") show([]);
  }
}

if (dialog) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.key.toLowerCase() !== "k" || event.ctrlKey === event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open();
    }
    if (event.target === dialog || event.target.closest("[data-palette-close]")) dialog.close();
  });
  field.addEventListener("input", (event) => {
    if (event.isComposing) return; // half a word of an input method asks nothing
    window.clearTimeout(waiting);
    waiting = window.setTimeout(ask, PAUSE_MS);
  });
  field.addEventListener("compositionend", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(ask, PAUSE_MS);
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const options = entries();
    const at = options.indexOf(chosen());
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 5, PageUp: at - 5 }[event.key];
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation(); // the keys of the page behind are not meant
    if (to !== undefined && options.length) {
      event.preventDefault();
      const last = options.length - 1;
      const near = event.key.startsWith("Page") ? Math.min(Math.max(to, 0), last) : (to + options.length) % options.length;
      choose(options[near]);
    } else if (event.key === "Enter" && event.target === field) {
      event.preventDefault();
      chosen()?.click();
    }
  });
  list.addEventListener("click", (event) => {
    if (event.target.closest("a") && !event.ctrlKey && !event.metaKey) dialog.close(); // a link to this very page would leave it open
  });
  dialog.addEventListener("close", () => {
    asking?.abort();
    window.clearTimeout(waiting);
  });
}
