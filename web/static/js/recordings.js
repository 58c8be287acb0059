// The list: choosing rows (Shift for a range, all of the filter), the bar of bulk actions, the count in its questions.
import { _, fill } from "./i18n.js";

const form = document.getElementById("bulk");
const head = document.getElementById("choose-page"); // not there for who may only read the list
if (form && head) {
  const boxes = [...form.querySelectorAll('input[name="id"]')];
  const all = document.getElementById("choose-all");
  const bar = document.getElementById("bulk-bar");
  const told = document.getElementById("bulk-count");
  const technician = form.querySelector("select[data-who]");
  let last = null;

  const count = () => (all?.checked ? Number(all.dataset.total) : boxes.filter((b) => b.checked).length);
  function show() {
    const chosen = boxes.filter((b) => b.checked).length;
    head.checked = chosen === boxes.length && chosen > 0;
    head.indeterminate = chosen > 0 && chosen < boxes.length;
    if (all) {
      all.closest("label").hidden = !head.checked;
      if (!head.checked) all.checked = false;
    }
    for (const box of boxes) box.closest("tr").classList.toggle("is-chosen", box.checked);
    bar.hidden = chosen === 0;
    const n = count().toLocaleString(document.documentElement.lang);
    told.textContent = _("已选 %(n)s 段", { n });
    for (const button of bar.querySelectorAll("[data-question]")) {
      const who = technician?.selectedOptions[0]?.text ?? "";
      button.dataset.confirm = fill(button.dataset.question, { n, who });
    }
  }
  form.addEventListener("click", (event) => {
    const box = event.target.closest('input[name="id"]');
    if (!box) return;
    const at = boxes.indexOf(box);
    if (event.shiftKey && last !== null) {
      for (let i = Math.min(at, last); i <= Math.max(at, last); i++) boxes[i].checked = box.checked;
    }
    last = at;
    show();
  });
  head.addEventListener("change", () => {
    for (const box of boxes) box.checked = head.checked;
    show();
  });
  all?.addEventListener("change", show);
  technician?.addEventListener("change", show);
  show();
}
