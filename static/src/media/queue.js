// Samples on their way to the server: kept until it has them, also over a closed page.
import { recall, remember } from "../storage.js";
import { merged } from "./ranges.js";

const PREFIX = "beats:";
const MOST = 60; // samples in a queue, and in a request
const MOST_SPANS = 200; // in a request
const KEEP = 12 * 3600 * 1000; // as long as a token holds

/** Two samples as one: all that was played, and where one was last. */
const together = (one, other) => ({
  ...(one.at > other.at ? one : other),
  played: merged([...one.played, ...other.played]),
});

/** One page's samples. Each page has a queue of its own, so tabs do not disturb each other. */
export class Queue {
  #release;

  constructor(beat, key = PREFIX + (crypto.randomUUID?.() ?? Math.random()), samples = []) {
    Object.assign(this, { beat, key, samples, sending: 0 });
  }

  /** While this page lives, others leave its queue alone. */
  hold() {
    navigator.locks?.request(this.key, () => new Promise((done) => (this.#release = done)));
    return this;
  }

  add(sample) {
    this.samples.push(sample);
    // The oldest two become one, but never a sample that is on its way.
    const waiting = this.samples.slice(this.sending);
    if (waiting.length > MOST) this.samples.splice(this.sending, 2, together(waiting[0], waiting[1]));
    this.#keep();
  }

  /** The oldest samples, as many as the server takes at once. */
  #first() {
    const chosen = [];
    let spans = 0;
    for (const sample of this.samples.slice(0, MOST)) {
      spans += sample.played.length;
      if (chosen.length && spans > MOST_SPANS) break;
      chosen.push(sample);
    }
    return chosen;
  }

  /** As the server wants it: ages instead of times, for no two clocks agree. */
  #body(samples, now = Date.now()) {
    const told = samples.map(({ played, position_ms, at }) => ({
      played: played.slice(0, MOST_SPANS),
      position_ms,
      age_ms: Math.max(0, now - at),
    }));
    return JSON.stringify({ token: this.beat.token, samples: told });
  }

  /** Sends what waits. The answer; null if there is none: offline, or a failing server. */
  async send() {
    if (this.sending || !this.samples.length) return null;
    const samples = this.#first();
    const body = this.#body(samples);
    this.sending = samples.length;
    try {
      const response = await fetch(this.beat.url, {
        method: "POST",
        body,
        headers: { "Content-Type": "application/json" },
        keepalive: true,
      });
      if (response.status >= 500 || response.status === 429) return null;
      if (response.status === 403) return { refused: true };
      this.samples.splice(0, this.sending); // taken, or (400) never to be taken
      const answer = response.ok ? await response.json() : {};
      if (answer.token) this.beat.token = answer.token;
      return answer;
    } catch {
      return null;
    } finally {
      this.sending = 0;
      this.#keep();
    }
  }

  /** The page may be gone in a moment. What is sent stays in the queue: nobody says whether it came. */
  beacon() {
    if (this.samples.length) navigator.sendBeacon(this.beat.url, this.#body(this.samples.slice(-MOST)));
  }

  drop() {
    this.samples = [];
    this.#keep();
  }

  close() {
    this.#release?.();
  }

  #keep() {
    const { beat, samples } = this;
    remember(this.key, samples.length ? JSON.stringify({ beat, samples }) : null);
  }
}

/** Sends what pages left behind that were closed before the server had it. */
export async function sendOrphans() {
  for (const key of keys().filter((name) => name.startsWith(PREFIX))) {
    await (navigator.locks
      ? navigator.locks.request(key, { ifAvailable: true }, (free) => free && sendOrphan(key))
      : null);
  }
}

async function sendOrphan(key) {
  const left = read(key);
  const fresh = left?.samples?.filter((sample) => Date.now() - sample.at < KEEP);
  if (!fresh?.length) return remember(key, null);
  const queue = new Queue(left.beat, key, fresh);
  if ((await queue.send())?.refused) queue.drop();
  return null;
}

function read(key) {
  try {
    return JSON.parse(recall(key));
  } catch {
    return null;
  }
}

function keys() {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}
