// The course structure screen: its forms answer in place, rows are dragged or lifted with the keyboard.
// Without this script the same forms lead to the whole screen again.
import Sortable from "sortablejs";

const PAUSE = 2500; // ms between two questions whether the release has come
const REST = 600; // ms that a dragged lesson rests on a closed module until it opens
const PATIENCE = 10 * 60 * 1000; // ms after which a waiting screen stops asking
const XHR = { "X-Requested-With": "XMLHttpRequest" };
const root = document.querySelector("[data-structure]");
const dialog = root.querySelector("dialog");
const spoken = root.querySelector("[data-spoken]");

// --- Asking and showing ----------------------------------------------------------------------

async function ask(url, options = {}) {
  const answer = await fetch(url, { ...options, headers: XHR });
  if (!answer.ok || answer.redirected) throw new TypeError(`${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

const openModules = () =>
  [...root.querySelectorAll(".structure-lessons[open]:not([data-rows])")].map(
    (details) => details.closest("[data-page]").dataset.page,
  );

/** Every part of an answer takes the place of the element with its id. */
function show(answer) {
  const active = document.activeElement;
  const menu = active?.closest("[data-menu]")?.querySelector("summary") ?? active;
  const focus = menu?.dataset?.focus ? `[data-focus="${menu.dataset.focus}"]` : menu?.id && `#${CSS.escape(menu.id)}`;
  const closed = [...root.querySelectorAll(".structure-lessons:not([open])")].map((one) => one.closest("li").id);
  for (const part of answer.querySelectorAll("#structure-summary, #structure-messages, #structure-course, .structure-module")) {
    const old = document.getElementById(part.id);
    if (!old) continue;
    if ("keep" in part.dataset) {
      // The element stays, so that screen readers speak what changes in it.
      old.className = part.className;
      old.replaceChildren(...part.childNodes);
    } else {
      old.replaceWith(part);
    }
  }
  for (const id of closed) document.querySelector(`#${CSS.escape(id)} .structure-lessons`)?.removeAttribute("open");
  prepare();
  if (focus) document.querySelector(focus)?.focus();
}

function fail() {
  const line = document.getElementById("structure-messages");
  line.className = "structure-messages structure-failed";
  line.textContent = root.dataset.textFailed;
}

async function refresh() {
  const query = new URLSearchParams(openModules().map((pk) => ["open", pk]));
  show(await ask(`${root.dataset.structure}?${query}`));
}

async function send(url, body) {
  for (const pk of openModules()) body.append("open", pk);
  root.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(url, { method: "POST", body });
    if (answer.querySelector("#structure-summary")) {
      dialog.close();
      show(answer);
    } else {
      fill(answer);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the network was away, or the session is over
    dialog.close();
    fail();
    await refresh().catch(() => {});
  } finally {
    root.removeAttribute("aria-busy");
  }
}

root.addEventListener("submit", (event) => {
  event.preventDefault();
  const { target: form, submitter } = event;
  const url = submitter?.getAttribute("formaction") ?? form.action;
  send(url, new FormData(form, submitter));
});

// --- Dialog and menus ------------------------------------------------------------------------

function fill(answer) {
  dialog.replaceChildren(...answer.body.childNodes);
}

root.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-dialog]");
  if (event.target.closest("[data-close]")) {
    event.preventDefault();
    dialog.close();
  } else if (link) {
    event.preventDefault();
    const from = link.closest("[data-menu]");
    try {
      fill(await ask(link.href));
      from.open = false;
      from.querySelector("summary").focus();
      dialog.showModal();
      const wanted = link.hash && dialog.querySelector(link.hash);
      if (wanted) wanted.focus();
      else dialog.querySelector("input:not([type=hidden])")?.select();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      location.assign(link.href);
    }
  }
});

document.addEventListener("click", (event) => {
  for (const menu of root.querySelectorAll("[data-menu][open], .structure-confirm[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

root.addEventListener("keydown", (event) => {
  const menu = event.target.closest("[data-menu][open], .structure-confirm[open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Lessons of a large course come when their module is opened.
root.addEventListener(
  "toggle",
  async (event) => {
    const details = event.target;
    if (!details.open || !details.dataset?.rows) return;
    const id = details.closest("li").id;
    try {
      const answer = await ask(details.dataset.rows);
      details.removeAttribute("data-rows");
      show(answer);
      document.querySelector(`#${CSS.escape(id)} summary`)?.focus();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      fail();
    }
  },
  true,
);

// --- Moving ----------------------------------------------------------------------------------

const said = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const titleOf = (item) => item.dataset.title;

function post(item) {
  const list = item.parentElement;
  const body = new FormData(document.getElementById("structure-actions"));
  body.append("parent", list.dataset.parent);
  body.append("after", item.previousElementSibling?.dataset.page ?? "");
  return send(item.querySelector("[data-handle]").dataset.move, body);
}

// A closed module opens when a lesson rests on it for a moment, so that it can be dropped there.
let resting = null; // {details, timer}

function restOn({ clientX, clientY, touches }) {
  const place = touches?.[0] ?? { clientX, clientY };
  const module = document.elementFromPoint(place.clientX, place.clientY)?.closest(".structure-module");
  const details = module?.querySelector(".structure-lessons:not([open])") ?? null;
  if (details === (resting?.details ?? null)) return;
  clearTimeout(resting?.timer);
  resting = details && { details, timer: setTimeout(() => (details.open = true), REST) };
}

function startOpening() {
  for (const name of ["dragover", "pointermove", "touchmove"]) document.addEventListener(name, restOn, { passive: true });
}

function stopOpening() {
  for (const name of ["dragover", "pointermove", "touchmove"]) document.removeEventListener(name, restOn);
  clearTimeout(resting?.timer);
  resting = null;
}

/** Lists are made sortable and handles shown, once each. */
function prepare() {
  for (const handle of root.querySelectorAll("[data-handle][hidden]")) handle.hidden = false;
  for (const list of root.querySelectorAll(".structure-modules, .structure-rows")) {
    if (Sortable.get(list)) continue;
    Sortable.create(list, {
      group: list.matches(".structure-rows") ? "lessons" : "modules",
      onStart({ item }) {
        if (item.matches(".structure-lesson")) startOpening();
      },
      handle: "[data-handle]",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
      ghostClass: "structure-ghost",
      onEnd({ from, to, oldIndex, newIndex, item }) {
        stopOpening();
        if (from === to && oldIndex === newIndex) return;
        item.querySelector("[data-handle]").focus();
        post(item);
      },
    });
  }
  follow();
}

let lifted = null; // {item, list, next}: what the keyboard carries, and where it came from

function say(text, item) {
  const list = item.parentElement;
  const rows = [...list.children];
  spoken.textContent = said(text, {
    title: titleOf(item),
    place: rows.indexOf(item) + 1,
    all: rows.length,
    module: list.closest("[data-title]")?.dataset.title ?? "",
  });
}

function lift(item) {
  lifted = { item, list: item.parentElement, next: item.nextElementSibling };
  item.classList.add("structure-lifted");
  say(root.dataset.textLifted, item);
}

function putDown(back) {
  const { item, list, next } = lifted;
  const stayed = item.parentElement === list && item.nextElementSibling === next;
  if (back) list.insertBefore(item, next);
  item.classList.remove("structure-lifted");
  lifted = null;
  if (back) {
    item.querySelector("[data-handle]").focus();
    say(root.dataset.textBack, item);
  } else if (!stayed) {
    post(item);
  }
}

function carry(up) {
  const { item } = lifted;
  const beside = up ? item.previousElementSibling : item.nextElementSibling;
  if (beside) {
    if (up) beside.before(item);
    else beside.after(item);
  } else {
    const lists = [...root.querySelectorAll(".structure-lessons[open] .structure-rows")];
    const there = lists[lists.indexOf(item.parentElement) + (up ? -1 : 1)];
    if (!item.matches(".structure-lesson") || !there) return;
    if (up) there.append(item);
    else there.prepend(item);
  }
  item.querySelector("[data-handle]").focus();
  item.scrollIntoView({ block: "nearest" });
  say(item.matches(".structure-lesson") ? root.dataset.textPlace : root.dataset.textPlaceModule, item);
}

root.addEventListener("keydown", (event) => {
  const handle = event.target.closest("[data-handle]");
  if (!handle) return;
  const item = handle.closest("[data-page]");
  if (event.key === "Enter" || event.key === " ") {
    if (lifted) putDown(false);
    else lift(item);
  } else if (lifted && event.key === "Escape") {
    putDown(true);
  } else if (lifted && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    carry(event.key === "ArrowUp");
  } else if (lifted && event.key === "Tab") {
    putDown(true);
    return;
  } else {
    return;
  }
  event.preventDefault();
});

// --- Waiting for the release -----------------------------------------------------------------

let following = false;
const started = Date.now();

/** While published changes wait for their release, asks whether it has come; then shows it. */
async function follow() {
  if (following) return;
  following = true;
  while (document.querySelector("[data-waits]") && Date.now() - started < PATIENCE) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    const busy = lifted || dialog.open || document.hidden || root.querySelector("[data-menu][open], .sortable-chosen");
    if (busy || root.contains(document.activeElement?.closest("input"))) continue;
    try {
      const line = document.querySelector("[data-release-status]");
      const fresh = (await ask(line.dataset.releaseUrl)).querySelector("[data-release-status]");
      if (fresh && fresh.textContent.trim() !== line.textContent.trim()) await refresh();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // the network was away: ask again
    }
  }
  following = false;
}

prepare();
