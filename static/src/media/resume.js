// Where one was: said once, with a way back to the start.
import { clock, make, word } from "./words.js";

const SHOWN = 8_000;

export function offerStart(player) {
  const { vjs, startsAt } = player;
  if (!startsAt || player.answer.kind === "preview") return;
  vjs.one("playing", () => {
    const over = make("button", { type: "button", className: "resumed-over", textContent: word("Start over") });
    const note = make(
      "div",
      { className: "resumed", role: "status" },
      make("span", { textContent: word("Resumed at {time}", { time: clock(startsAt) }) }),
      over,
    );
    const gone = () => note.remove();
    over.addEventListener("click", () => {
      player.seek(0);
      player.play();
      gone();
    });
    vjs.el().append(note);
    // Whoever is about to press it keeps it.
    const fade = () => setTimeout(() => (note.matches(":hover, :focus-within") ? fade() : gone()), SHOWN);
    fade();
  });
}
