// Addresses run out. New ones are asked for in time, and playback goes on.
import { ask, isOurs, withToken } from "./door.js";

const EARLY = 0.8; // of their life
const AGAIN = 15_000; // after no answer
const OVER = new Set([401, 403]); // how an address answers that has ended
const SIGNATURE = ["ik-t", "ik-s"]; // of ImageKit: what differs between two addresses of one thing

/** Renews the addresses of a film that plays; one that rests is renewed when it plays again. */
export function keepFresh(player) {
  const { vjs } = player;
  let timer;
  let stale = false;
  let signed = new Map();

  const plan = () => {
    clearTimeout(timer);
    stale = false;
    timer = setTimeout(renew, Math.max(1_000, player.answer.fresh_ms * EARLY));
  };
  const renew = async () => {
    if (vjs.paused()) {
      stale = true;
      return;
    }
    try {
      player.answer = await ask(player.url);
    } catch {
      // What was said last holds for a little longer; if it fails then, failures.js takes over.
      if (!vjs.isDisposed()) timer = setTimeout(renew, AGAIN);
      return;
    }
    if (vjs.isDisposed()) return;
    renewCaptions(player);
    plan();
    const address = addressOf(player);
    // Without it failures.js begins again at the same second, once an address has ended.
    if (vjs.tech(true).vhs && !isOurs(address)) signed = await readAnew(address).catch(() => signed);
  };

  vjs.on("play", () => stale && renew());
  player.freshly = () => {
    signed = new Map();
    plan();
  };
  vjs.on("dispose", () => clearTimeout(timer));
  // Playlists and segments: the newest token or signature takes the place of what they were found with.
  vjs.on("xhr-hooks-ready", () => {
    const { xhr } = vjs.tech(true).vhs;
    xhr.onRequest((options) => {
      options.uri = signed.get(unsigned(options.uri)) ?? withToken(options.uri, addressOf(player));
      return options;
    });
    xhr.onResponse((request, error, response) => OVER.has(response?.statusCode) && player.failed());
  });
  plan();
}

/** The newest address of what plays. */
const addressOf = ({ vjs, answer }) =>
  answer.sources.find((source) => source.type === vjs.currentSource().type)?.src;

function unsigned(address) {
  const url = new URL(address, location.href);
  for (const name of SIGNATURE) url.searchParams.delete(name);
  return url.href;
}

/** What another house's playlist names, and theirs: without its signature → as it is signed now. */
async function readAnew(address, found = new Map()) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`playlist: ${answer.status}`);
  const lines = (await answer.text()).split("\n").map((line) => line.trim());
  const names = lines.flatMap((line) => (line.startsWith("#") ? (line.match(/(?<=URI=")[^"]+/) ?? []) : line || []));
  const addresses = names.map((name) => new URL(name, address));
  for (const one of addresses) found.set(unsigned(one), one.href);
  const playlists = addresses.filter((one) => one.pathname.endsWith(".m3u8"));
  await Promise.all(playlists.map((one) => readAnew(one.href, found)));
  return found;
}

/** Captions that nobody has looked at yet are fetched from their newest address. */
function renewCaptions({ vjs, answer }) {
  const tracks = Array.from(vjs.remoteTextTracks());
  for (const { src, srclang } of answer.tracks) {
    const track = tracks.find((one) => one.kind === "captions" && one.language === srclang);
    if (track) track.src = new URL(src, location.href).href;
  }
}
