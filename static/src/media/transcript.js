// The transcript beside a film: goes along with it, is searched, and leads to where something was said.
import { word } from "./words.js";

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

class Transcript {
  constructor(list) {
    this.list = list;
    this.cues = [...list.querySelectorAll(".cue")];
    this.starts = this.cues.map((cue) => Number(cue.dataset.seek));
    this.pane = list.closest(".panel-body");
    this.panel = list.closest("#panel, main"); // a page of its own has no tools
    this.now = -1;
    this.following = true;
    this.hits = [];
    this.hit = -1;
    this.#listen();
  }

  #listen() {
    // Scrolled by hand: the reader leads, until "Back to now".
    for (const kind of ["wheel", "touchmove"]) this.pane.addEventListener(kind, () => this.lead(), { passive: true });
    this.list.addEventListener("keydown", (event) => this.#move(event));
    this.#tool("now")?.addEventListener("click", () => this.back());
    const search = this.#tool("search");
    search?.addEventListener("input", () => this.search(search.value));
    search?.closest("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.turn(1);
    });
    this.#tool("previous")?.addEventListener("click", () => this.turn(-1));
    this.#tool("next")?.addEventListener("click", () => this.turn(1));
  }

  #tool(name) {
    return this.panel.querySelector(`[data-transcript-${name}]`);
  }

  /** The film is at `ms`. */
  at(ms) {
    let [low, high] = [0, this.starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle] <= ms) low = middle + 1;
      else high = middle;
    }
    this.#mark(low - 1);
  }

  #mark(index) {
    if (index === this.now) return;
    this.cues[this.now]?.removeAttribute("aria-current");
    this.now = index;
    const cue = this.cues[index];
    if (!cue) return;
    cue.setAttribute("aria-current", "true");
    if (this.following) this.#show(cue);
    if (!this.list.contains(document.activeElement)) this.#reach(cue);
  }

  /** One cue can be reached by Tab; arrows lead to the others. */
  #reach(cue) {
    if (this.reached) this.reached.tabIndex = -1;
    else this.cues[0].tabIndex = -1;
    cue.tabIndex = 0;
    this.reached = cue;
  }

  #show(cue) {
    const [box, pane] = [cue.getBoundingClientRect(), this.pane.getBoundingClientRect()];
    this.pane.scrollTop += box.top - pane.top - pane.height / 3;
  }

  #move(event) {
    const place = this.cues.indexOf(document.activeElement);
    const next = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: this.cues.length - 1 }[event.key];
    const cue = this.cues[next];
    if (place < 0 || !cue) return;
    event.preventDefault();
    this.lead();
    this.#reach(cue);
    cue.focus();
  }

  lead() {
    this.following = false;
    const back = this.#tool("now");
    if (back) back.hidden = false;
  }

  back() {
    this.following = true;
    this.#tool("now").hidden = true;
    const cue = this.cues[this.now] ?? this.cues[0];
    if (cue) this.#show(cue);
    cue?.focus({ preventScroll: true });
  }

  search(words) {
    const wanted = plain(words.trim());
    for (const cue of this.hits) this.#unmark(cue);
    this.texts ??= this.cues.map((cue) => plain(cue.querySelector(".cue-text").textContent));
    this.hits = wanted ? this.cues.filter((cue, index) => this.texts[index].includes(wanted)) : [];
    this.hit = -1;
    for (const cue of this.hits) cue.classList.add("cue-hit");
    this.#tool("turns").hidden = !this.hits.length;
    if (this.hits.length) this.turn(1);
    else this.#count(wanted ? word("Nothing found") : "");
  }

  #unmark(cue) {
    cue.classList.remove("cue-hit", "cue-hit-now");
  }

  turn(way) {
    if (!this.hits.length) return;
    this.lead();
    this.hits[this.hit]?.classList.remove("cue-hit-now");
    this.hit = (this.hit + way + this.hits.length) % this.hits.length;
    const cue = this.hits[this.hit];
    cue.classList.add("cue-hit-now");
    this.#show(cue);
    this.#reach(cue);
    this.#count(word("{number} of {count}", { number: this.hit + 1, count: this.hits.length }));
  }

  #count(text) {
    this.#tool("count").textContent = text;
  }
}

let open = null;

/** Takes up the transcript that is on the page. */
export function follow() {
  const list = document.querySelector("[data-transcript]");
  if (!list || open?.list === list) return;
  open = new Transcript(list);
  document.dispatchEvent(new CustomEvent("media:ask")); // a film that rests says where it is
}

document.addEventListener("media:time", ({ detail: { ms, player } }) => {
  if (open?.list.isConnected && player.uid === open.list.dataset.video) open.at(ms);
});
