// Captions: one track a language; the language chosen last is shown again.
import { prefer, preferences } from "./preferences.js";

export function addCaptions({ answer, vjs }) {
  if (answer.kind === "audio") return; // nothing to show them on: the transcript has the words
  const chosen = preferences().captions; // a language, "off", or null: never chosen
  for (const { src, srclang, label, default: usual } of answer.tracks) {
    const { track } = vjs.addRemoteTextTrack({ kind: "captions", src, srclang, label }, true);
    track.mode = (chosen ? srclang === chosen : usual) ? "showing" : "disabled";
  }
  // Choices count once all tracks stand: adding them is no choice.
  vjs.ready(() => vjs.textTracks().on("change", () => prefer({ captions: shown(vjs)?.language ?? "off" })));
}

export const captions = (vjs) => Array.from(vjs.textTracks()).filter((track) => track.kind === "captions");
export const shown = (vjs) => captions(vjs).find((track) => track.mode === "showing");

/** Off, or on in the language that was shown last. */
export function toggleCaptions(vjs) {
  const all = captions(vjs);
  const showing = shown(vjs);
  const last = all.find((track) => track.language === vjs.lastCaptions) ?? all[0];
  if (showing) vjs.lastCaptions = showing.language;
  for (const track of all) track.mode = !showing && track === last ? "showing" : "disabled";
  return showing ? null : (last ?? null);
}
