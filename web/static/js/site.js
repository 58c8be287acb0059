// On every page: the theme switch, announcements for screen readers, errors of htmx requests, expired sessions.
import { _ } from "./i18n.js";
import { askToLogIn, renew } from "./session.js";

export const csrfToken = () => document.querySelector('meta[name="csrf-token"]').content;

/** Say something to screen readers without moving the focus. */
export function announce(text) {
  const place = document.getElementById("announcer");
  if (place) place.textContent = text;
}

/** Show a message at the top of the page; `kind` is success | warning | danger. */
export function notify(text, kind = "danger") {
  const box = document.createElement("div");
  box.className = `alert alert-${kind} alert-dismissible`;
  box.setAttribute("role", "alert");
  box.append(text);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.setAttribute("aria-label", _("关闭"));
  close.addEventListener("click", () => box.remove());
  box.append(close);
  document.getElementById("messages").replaceChildren(box);
  box.scrollIntoView({ block: "nearest" });
}

// What somebody opened before htmx listened is fetched once it does.
document.addEventListener("htmx:load", () => {
  for (const opened of document.querySelectorAll("details[hx-get][open]")) opened.dispatchEvent(new Event("toggle"));
}, { once: true });

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-switch]")) return;
  const dark = document.documentElement.getAttribute("data-bs-theme") === "dark";
  localStorage.setItem("tingjian-theme", dark ? "light" : "dark");
  document.documentElement.setAttribute("data-bs-theme", dark ? "light" : "dark");
  document.dispatchEvent(new CustomEvent("tingjian:theme"));
});

// The menu's groups close when one goes elsewhere; on a phone, where they stand one below the other, the current one is open.
const menu = document.getElementById("site-menu");
const groups = menu ? [...menu.querySelectorAll("details.menu-group")] : [];
if (window.matchMedia("(max-width: 991.98px)").matches) {
  const current = groups.find((group) => group.querySelector("[aria-current]"));
  if (current) current.open = true;
} else if (groups.length) {
  const closeOthers = (target) => groups.forEach((group) => { if (!group.contains(target)) group.open = false; });
  document.addEventListener("click", (event) => closeOthers(event.target));
  document.addEventListener("focusin", (event) => closeOthers(event.target));
  menu.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && event.target.closest("details.menu-group[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
}

// A wide table that scrolls with nothing in it to tab to: the keyboard must be able to scroll it.
for (const box of document.querySelectorAll(".table-responsive, .sheet section")) {
  const scrolls = box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX !== "visible";
  if (scrolls && !box.querySelector("a[href], button, input, select, textarea, summary")) box.tabIndex = 0;
}

// A form that asks before it acts: <form data-confirm="…">
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
  // what shows how far it is: htmx must not listen to the submit itself, it would keep the form from being sent
  else if (!event.defaultPrevented) event.target.dispatchEvent(new CustomEvent("tingjian:sent"));
});

document.addEventListener("htmx:responseError", (event) => {
  const { status, responseText } = event.detail.xhr;
  if (status === 401) return askToLogIn(notify);
  if (event.detail.xhr.getResponseHeader("Tingjian-Token") === "expired") { // he has logged in anew elsewhere
    renew().then((who) => (who === "same" ? notify(_("登录已更新，内容还在。请再提交一次。"), "warning") : askToLogIn(notify)));
    return;
  }
  const text = new DOMParser().parseFromString(responseText, "text/html").body.textContent.trim();
  notify(text || _("出错了（%(code)s）。请稍后重试。", { code: status }));
});
document.addEventListener("htmx:sendError", () => notify(_("连不上服务器。请检查网络，然后重试；页面上的内容不会丢。")));
