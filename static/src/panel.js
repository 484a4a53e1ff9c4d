// The panel beside a lesson: transcript, notes or downloads. Without this module each is a page.
import { clock } from "./media/words.js";
import { announce } from "./messages.js";
import { recall, remember } from "./storage.js";

const root = document.documentElement;
const wide = matchMedia("(min-width: 80rem)");
const panel = () => document.getElementById("panel");
const tools = () => [...document.querySelectorAll(".study-tools [data-panel]")];
const toolFor = (name) => tools().find((tool) => tool.dataset.panel === name);

function show(name, { byHand }) {
  const tool = toolFor(name);
  for (const one of tools()) one.setAttribute("aria-expanded", String(one === tool));
  if (!tool) {
    delete root.dataset.panel;
    return;
  }
  root.dataset.panel = name;
  if (byHand && wide.matches) remember("panel", name);
  htmx.ajax("GET", address(tool), { target: "#panel", swap: "innerHTML" }).then(() => {
    if (byHand) panel()?.querySelector("h2")?.focus({ preventScroll: true });
  });
}

/** A transcript is asked for in the language that was read last. */
function address(tool) {
  const language = tool.dataset.panel === "transcript" && recall("transcript-language");
  return language ? `${tool.href}?language=${encodeURIComponent(language)}` : tool.href;
}

function close() {
  const tool = toolFor(root.dataset.panel);
  delete root.dataset.panel;
  remember("panel", null);
  for (const one of tools()) one.setAttribute("aria-expanded", "false");
  panel()?.replaceChildren();
  tool?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const anew = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (event.target.closest("[data-panel-close]")) return close();
  const tool = event.target.closest(".study-tools [data-panel]");
  if (!tool || anew) return null;
  event.preventDefault();
  return root.dataset.panel === tool.dataset.panel ? close() : show(tool.dataset.panel, { byHand: true });
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel()?.contains(event.target)) close();
});

// A lesson that comes with a panel open, from before or from the last visit.
document.addEventListener("htmx:load", (event) => {
  const lesson = event.detail.elt;
  if (lesson.id !== "lesson" && lesson !== document.body) return;
  if (root.dataset.panel && tools().length) show(root.dataset.panel, { byHand: false });
});

// "Note at 3:41": the moment is taken when one begins to write, or as soon after that as it is known.
let moment = null;

function stamp() {
  const button = document.querySelector("#panel [data-note-at]");
  if (!button || !moment?.player.box.isConnected) return;
  const { text, video, at_ms } = button.form.elements;
  if (!text.value || !at_ms.value) {
    video.value = moment.player.uid;
    at_ms.value = moment.ms;
  }
  button.textContent = button.dataset.noteAt.replace("{time}", clock(Number(at_ms.value)));
}

document.addEventListener("media:time", ({ detail }) => {
  moment = detail;
  stamp();
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "panel") return;
  document.dispatchEvent(new CustomEvent("media:ask"));
  const said = document.querySelector("#panel [data-said]");
  if (said) announce(said.dataset.said);
});

// Another film or language of the transcript stays in the panel.
document.addEventListener("click", (event) => {
  const link = event.target.closest("#panel [data-panel-link]");
  if (!link) return;
  event.preventDefault();
  if (link.lang) remember("transcript-language", link.lang);
  htmx.ajax("GET", link.href, { target: "#panel", swap: "innerHTML" });
});
