// Heartbeats: what was played goes to the server every few seconds, and when something ends.
import { ask } from "./door.js";
import { Queue, sendOrphans } from "./queue.js";
import { Recorder } from "./ranges.js";

const SOON = 1_000; // after a pause or a seek: several in a row are told once
const SHUT = new Set([403, 404]); // how a door says no; anything else is no answer

/** Reports on `player` until it is gone. Emits "media:watched" with each answer of the server. */
export function beat(player) {
  const { vjs, answer } = player;
  if (!answer.beat) return; // a visitor: nothing is recorded
  const recorder = new Recorder();
  const queue = new Queue(answer.beat).hold();
  const every = answer.beat.every_s * 1000;
  let told = null;
  let soon;
  let renewed = false;

  const sample = () => {
    const [played, position_ms] = [recorder.take(), player.position];
    if (!played.length && position_ms === told) return;
    told = position_ms;
    queue.add({ played, position_ms, at: Date.now() });
  };

  const send = async () => {
    clearTimeout(soon);
    sample();
    const result = await queue.send();
    if (result?.refused) return renew();
    if (result?.watched_ms !== undefined) player.emit("watched", result);
    return null;
  };

  // The token ran out, or the access did: the door knows. Once; if it says no, nothing is to be kept.
  const renew = async () => {
    let fresh = null;
    try {
      fresh = renewed ? null : await ask(player.url);
    } catch (error) {
      if (!SHUT.has(error.status)) return null; // asked again with the next beat
    }
    renewed = true;
    if (!fresh?.beat) return queue.drop();
    queue.beat.token = fresh.beat.token;
    await send();
    renewed = false;
    return null;
  };

  const sendSoon = () => {
    clearTimeout(soon);
    soon = setTimeout(send, SOON);
  };

  vjs.on(["playing", "seeked", "timeupdate"], () => {
    if (!vjs.seeking() && !vjs.paused()) recorder.at(player.position, vjs.playbackRate());
  });
  // The last moments too. What goes on from here is one span with what was.
  vjs.on("pause", () => vjs.seeking() || recorder.at(player.position, vjs.playbackRate()));
  vjs.on("seeking", () => recorder.stop());
  vjs.on(["seeked", "pause"], () => player.started && sendSoon());
  vjs.on("ended", send);
  const timer = setInterval(() => vjs.paused() || send(), every);

  const leave = () => {
    recorder.at(player.position, vjs.playbackRate());
    sample();
    queue.beacon();
  };
  const hidden = () => document.visibilityState === "hidden" && player.started && leave();
  const back = () => queue.send();
  document.addEventListener("visibilitychange", hidden);
  addEventListener("pagehide", hidden);
  addEventListener("online", back);
  vjs.on("dispose", () => {
    clearInterval(timer);
    clearTimeout(soon);
    document.removeEventListener("visibilitychange", hidden);
    removeEventListener("pagehide", hidden);
    removeEventListener("online", back);
    if (player.started) send();
    queue.close();
  });
  sendOrphans();
}
