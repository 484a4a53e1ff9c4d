// The player: after HTMX has swapped a lesson, put the reader where a page load would have put them.
import { announce } from "./messages.js";
import { remember } from "./storage.js";

const root = document.documentElement;
let sideScroll = 0;

const side = () => document.querySelector("#player .player-side");

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "player") sideScroll = side()?.scrollTop ?? 0;
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt?.id !== "player" && event.detail.target?.id !== "player") return;
  if (side()) side().scrollTop = sideScroll;
  showCurrentRow();
  const title = document.querySelector("#player [data-lesson-title]");
  if (!title) return;
  title.focus({ preventScroll: true });
  announce(title.textContent.trim());
});

// Marked as completed: the button is gone, so the reader goes on to what comes next.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "complete") return;
  const control = document.getElementById("complete");
  if (!control || control.dataset.done === undefined) return;
  const text = control.querySelector(".complete-state")?.textContent.trim() ?? "";
  const mark = document.querySelector("#player [data-current] .state");
  if (mark) {
    mark.className = "state state-done";
    mark.setAttribute("aria-label", text);
  }
  if (document.activeElement === document.body) document.querySelector("#player .turn-next")?.focus();
  announce(text);
});

/** Bring the current lesson's row into the outline's view, without moving the page. */
function showCurrentRow() {
  const row = document.querySelector("#player .course-outline [aria-current]");
  const pane = side();
  if (!row || !pane || pane.scrollHeight <= pane.clientHeight) return;
  const [from, to] = [row.getBoundingClientRect(), pane.getBoundingClientRect()];
  if (from.top < to.top || from.bottom > to.bottom) {
    pane.scrollTop += from.top - to.top - pane.clientHeight / 3;
  }
}

// On a wide screen the outline can be put away, and stays so.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-outline-switch]");
  if (!button) return;
  const away = root.classList.toggle("outline-away");
  remember("outline", away ? "away" : null);
  button.setAttribute("aria-expanded", String(!away));
});

for (const button of document.querySelectorAll("[data-outline-switch]")) {
  button.setAttribute("aria-expanded", String(!root.classList.contains("outline-away")));
}
showCurrentRow();
