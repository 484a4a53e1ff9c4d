// One file on its way to the server: in slices that go on after a cut, or in one piece straight to the video provider.
const PAUSES = [1, 2, 4, 8, 15, 30, 30, 30, 60, 60]; // seconds before each new try, from the last success on
const SPEED_OVER = 5000; // ms that the shown speed is taken from

export class Refused extends Error {}
class Cut extends Error {} // the connection or the server: worth another try

/** What the shown progress is about. `state`: waiting, sending, cut (trying again), sent, failed, cancelled. */
export class Upload {
  state = "waiting";
  sent = 0;
  problem = "";
  told = null;
  #marks = [];
  #request = null;

  constructor(file, { beginUrl, token, collection, sliceBytes, changed }) {
    Object.assign(this, { file, beginUrl, token, collection, sliceBytes, changed });
  }

  /** Sends the file to its end; a second call goes on where the first one failed. */
  async run() {
    try {
      this.#become("sending");
      this.told = await this.#patiently(() => this.#begin());
      if (this.state === "cancelled") return void (await this.#takeBack());
      if (this.told.direct) await this.#sendDirectly();
      else await this.#sendSlices();
      if (this.state !== "cancelled") this.#become(this.told.state === "failed" ? "failed" : "sent");
    } catch (error) {
      if (this.state === "cancelled") return;
      this.problem = error.message;
      this.refused = error instanceof Refused;
      this.#become("failed");
    }
  }

  async cancel() {
    this.#become("cancelled");
    this.#request?.abort();
    if (this.told) await this.#takeBack();
  }

  /** If this is lost as well, the server removes the upload after some days. */
  #takeBack() {
    return this.#ask("DELETE", this.told.url).catch(() => {});
  }

  get bytesPerSecond() {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    return last && last.at > first.at ? ((last.sent - first.sent) * 1000) / (last.at - first.at) : 0;
  }

  get secondsLeft() {
    return this.bytesPerSecond ? (this.file.size - this.sent) / this.bytesPerSecond : null;
  }

  async #begin() {
    const body = new FormData();
    const { name, size, lastModified } = this.file;
    const known = { name, size, modified: lastModified, collection: this.collection ?? "" };
    for (const [key, value] of Object.entries(known)) body.append(key, value);
    const length = await durationOf(this.file);
    if (length) body.append("duration_ms", length);
    return this.#ask("POST", this.beginUrl, { body });
  }

  async #sendSlices() {
    while (this.told.state === "uploading" && this.state !== "cancelled") {
      this.#progress(this.told.offset);
      let cut = false;
      this.told = await this.#patiently(async () => {
        // After a cut only the server knows how much arrived.
        if (cut) this.told = await this.#ask("GET", this.told.url);
        cut = true;
        if (this.told.state !== "uploading") return this.told;
        const { offset } = this.told;
        const slice = this.file.slice(offset, offset + this.sliceBytes);
        const headers = { "Upload-Offset": offset, "Content-Type": "application/octet-stream" };
        return this.#ask("PATCH", this.told.url, { body: slice, headers, offset });
      });
    }
    this.problem = this.told.problem;
    if (this.told.state !== "failed") this.#progress(this.file.size);
  }

  async #sendDirectly() {
    const { url, fields, file_field: name } = this.told.direct;
    const body = new FormData();
    for (const [key, value] of Object.entries(fields)) body.append(key, value);
    body.append(name, this.file);
    const answer = await this.#ask("POST", url, { body, offset: 0, away: true });
    const found = new FormData();
    found.append("file_id", answer.fileId ?? "");
    this.told = await this.#patiently(() => this.#ask("POST", this.told.confirm_url, { body: found }));
    this.problem = this.told.problem;
  }

  /** Tries until it works, is refused or cancelled; a lost connection is waited for. */
  async #patiently(action) {
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await action();
        if (this.state === "cut") this.#become("sending");
        return answer;
      } catch (error) {
        if (!(error instanceof Cut) || attempt >= PAUSES.length || this.state === "cancelled") throw error;
        this.#become("cut");
        await pause(PAUSES[attempt]);
        if (this.state === "cancelled") throw error;
      }
    }
  }

  #ask(method, url, { body, headers = {}, offset = null, away = false } = {}) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, url);
      request.responseType = "json";
      if (!away) headers = { ...headers, "X-CSRFToken": this.token, "X-Requested-With": "XMLHttpRequest" };
      for (const [key, value] of Object.entries(headers)) request.setRequestHeader(key, value);
      if (offset !== null) {
        request.upload.addEventListener("progress", (event) => this.#progress(Math.min(offset + event.loaded, this.file.size)));
      }
      request.addEventListener("load", () => {
        const { status, response } = request;
        if (status < 300) resolve(response);
        else if (status === 409 && response?.url) resolve(response);
        else if (status === 423 || status === 429 || status >= 500) reject(new Cut(response?.error));
        else reject(new Refused(response?.error ?? response?.message ?? ""));
      });
      request.addEventListener("error", () => reject(new Cut()));
      request.addEventListener("abort", () => reject(new Refused()));
      if (offset !== null) this.#request = request;
      request.send(body);
    });
  }

  #progress(sent) {
    const now = performance.now();
    this.sent = sent;
    this.#marks.push({ at: now, sent });
    while (this.#marks.length > 2 && this.#marks[0].at < now - SPEED_OVER) this.#marks.shift();
    this.changed(this);
  }

  #become(state) {
    this.state = state;
    if (state !== "sending") this.#marks = [];
    this.changed(this);
  }
}

const pause = (seconds) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    addEventListener("online", () => (clearTimeout(timer), resolve()), { once: true });
  });

/** Milliseconds as this browser tells them; null for what it cannot play. */
function durationOf(file) {
  return new Promise((resolve) => {
    const media = document.createElement("video");
    const url = URL.createObjectURL(file);
    const done = (length) => {
      URL.revokeObjectURL(url);
      resolve(Number.isFinite(length) && length > 0 ? Math.round(length * 1000) : null);
    };
    media.preload = "metadata";
    media.addEventListener("loadedmetadata", () => done(media.duration), { once: true });
    media.addEventListener("error", () => done(null), { once: true });
    setTimeout(() => done(null), 3000);
    media.src = url;
  });
}
