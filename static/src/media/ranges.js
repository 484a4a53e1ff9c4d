// What was played: spans of milliseconds. Pure.

/** Sorted and merged: overlapping and touching spans become one. */
export function merged(spans) {
  const result = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

const LEAP = 2_000; // between two looks at a playing film; more is a seek that nobody told

/** Follows a film's position and says which spans were really played. */
export class Recorder {
  #spans = [];
  #open = null;

  /** The film plays and is at `ms`. */
  at(ms, rate = 1) {
    const [from, to] = this.#open ?? [ms, ms];
    if (ms < to || ms - to > LEAP * rate) {
      this.stop();
      this.#open = [ms, ms];
    } else this.#open = [from, ms];
  }

  /** It went elsewhere. */
  stop() {
    if (this.#open && this.#open[1] > this.#open[0]) this.#spans.push(this.#open);
    this.#open = null;
  }

  /** What was played since the last time one asked; the span that goes on begins anew. */
  take() {
    const going = this.#open;
    this.stop();
    const played = merged(this.#spans);
    this.#spans = [];
    if (going) this.#open = [going[1], going[1]];
    return played;
  }
}
