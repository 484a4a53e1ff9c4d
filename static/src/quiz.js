// Taking a quiz: answers are saved one by one, the clock is the server's, and items move by button.
import { announce } from "./messages.js";

const TYPING_PAUSE = 900;
const RETRY = 4000;
const quiz = () => document.getElementById("quiz");
const noteOf = (question) => question.querySelector(".question-saved");
const unsaved = new Set();
const pauses = new Map();
let sending = 0;

/** Say where the answer stands; `failed` makes it stand out. */
function note(question, words, failed = false) {
  noteOf(question).textContent = words;
  noteOf(question).toggleAttribute("data-unsaved", failed);
}

/** Have htmx save a question now. */
function save(question) {
  question.dispatchEvent(new Event("change", { bubbles: false }));
}

// Typing saves after a pause; leaving the field saves at once, by the browser's own "change".
document.addEventListener("input", (event) => {
  const question = event.target.closest?.(".question[hx-post]");
  if (!question || !event.target.classList.contains("typed")) return;
  unsaved.add(question);
  // "Saved" would no longer be true.
  if (!noteOf(question).hasAttribute("data-unsaved")) note(question, "");
  clearTimeout(pauses.get(question));
  pauses.set(
    question,
    setTimeout(() => save(question), TYPING_PAUSE),
  );
});

// htmx would send the whole form: a question sends itself.
document.addEventListener("htmx:configRequest", (event) => {
  const question = event.detail.elt;
  if (!question.matches?.(".question")) return;
  const own = new Set([...question.querySelectorAll("[name]")].map((control) => control.name));
  const sent = event.detail.formData;
  for (const name of [...sent.keys()]) {
    if (!own.has(name) && !["token", "csrfmiddlewaretoken"].includes(name)) sent.delete(name);
  }
  sent.set("asked", question.dataset.question);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const question = event.detail.elt;
  if (!question.matches?.(".question")) return;
  sending += 1;
  clearTimeout(pauses.get(question));
  pauses.delete(question);
  unsaved.add(question);
  note(question, noteOf(question).dataset.saving);
});

// No answer, or none of ours: say so and try again. Other refusals end with the next page.
for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, (event) => {
    const { elt: question, xhr } = event.detail;
    if (!question.matches?.(".question")) return;
    const { failed, signedOut } = noteOf(question).dataset;
    const out = [401, 403].includes(xhr.status);
    note(question, out ? signedOut : failed, true);
    if (out) setTimeout(() => saveOnceSignedIn(question), RETRY);
    else if (xhr.status >= 400 && xhr.status < 500 && ![408, 429].includes(xhr.status)) unsaved.delete(question);
    else setTimeout(() => save(question), RETRY);
  });
}

/** Signing in, in another tab, brings a new token for forms: this page takes it over and saves. */
async function saveOnceSignedIn(question) {
  const again = () => setTimeout(() => saveOnceSignedIn(question), RETRY);
  try {
    const answer = await fetch(location.href);
    if (!answer.ok || answer.redirected) return again();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("#quiz [name=csrfmiddlewaretoken]");
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = fresh?.value ?? field.value;
    save(question);
  } catch {
    again();
  }
}

// A refusal is shown in words, above the questions.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, elt } = event.detail;
  if (!elt.matches?.(".question") || ![400, 409].includes(xhr.status)) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
  event.detail.target = document.getElementById("quiz-notice");
  event.detail.swapOverride = "innerHTML";
  note(elt, "");
  unsaved.clear();
  goingOn = null;
  setTimeout(() => document.getElementById("quiz-notice").focus(), 50);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const question = event.detail.elt;
  if (!question.matches?.(".question")) return;
  sending -= 1;
  // What waits for this one is sent right after this event.
  setTimeout(goOn);
  if (!event.detail.successful) return;
  if (!pauses.has(question)) unsaved.delete(question);
  const kept = noteOf(question).querySelector("[data-answered]");
  const entry = document.getElementById(`map-${question.dataset.question}`);
  if (kept && entry) {
    entry.toggleAttribute("data-answered", kept.dataset.answered === "1");
    entry.toggleAttribute("data-flagged", kept.dataset.flagged === "1");
    entry.querySelector("[data-state]").textContent = kept.dataset.words.trimEnd();
  }
  // More was typed while this was on its way.
  if (pauses.has(question)) note(question, "");
  const seconds = document.querySelector("#quiz-clock [data-seconds]");
  if (seconds) startClock(Number(seconds.dataset.seconds));
});

window.addEventListener("beforeunload", (event) => {
  if (unsaved.size && quiz() && !leaving) event.preventDefault();
});

// A form sent while an answer is on its way would carry a token that no longer holds: it waits.
let leaving = false;
let goingOn = null;
document.addEventListener("submit", (event) => {
  if (event.target !== quiz() || leaving) return;
  if (!sending && !unsaved.size) {
    leaving = true;
    return;
  }
  event.preventDefault();
  const { submitter } = event;
  whenSaved(() => quiz().requestSubmit(submitter));
});

/** Save what is still being typed, then do `action`; where saving fails it waits for better times. */
function whenSaved(action) {
  goingOn = action;
  for (const question of [...pauses.keys()]) save(question);
  goOn();
}

function goOn() {
  if (!goingOn || sending || unsaved.size) return;
  leaving = true;
  goingOn();
}

// The clock counts down from what the server said, whatever the device believes the time to be.
let endsAt = null;
let told = new Set();
let handedIn = false;

function startClock(seconds) {
  endsAt = performance.now() + seconds * 1000;
}

const pad = (number) => String(number).padStart(2, "0");

function tick(timer) {
  const left = Math.max(0, Math.round((endsAt - performance.now()) / 1000));
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  const clock = timer.querySelector("[data-clock]");
  clock.textContent = hours ? `${hours}:${pad(minutes)}:${pad(seconds)}` : `${minutes}:${pad(seconds)}`;
  timer.toggleAttribute("data-short", left <= 60);
  for (const [mark, words] of [
    [300, timer.dataset.five],
    [60, timer.dataset.one],
  ]) {
    if (left <= mark && left > mark - 20 && !told.has(mark)) {
      told.add(mark);
      announce(words);
    }
  }
  if (left === 0 && !handedIn) handIn(timer);
}

/** Time is up: hand in what stands on the page, within the server's grace. */
function handIn(timer) {
  const form = quiz();
  if (!form) return;
  handedIn = true;
  announce(timer.dataset.over);
  form.action = form.dataset.submit;
  whenSaved(() => form.submit());
}

const timer = document.querySelector("[data-timer]");
if (timer) {
  startClock(Number(timer.dataset.seconds));
  tick(timer);
  setInterval(() => tick(timer), 1000);
}

// Ordering: buttons in place of numbers; each move is said aloud and saved.
for (const list of document.querySelectorAll("fieldset:not(:disabled) [data-ordering]")) {
  for (const item of list.querySelectorAll("[data-item]")) {
    item.querySelector(".ordering-place").classList.add("sr-only-place");
    item.querySelector(".ordering-moves").hidden = false;
  }
  list.classList.add("ordering-live");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  const item = button.closest("[data-item]");
  const list = item.parentElement;
  const down = button.dataset.move === "1";
  // At an end nothing moves: the order as it stands is the answer then.
  const other = down ? item.nextElementSibling : item.previousElementSibling;
  if (down) other?.after(item);
  else other?.before(item);
  const items = [...list.children];
  items.forEach((one, index) => {
    one.querySelector("select").value = String(index + 1);
  });
  button.focus();
  announce(`${item.querySelector(".ordering-text").textContent.trim()}: ${list.dataset.moved} ${items.indexOf(item) + 1}`);
  save(button.closest(".question"));
});
