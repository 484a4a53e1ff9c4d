// What a viewer chose stays chosen, on this device.
import { recall, remember } from "../storage.js";

const KEY = "player";
// Whoever wants little motion is moved on only if they ask for it.
const autoplay = !matchMedia("(prefers-reduced-motion: reduce)").matches;
const USUAL = { volume: 1, muted: false, rate: 1, captions: null, autoplay, keys: true };

function chosen() {
  try {
    return JSON.parse(recall(KEY) ?? "{}");
  } catch {
    return {}; // somebody else's entry
  }
}

export const preferences = () => ({ ...USUAL, ...chosen() });

export function prefer(changes) {
  remember(KEY, JSON.stringify({ ...chosen(), ...changes }));
}

/** Volume, speed and captions as they were, and whatever is changed is kept. */
export function keepPreferences({ vjs }) {
  const { volume, muted, rate } = preferences();
  vjs.volume(volume);
  vjs.muted(muted);
  vjs.on("loadedmetadata", () => vjs.playbackRate(preferences().rate));
  vjs.defaultPlaybackRate(rate);
  vjs.on("volumechange", () => prefer({ volume: vjs.volume(), muted: vjs.muted() }));
  vjs.on("ratechange", () => prefer({ rate: vjs.playbackRate() }));
}
