// When a film cannot be played: once more with fresh addresses, then the plain file in place of what is
// adaptive, then a clear word and a way to try again.
import { announce } from "../messages.js";
import { ask } from "./door.js";
import { make, word } from "./words.js";

const AGAIN = 10_000; // two failures within this time are one failure
const PATIENCE = 12_000; // of waiting for data, until it is said that there is none

/** A panel over the film, or in the box where there is none yet. */
export function showFailure(player, error) {
  hideFailure(player);
  const text = error?.text || word(error?.status === 403 || error?.status === 404 ? "You cannot watch this at the moment." : "This cannot be played at the moment. The text of the lesson is there all the same.");
  const again = make("button", { type: "button", className: "btn", textContent: word("Try again") });
  again.addEventListener("click", () => retry(player));
  player.failure = make("div", { className: "media-failure", role: "alert" }, make("p", { textContent: text }), again);
  (player.vjs?.el() ?? player.box).append(player.failure);
  announce(text);
}

export function hideFailure(player) {
  player.failure?.remove();
  player.failure = null;
}

async function retry(player) {
  hideFailure(player);
  if (!player.vjs) {
    await player.open();
    player.play();
    return;
  }
  player.plainly = false;
  await reload(player);
}

/** The same place from a new address. */
async function reload(player, { play = true } = {}) {
  const { vjs } = player;
  player.reloading = true;
  try {
    player.answer = await ask(player.url);
  } catch (error) {
    if (!vjs.isDisposed()) showFailure(player, error);
    return;
  } finally {
    player.reloading = false;
  }
  if (vjs.isDisposed()) return;
  vjs.error(null);
  player.load(player.lastGood ?? player.startsAt);
  player.freshly();
  if (play) player.play();
}

export function addFailures(player) {
  const { vjs } = player;
  let failedAt = -Infinity;
  let waiting;
  let playing = false; // what the learner wants: a browser pauses what fails

  vjs.on("play", () => {
    playing = true;
  });
  vjs.on("pause", () => {
    playing &&= Boolean(vjs.error());
  });
  vjs.on("timeupdate", () => {
    if (vjs.readyState()) player.lastGood = player.position;
  });
  vjs.on("seeking", () => {
    player.lastGood = player.position;
  });
  player.failed = () => {
    clearTimeout(waiting);
    if (player.reloading) return;
    const again = performance.now() - failedAt < AGAIN;
    failedAt = performance.now();
    if (again && !player.giveWay()) showFailure(player, null);
    else reload(player, { play: playing });
  };
  vjs.on("error", player.failed);
  // A plain file that has to be asked for more after its address ended: browsers may take half a
  // minute to say that they were refused.
  vjs.on("waiting", () => {
    if (player.isOver() && !player.reloading) reload(player, { play: playing });
  });
  vjs.on(["waiting", "loadstart", "play"], () => {
    clearTimeout(waiting);
    if (!vjs.paused()) waiting = setTimeout(() => showFailure(player, { text: word("The film does not come. Your connection or its server may be slow.") }), PATIENCE);
  });
  vjs.on(["playing", "pause", "timeupdate", "dispose"], () => clearTimeout(waiting));
  vjs.on("playing", () => hideFailure(player));
}
