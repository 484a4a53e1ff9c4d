// Two quick taps at a side go ten seconds back or forth; one shows the controls, which video.js does.
import { flash } from "./flash.js";

const QUICK = 300;
const STEP = 10_000;

export function addTouch(player) {
  const { vjs, box } = player;
  let last = { at: -Infinity, side: 0 };

  const sideOf = (touch) => {
    const { left, width } = box.getBoundingClientRect();
    const place = (touch.clientX - left) / width;
    return place < 0.35 ? -1 : place > 0.65 ? 1 : 0;
  };

  vjs.el().addEventListener("touchend", (event) => {
    if (event.target.closest("button, .vjs-control-bar, .vjs-menu, .up-next, .media-failure")) return;
    const side = sideOf(event.changedTouches[0]);
    const now = performance.now();
    if (side && side === last.side && now - last.at < QUICK && player.started) {
      event.preventDefault();
      player.step(side * STEP);
      flash(player, side < 0 ? "− 10 s" : "+ 10 s", side);
      last = { at: now, side };
      return;
    }
    last = { at: now, side };
  });
}
