// One row of the table: what is told about a file, and how far it is.
import { fileTime, lasting, readable, say } from "./uploads-say.js";

const CELLS = ["standard_id", "staff_no", "order_no", "recorded_at"];

export class Row {
  constructor(file) {
    this.file = file;
    this.state = "ready"; // ready | waiting | sending | done | failed | paused | skipped
    this.sent = 0;
    this.marks = []; // [milliseconds, bytes] of the last seconds, for the speed
    this.problems = {};
    this.technicianChannel = null;
    this.note = "";
    this.customerPhone = "";
    this.element = document.getElementById("row").content.querySelector("tr").cloneNode(true);
    this.find("[data-name]").textContent = file.name;
    this.find("[data-check]").setAttribute("aria-label", file.name);
    this.find("[data-size]").textContent = readable(file.size);
    this.find("[data-file-time]").textContent = say("file_time", { time: fileTime(file.lastModified) });
    this.element.addEventListener("input", (event) => this.#edited(event.target));
    this.draw();
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  cell(name) {
    return this.find(`[data-cell="${name}"]`);
  }

  get chosen() {
    return this.find("[data-check]").checked;
  }

  /** Fill in what a name or list tells; `over`: also what is already there. */
  fill(told, over = false) {
    for (const name of CELLS) {
      const input = this.cell(name);
      if (told[name] && (over || !input.value)) input.value = name === "staff_no" ? withName(told[name]) : told[name];
    }
    for (const [fact, value] of Object.entries(told.facts || {})) {
      const select = this.find(`[data-fact="${CSS.escape(fact)}"]`);
      if (select) select.value = value ? "1" : "0";
    }
    if (told.technician_channel != null) this.technicianChannel = told.technician_channel;
    if (told.note) this.note = told.note;
    if (told.customer_phone) this.customerPhone = told.customer_phone;
    this.problems = told.problems || {};
    this.draw();
  }

  get details() {
    const facts = {};
    for (const select of this.element.querySelectorAll("[data-fact]")) {
      if (select.value) facts[select.dataset.fact] = select.value === "1";
    }
    const cells = Object.fromEntries(CELLS.map((name) => [name, this.cell(name).value.trim()]));
    return { ...cells, facts, technician_channel: this.technicianChannel, note: this.note, customer_phone: this.customerPhone };
  }

  progress(bytes, resumed = false) {
    const at = performance.now();
    if (resumed) this.marks = [];
    this.sent = Math.max(bytes, resumed ? 0 : this.sent);
    this.marks.push([at, this.sent]);
    while (this.marks.length > 2 && at - this.marks[0][0] > 4000) this.marks.shift();
    const percent = Math.floor((100 * this.sent) / this.file.size);
    this.find("[data-bar]").value = percent;
    if (resumed && bytes) this.status(say("resumed", { percent }));
    else if (this.speed) {
      const left = lasting((this.file.size - this.sent) / this.speed);
      this.status(say("sending", { percent, speed: readable(this.speed), left }));
    } else this.status(say("sending_first", { percent }));
  }

  /** Bytes per second over the last seconds; 0 where it is too early to tell. */
  get speed() {
    if (this.marks.length < 2) return 0;
    const [first, last] = [this.marks[0], this.marks[this.marks.length - 1]];
    return last[0] - first[0] > 200 ? ((last[1] - first[1]) * 1000) / (last[0] - first[0]) : 0;
  }

  /** Show words, with a chip before them and a link behind. */
  status(words, chip = null, link = null, linked = say("open")) {
    const place = this.find("[data-status]");
    place.replaceChildren();
    if (chip) place.append(document.getElementById(`chip-${chip}`).content.cloneNode(true), " ");
    place.append(words);
    if (link) {
      const a = document.createElement("a");
      a.href = link;
      a.textContent = linked;
      place.append(" ", a);
    }
    this.find(".sheet-progress").classList.toggle("begun", Boolean(words || chip));
  }

  become(state, words = "", chip = null, link = null, linked = undefined) {
    this.state = state;
    this.draw();
    if (state !== "ready") this.status(words, chip, link, linked);
  }

  draw() {
    const open = ["ready", "failed", "paused"].includes(this.state);
    for (const input of this.element.querySelectorAll("[data-cell], [data-fact]")) input.disabled = !open;
    const bar = this.find("[data-bar]");
    bar.hidden = !["sending", "waiting", "paused"].includes(this.state);
    bar.setAttribute("aria-label", this.file.name);
    this.find('[data-act="retry"]').hidden = !["failed", "paused"].includes(this.state) || Boolean(this.final);
    this.find('[data-file-time]').hidden = Boolean(this.cell("recorded_at").value) || this.state === "done";
    this.element.dataset.state = this.state;
    this.element.classList.toggle("refused", this.state === "failed");
    const facts = Object.keys(this.details.facts).length;
    this.find("[data-fact-count]").textContent = facts ? say("facts", { n: facts }) : say("facts_none");
    const wrong = this.#wrong();
    this.element.classList.toggle("problem", this.state === "ready" && (Boolean(wrong) || !this.cell("standard_id").value));
    for (const name of ["staff_no", "order_no"]) {
      this.cell(name).classList.toggle("is-invalid", Boolean(this.problems[name]));
      this.cell(name).setAttribute("aria-invalid", String(Boolean(this.problems[name])));
    }
    if (this.state !== "ready") return;
    if (wrong) this.status(wrong, "unknown");
    else if (this.cell("standard_id").value) this.status(say("ready"));
    else this.status("", "missing");
  }

  #wrong() {
    const { staff_no: staff, order_no: order } = this.problems;
    return [staff && say(`staff_${staff}`), order && say("order_unknown")].filter(Boolean).join("，");
  }

  #edited(input) {
    delete this.problems[input.dataset.cell];
    this.draw();
  }
}

/** The number with the name behind it, as the list of people writes it. */
function withName(number) {
  const option = [...document.querySelectorAll("#staff option")].find((o) => o.value.split(" ")[0] === number);
  return option ? option.value : number;
}
