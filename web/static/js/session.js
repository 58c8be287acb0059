// A login that ended while somebody was typing: a dialog asks him to log in in another tab, and the page stays as it is.
import { _ } from "./i18n.js";

const dialog = document.getElementById("login-again");
const told = document.getElementById("login-again-told");

/** Ask who is logged in now. Where it is this page's own user, the page sends his new token from here on. */
export async function renew() {
  const answer = await fetch("/api/session", { headers: { Accept: "application/json" } });
  if (!answer.ok) return "nobody";
  const { user, token } = await answer.json();
  if (String(user) !== document.body.dataset.user) return "other";
  document.querySelector('meta[name="csrf-token"]').content = token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = token;
  return "same";
}

/** Show the dialog; `notify` tells at the top of the page how it ended. */
export function askToLogIn(notify) {
  if (!dialog || dialog.open) return;
  told.textContent = "";
  dialog.showModal();
  dialog.querySelector("[data-login-done]").onclick = async () => {
    const who = await renew();
    if (who === "same") {
      dialog.close();
      notify(_("已重新登录，内容还在。请再提交一次。"), "success");
    } else {
      told.textContent = who === "nobody" ? _("还没有登录，请先点“重新登录”。") : _("现在登录的是另一个账号。请用原来的账号登录，或复制内容后刷新页面。");
    }
  };
  dialog.querySelector("[data-login-later]").onclick = () => dialog.close();
}
