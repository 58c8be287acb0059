// One file on its way to the server: slices by raw PUT, each at the offset that the server has confirmed.
import { csrfToken } from "./site.js";

const WAITS_S = [1, 2, 4, 8, 15]; // before a slice is tried again by itself
const SAMPLE = 64 * 1024;

/** An answer other than yes; `status` 0 means that the server could not be reached. */
export class Refusal extends Error {
  constructor(status, body = {}) {
    super(body.error || String(status));
    this.status = status;
    this.body = body;
  }
}

export const sentence = (body) => [body.error, body.advice].filter(Boolean).join("。");

/** Send JSON or nothing and read JSON. Throws Refusal. */
export async function ask(method, url, data) {
  const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
  let body = data;
  if (data !== undefined && !(data instanceof Blob)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(data);
  }
  let response;
  try {
    response = await fetch(url, { method, headers, body });
  } catch {
    throw new Refusal(0);
  }
  const told = response.status === 204 ? {} : await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, told);
  return told;
}

/** A digest of the file's first and last bytes: two files may share name, size and time. Not for security. */
async function sampleOf(file) {
  const pieces = [file.slice(0, SAMPLE), file.slice(Math.max(0, file.size - SAMPLE))];
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (const piece of pieces) {
    for (const byte of new Uint8Array(await piece.arrayBuffer())) {
      a = Math.imul(a ^ byte, 2654435761);
      b = Math.imul(b ^ byte, 1597334677);
    }
  }
  return (a >>> 0).toString(16).padStart(8, "0") + (b >>> 0).toString(16).padStart(8, "0");
}

/** Sends one file. `on.progress(bytes)`, `on.waiting(seconds)`, `on.checking()` tell how it goes. */
export class Sender {
  constructor(file, api, sliceBytes, on) {
    Object.assign(this, { file, api, sliceBytes, on, id: null, offset: 0, request: null, stopped: false });
  }

  /** Send what the server does not have yet; `details()` gives the cells of the row. Returns its answer. */
  async send(details) {
    this.stopped = false;
    const { file } = this;
    const sample = await sampleOf(file);
    const told = { name: file.name, size: file.size, modified: Math.round(file.lastModified), sample };
    const begun = await this.#patiently(() => ask("POST", this.api, { ...told, details: details() }));
    this.id = begun.id;
    this.offset = begun.offset;
    this.on.progress(this.offset, true);
    while (this.offset < file.size) {
      const answer = await this.#patiently(() => this.#slice());
      this.offset = answer.offset;
      this.on.progress(this.offset);
    }
    this.on.checking();
    return this.#patiently(() => ask("POST", `${this.api}/${this.id}/finish`, { details: details() }));
  }

  /** Stop; nothing stays on the server. */
  async cancel() {
    this.stopped = true;
    this.request?.abort();
    if (this.id) await ask("DELETE", `${this.api}/${this.id}`).catch(() => {});
    this.id = null;
  }

  #slice() {
    return new Promise((resolve, reject) => {
      const { offset } = this;
      const piece = this.file.slice(offset, offset + this.sliceBytes);
      const request = new XMLHttpRequest(); // fetch tells no progress of what it sends
      this.request = request;
      request.open("PUT", `${this.api}/${this.id}?offset=${offset}`);
      request.setRequestHeader("X-CSRFToken", csrfToken());
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.onprogress = (event) => this.on.progress(offset + Math.min(event.loaded, piece.size));
      request.onload = () => {
        const body = request.response || {};
        if (request.status < 300) resolve(body);
        else if (request.status === 409 && body.code === "offset") resolve(body); // go on where the server is
        else reject(new Refusal(request.status, body));
      };
      request.onerror = request.onabort = request.ontimeout = () => reject(new Refusal(0));
      request.timeout = 600000;
      request.send(piece);
    });
  }

  async #patiently(act) {
    for (let turn = 0; ; turn += 1) {
      if (this.stopped) throw new Refusal(0, { code: "cancelled" });
      try {
        return await act();
      } catch (error) {
        if (this.stopped) throw new Refusal(0, { code: "cancelled" });
        const passing = error instanceof Refusal && (error.status === 0 || (error.status >= 500 && error.status !== 507) || error.status === 400 || error.body.code === "busy");
        if (!passing || turn >= WAITS_S.length) throw error;
        this.on.waiting(WAITS_S[turn]);
        await new Promise((go) => setTimeout(go, WAITS_S[turn] * 1000));
      }
    }
  }
}
