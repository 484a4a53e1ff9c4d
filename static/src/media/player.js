// The player in its box: video.js with our skin, and the parts that make it a place to study.
import videojs from "video.js";
import { beat } from "./beats.js";
import { addCaptions } from "./captions.js";
import { addChapters } from "./chapters.js";
import { ask } from "./door.js";
import { addFailures, showFailure } from "./failures.js";
import { addKeys, helpButton } from "./keys.js";
import { keepPreferences } from "./preferences.js";
import { addQuality } from "./quality.js";
import { keepFresh } from "./renewals.js";
import { offerStart } from "./resume.js";
import skin from "./skin.css";
import { addTouch } from "./touch.js";
import { addUpNext } from "./up-next.js";
import { addWatermark } from "./watermark.js";
import { allWords, make } from "./words.js";

const LANGUAGE = document.documentElement.lang || "en";
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const PARTS = [keepPreferences, addCaptions, addChapters, addQuality, addFailures, addTouch, addUpNext, addWatermark];

const sheet = new CSSStyleSheet();
sheet.replaceSync(skin);
document.adoptedStyleSheets.push(sheet);
const icons = document.fonts.load("1em VideoJS"); // else they would be seen to change
videojs.addLanguage(LANGUAGE, allWords());
videojs.log.level("off"); // what fails is said on the page

/** Ends shortly before the end count as the end: one begins anew there. */
const NEARLY = 3_000;

const isPlain = ({ type }) => type !== "application/vnd.apple.mpegurl";

export class Player {
  constructor(box) {
    this.box = box;
    this.url = box.dataset.media;
    this.uid = this.url.match(/[0-9a-f-]{36}/)?.[0];
    this.started = false;
    this.poster = box.querySelector("img")?.currentSrc;
    this.#wanted = null;
  }

  #wanted;
  #disposed = false;

  /** Asks the door and takes the box. Where the door stays shut the box says why. */
  async open() {
    try {
      [this.answer] = await Promise.all([ask(this.url), icons]);
    } catch (error) {
      if (!this.#disposed) showFailure(this, error);
      return this;
    }
    if (!this.#disposed) this.#build();
    return this;
  }

  #build() {
    const { answer, box } = this;
    const element = make("video", { className: "video-js", playsInline: true, preload: "none" });
    box.classList.add("media-live");
    box.replaceChildren(element);
    this.vjs = videojs(element, {
      controls: true,
      preload: "none",
      language: LANGUAGE,
      poster: answer.kind === "audio" ? "" : (this.poster ?? answer.poster ?? ""),
      playbackRates: SPEEDS,
      errorDisplay: false,
      textTrackSettings: false,
      preloadTextTracks: false,
      inactivityTimeout: answer.kind === "audio" ? 0 : 2500,
      enableSmoothSeeking: true,
      html5: { nativeTextTracks: false },
      controlBar: {
        volumePanel: { inline: true },
        remainingTimeDisplay: false,
        skipBackward: false,
        skipForward: false,
        subsCapsButton: answer.kind !== "audio",
        pictureInPictureToggle: answer.kind !== "audio",
        fullscreenToggle: answer.kind !== "audio",
        audioTrackButton: false,
        descriptionsButton: false,
        liveDisplay: false,
        seekToLive: false,
      },
    });
    const { vjs } = this;
    vjs.el().setAttribute("aria-label", answer.title);
    vjs.one("play", () => {
      this.started = true;
    });
    const tell = () => this.emit("time", { ms: this.position });
    vjs.on("timeupdate", tell);
    document.addEventListener("media:ask", tell);
    vjs.on("dispose", () => document.removeEventListener("media:ask", tell));
    for (const add of PARTS) add(this);
    keepFresh(this);
    beat(this);
    addKeys(this);
    helpButton(this);
    this.load(this.#wanted ?? (answer.resume_ms < this.duration - NEARLY ? answer.resume_ms : 0));
    offerStart(this);
  }

  /** Loads the sources of the last answer, at `ms`; nothing is fetched before somebody plays. */
  load(ms = 0) {
    const { vjs, answer } = this;
    vjs.src(this.plainly ? answer.sources.filter(isPlain) : answer.sources);
    // Known before the film is: it would be shown as nought.
    vjs.one("loadstart", () => vjs.duration(this.duration / 1000));
    if (ms) vjs.one("loadedmetadata", () => vjs.currentTime(ms / 1000));
    this.startsAt = ms;
    this.goodUntil = performance.now() + answer.fresh_ms;
  }

  /** Whether what plays is a plain file whose address has ended: it keeps the one it was loaded with. */
  isOver() {
    return isPlain(this.vjs.currentSource()) && performance.now() > this.goodUntil;
  }

  /** What is adaptive gives way to the film's own file; false where there is nothing to give way to. */
  giveWay() {
    const gives = !this.plainly && !isPlain(this.vjs.currentSource()) && this.answer.sources.some(isPlain);
    this.plainly ||= gives;
    return gives;
  }

  /** Where the film is, in ms. Before it is loaded: where it will begin. */
  get position() {
    return this.vjs.readyState() ? Math.round(this.vjs.currentTime() * 1000) : this.startsAt;
  }

  get duration() {
    return this.answer.duration_ms ?? Math.round((this.vjs.duration() || 0) * 1000);
  }

  play() {
    const playing = this.vjs?.play();
    playing?.catch(() => null); // the browser wants a press of the button first
    this.vjs?.focus();
  }

  seek(to) {
    const ms = Math.round(to); // beats and notes are told in whole ones
    this.#wanted = ms;
    if (!this.vjs) return;
    if (this.vjs.readyState()) this.vjs.currentTime(ms / 1000);
    else this.load(ms);
  }

  /** So much on or back, within the film. */
  step(ms) {
    this.seek(Math.min(this.duration, Math.max(0, this.position + ms)));
  }

  /** An event of the box, "media:…", for whoever follows the film. */
  emit(name, detail = {}) {
    this.box.dispatchEvent(new CustomEvent(`media:${name}`, { bubbles: true, detail: { ...detail, player: this } }));
  }

  dispose() {
    this.#disposed = true;
    this.vjs?.dispose();
  }
}
