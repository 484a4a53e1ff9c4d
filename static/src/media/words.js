// The texts of the player, in the reader's language: each under its English original, as video.js has them.

let words;

const read = () => {
  const place = document.getElementById("media-words");
  const entries = [...(place?.content.querySelectorAll("[data-word]") ?? [])];
  return Object.fromEntries(entries.map((entry) => [entry.dataset.word, entry.textContent]));
};

export const allWords = () => (words ??= read());

/** `word("Resumed at {time}", { time: "3:41" })` */
export function word(name, values = {}) {
  return (allWords()[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** 221000 → "3:41", 3661000 → "1:01:01" */
export function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
}

/** An element with properties, data and children. */
export function make(tag, { data = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  element.append(...children);
  return element;
}
