// Chapters: a menu, marks on the bar, and the name of the one that is on.
import { make } from "./words.js";

export function addChapters(player) {
  const { answer, vjs, duration } = player;
  const chapters = answer.chapters ?? [];
  if (!chapters.length) return;
  const track = vjs.addRemoteTextTrack({ kind: "chapters", mode: "hidden" }, true).track;
  chapters.forEach(({ at_ms, title }, index) => {
    const end = chapters[index + 1]?.at_ms ?? duration;
    track.addCue(new VTTCue(at_ms / 1000, Math.max(end, at_ms + 1) / 1000, title));
  });
  vjs.controlBar.chaptersButton.update();
  mark(vjs, chapters, duration);
  name(player, chapters);
}

function mark(vjs, chapters, duration) {
  const bar = vjs.controlBar.progressControl.seekBar.el();
  for (const { at_ms } of chapters.filter((chapter) => chapter.at_ms > 0 && chapter.at_ms < duration)) {
    const line = make("span", { className: "chapter-mark" });
    line.style.insetInlineStart = `${(100 * at_ms) / duration}%`;
    bar.append(line);
  }
}

function name(player, chapters) {
  const place = make("span", { className: "chapter-name" });
  player.vjs.controlBar.durationDisplay.el().after(place);
  player.vjs.on("timeupdate", () => {
    const title = chapters.findLast((chapter) => chapter.at_ms <= player.position)?.title ?? "";
    if (place.textContent !== title) place.replaceChildren(...(title ? [make("bdi", { textContent: title })] : []));
  });
}
