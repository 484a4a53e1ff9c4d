// The learner's name wanders over the film, so that a recording of the screen says whose it is.
import { make } from "./words.js";

const REST = 15_000;
const PLACES = 6;

export function addWatermark({ answer, vjs }) {
  if (!answer.watermark) return;
  const mark = make("div", { className: "watermark", textContent: answer.watermark });
  mark.setAttribute("aria-hidden", "true");
  vjs.el().append(mark);
  const move = () => {
    mark.dataset.place = String(Math.floor(Math.random() * PLACES));
  };
  move();
  const timer = setInterval(move, REST);
  vjs.on("dispose", () => clearInterval(timer));
}
