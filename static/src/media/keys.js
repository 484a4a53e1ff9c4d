// The keyboard, and the sheet that explains it.
import videojs from "video.js";
import { toggleCaptions } from "./captions.js";
import { flash } from "./flash.js";
import { prefer, preferences } from "./preferences.js";
import { clock, word } from "./words.js";

const TYPING = "input, textarea, select, [contenteditable], dialog, [role=slider], [role=menu], .vjs-menu";
const PRESSED = "button, a, summary, label, [role=button]"; // space is theirs

let current = null; // the player that keys go to: the one used last

const speeds = (vjs) => vjs.playbackRates();

const speed = (player, way) => {
  const all = speeds(player.vjs);
  const place = all.indexOf(player.vjs.playbackRate());
  const rate = all[Math.min(all.length - 1, Math.max(0, place + way))];
  player.vjs.playbackRate(rate);
  flash(player, `${rate}×`);
};

const volume = (player, change) => {
  player.vjs.muted(false);
  player.vjs.volume(Math.min(1, Math.max(0, player.vjs.volume() + change)));
  flash(player, `${Math.round(player.vjs.volume() * 100)} %`);
};

const step = (player, ms) => {
  player.step(ms);
  flash(player, clock(player.position), Math.sign(ms));
};

const toggle = ({ vjs }) => (vjs.paused() ? vjs.play() : vjs.pause());

const ACTIONS = {
  " ": toggle,
  k: toggle,
  j: (player) => step(player, -10_000),
  l: (player) => step(player, 10_000),
  ArrowLeft: (player) => step(player, -5_000),
  ArrowRight: (player) => step(player, 5_000),
  m: (player) => {
    player.vjs.muted(!player.vjs.muted());
    flash(player, word(player.vjs.muted() ? "Muted" : "Sound on"));
  },
  c: (player) => flash(player, toggleCaptions(player.vjs)?.label ?? word("Captions off")),
  f: ({ vjs }) => (vjs.isFullscreen() ? vjs.exitFullscreen() : vjs.requestFullscreen()),
  p: ({ vjs }) => (vjs.isInPictureInPicture() ? vjs.exitPictureInPicture() : vjs.requestPictureInPicture()),
  "<": (player) => speed(player, -1),
  ">": (player) => speed(player, 1),
  "?": () => help(),
};
const OF_PICTURES = ["c", "f", "p"]; // a recording has none
// The page scrolls by these: the player has them while it is in use.
const INSIDE = {
  ArrowUp: (player) => volume(player, 0.1),
  ArrowDown: (player) => volume(player, -0.1),
};

function actionFor(event, player) {
  const inside = player.box.contains(event.target);
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.target.closest(TYPING)) return null;
  if (key === " " && event.target.closest(PRESSED)) return null;
  if (!inside && (!preferences().keys || !player.box.closest(".stage"))) return null;
  if (player.answer.kind === "audio" && OF_PICTURES.includes(key)) return null;
  if (/^\d$/.test(key)) return () => player.seek((player.duration * Number(key)) / 10);
  if (INSIDE[key] && (!inside || event.target.closest("[aria-haspopup]"))) return null; // opens a menu
  return ACTIONS[key] ?? INSIDE[key] ?? null;
}

// On the way down: buttons of the bar keep what they are told to themselves.
document.addEventListener("keydown", listen, { capture: true });

function listen(event) {
  if (!current || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const action = actionFor(event, current);
  if (!action) return;
  event.preventDefault();
  current.vjs.userActive(true);
  Promise.resolve(action(current)).catch(() => null); // full screen and the like may be refused
}

export function addKeys(player) {
  const use = () => {
    current = player;
  };
  current ??= player;
  if (player.box.closest(".stage")) use();
  player.box.addEventListener("focusin", use);
  player.vjs.on("play", use);
  player.vjs.on("dispose", () => {
    if (current === player) current = null;
  });
}

/** The sheet comes with the page; the switch on it turns the keys off outside the player. */
export function help() {
  const place = document.getElementById("media-words");
  const dialog = place?.content.querySelector("dialog")?.cloneNode(true);
  if (!dialog) return;
  const everywhere = dialog.querySelector("[data-keys]");
  everywhere.checked = preferences().keys;
  everywhere.addEventListener("change", () => prefer({ keys: everywhere.checked }));
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  const before = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.();
  });
  (document.fullscreenElement ?? document.body).append(dialog);
  dialog.showModal();
}

class HelpButton extends videojs.getComponent("Button") {
  constructor(vjs, options) {
    super(vjs, options);
    this.controlText(word("Keyboard"));
    this.addClass("vjs-help");
  }

  handleClick() {
    help();
  }
}

export function helpButton({ vjs, answer }) {
  const at = vjs.controlBar.children().indexOf(vjs.controlBar.pictureInPictureToggle ?? vjs.controlBar.fullscreenToggle);
  vjs.controlBar.addChild(new HelpButton(vjs), {}, answer.kind === "audio" || at < 0 ? undefined : at);
}
