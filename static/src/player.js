// The lesson's page: after HTMX has swapped a lesson, put the reader where a page load would have put them.
import { announce } from "./messages.js";
import { remember } from "./storage.js";

const root = document.documentElement;

const side = () => document.querySelector("#player .player-side");

// The outline stays; the lesson's module comes anew with its row marked. Other marks are old.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "lesson" || !event.detail.shouldSwap) return;
  for (const link of document.querySelectorAll("#outline [aria-current]")) link.removeAttribute("aria-current");
  for (const row of document.querySelectorAll("#outline [data-current]")) delete row.dataset.current;
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt?.id !== "lesson") return;
  const drawer = document.getElementById("outline");
  if (drawer?.matches(":popover-open")) drawer.hidePopover();
  showCurrentRow();
  const title = document.querySelector("#lesson [data-lesson-title]");
  if (!title) return;
  title.focus({ preventScroll: true });
  announce(title.textContent.trim());
});

// A film counts as watched: the server is asked how the lesson stands.
document.addEventListener("media:watched", ({ detail }) => {
  const form = document.querySelector("#complete:not([data-done])");
  const said = form?.querySelector("[data-watched]");
  if (said?.dataset.watched === detail.player.uid) said.textContent = detail.percent;
  if (detail.completed && form) htmx.ajax("GET", form.dataset.url, { target: "#complete", swap: "outerHTML" });
});

// Marked as completed: the button is gone, so whoever pressed it goes on to what comes next.
let pressed = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "complete") pressed = event.detail.requestConfig?.verb === "post" && event.detail.requestConfig?.triggeringEvent?.type === "submit";
});

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
  if (pressed) document.querySelector("#player .turn-next")?.focus();
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

// Without a connection films play on from what has been loaded: one is told that nothing is lost.
function tellOffline() {
  const notice = document.getElementById("offline");
  if (!notice || notice.hidden === navigator.onLine) return;
  notice.hidden = navigator.onLine;
  if (!notice.hidden) announce(notice.textContent);
}

for (const change of ["online", "offline"]) addEventListener(change, tellOffline);
tellOffline();

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
