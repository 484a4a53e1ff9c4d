// Films and recordings. The player is fetched when one is near and its poster painted, or when play is pressed.

window.VIDEOJS_NO_DYNAMIC_STYLE = true; // read while video.js loads; our policy allows no inline style

const players = new Map(); // box → promise of its player
let goingOn = false; // the lesson before ended: this one's film plays by itself

const idle = () => new Promise((done) => (window.requestIdleCallback ?? setTimeout)(done));
const frame = () => new Promise(requestAnimationFrame);
const loaded = () =>
  document.readyState === "complete" ? null : new Promise((done) => addEventListener("load", done, { once: true }));

async function painted(box) {
  await loaded();
  await box.querySelector("img")?.decode().catch(() => null); // a broken poster holds nothing up
  await frame();
  await frame();
  await idle();
}

/** The player of a box; made once. */
function playerOf(box) {
  if (!players.has(box)) {
    players.set(
      box,
      import("./media/player.js").then(({ Player }) => new Player(box).open()),
    );
  }
  return players.get(box);
}

async function play(box, at = null) {
  box.classList.add("media-waits");
  const player = await playerOf(box);
  box.classList.remove("media-waits");
  if (at !== null) player.seek(at);
  player.play();
}

const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      painted(target).then(() => target.isConnected && playerOf(target));
    }
  },
  { rootMargin: "200px" },
);

const within = (element) => [
  ...(element.matches?.("[data-media]") ? [element] : []),
  ...element.querySelectorAll("[data-media]"),
];

function prepare(element) {
  const boxes = within(element).filter((box) => !players.has(box));
  for (const box of boxes) near.observe(box);
  const stage = boxes.find((box) => box.closest(".stage"));
  const asked = new URLSearchParams(location.search);
  const [from, uid] = [asked.get("at"), asked.get("video")];
  const meant = uid ? boxes.find((box) => box.dataset.media.includes(uid)) : boxes[0];
  if (goingOn && stage) play(stage);
  else if (meant && /^\d+$/.test(from ?? "")) playerOf(meant).then((player) => player.seek(Number(from)));
  if (element.id === "lesson") goingOn = false; // other parts of the page come by themselves
  if (document.querySelector("[data-transcript]")) {
    import("./media/transcript.js").then(({ follow }) => follow());
  }
}

async function leave(box) {
  near.unobserve(box);
  const player = players.get(box);
  players.delete(box);
  (await player)?.dispose();
}

document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  if (event.detail.elt.matches?.("[data-media]")) leave(event.detail.elt);
});
document.addEventListener("media:next", () => {
  goingOn = true;
});

document.addEventListener("click", (event) => {
  const anew = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  const link = event.target.closest(".media-play, [data-seek]");
  if (!link || anew) return;
  const box = link.closest("[data-media]") ?? boxFor(link.dataset.video);
  if (!box) return; // another lesson's: the link leads there
  event.preventDefault();
  play(box, link.dataset.seek ? Number(link.dataset.seek) : null);
});

/** The box of a video on this page; without a name, the first. */
export function boxFor(uid) {
  const boxes = [...document.querySelectorAll("[data-media]")];
  return uid ? boxes.find((box) => box.dataset.media.includes(uid)) : boxes[0];
}
