// A word over the film about what a key or a tap just did.
import { announce } from "../messages.js";
import { make } from "./words.js";

const SHOWN = 700;

/** `side`: −1 and 1 are left and right, 0 the middle. */
export function flash({ vjs }, text, side = 0) {
  vjs.el().querySelector(".flash")?.remove();
  const word = make("div", { className: "flash", textContent: text, data: { side: String(side) } });
  word.setAttribute("aria-hidden", "true");
  vjs.el().append(word);
  announce(text);
  setTimeout(() => word.remove(), SHOWN);
}
