// At the end of a lesson's film: on to the next lesson, unless one stays.
import { announce } from "../messages.js";
import { prefer, preferences } from "./preferences.js";
import { make, word } from "./words.js";

const SECONDS = 5;

/** Somebody is writing, or has written what is not saved: it would be gone with the lesson. */
const writes = () =>
  [...document.querySelectorAll("#lesson textarea, #lesson input[type=text]")].some(
    (field) => field === document.activeElement || field.value !== field.defaultValue,
  );

export function addUpNext(player) {
  const { vjs, box } = player;
  let timer;
  let card = null;

  const close = () => {
    clearInterval(timer);
    card?.remove();
    card = null;
  };

  const following = () => box.closest(".stage") && document.querySelector("#turns a[rel=next]");
  const offerNext = () => vjs.ended() && !card && following() && offer(following());

  vjs.on("ended", offerNext);
  vjs.on(["play", "seeking", "dispose"], close);
  // The film may have completed its lesson, and that have opened the next one.
  document.addEventListener("htmx:oobAfterSwap", offerNext);
  vjs.on("dispose", () => document.removeEventListener("htmx:oobAfterSwap", offerNext));

  function offer(link) {
    close();
    const title = link.querySelector("bdi")?.textContent ?? "";
    const count = make("p", { className: "up-next-count" });
    const go = make("button", { type: "button", className: "btn", textContent: word("Next lesson") });
    const stay = make("button", { type: "button", className: "btn btn-quiet", textContent: word("Stay here") });
    const auto = make("input", { type: "checkbox", checked: preferences().autoplay });
    const always = make("label", { className: "up-next-auto" }, auto, word("Continue automatically"));
    card = make(
      "div",
      { className: "up-next", role: "group", ariaLabel: word("Up next") },
      make("p", { className: "up-next-word", textContent: word("Up next") }),
      make("p", { className: "up-next-title" }, make("bdi", { textContent: title })),
      count,
      make("p", { className: "up-next-ways" }, go, stay),
      always,
    );
    const leave = () => {
      close();
      document.dispatchEvent(new CustomEvent("media:next"));
      following()?.click(); // it may be another link by now
    };
    go.addEventListener("click", leave);
    stay.addEventListener("click", () => {
      close();
      vjs.focus();
    });
    auto.addEventListener("change", () => {
      prefer({ autoplay: auto.checked });
      if (auto.checked) countDown(count, leave);
      else stop(count);
    });
    vjs.el().append(card);
    (vjs.el().contains(document.activeElement) || document.activeElement === document.body) && go.focus({ preventScroll: true });
    announce(`${word("Up next")}: ${title}`);
    if (auto.checked) countDown(count, leave);
  }

  function stop(count) {
    clearInterval(timer);
    count.textContent = "";
  }

  function countDown(count, leave) {
    let left = SECONDS;
    const say = () => {
      count.textContent = word("In {seconds} seconds", { seconds: left });
    };
    say();
    clearInterval(timer);
    timer = setInterval(() => {
      if (writes()) return stop(count);
      left -= 1;
      if (left) say();
      else leave();
      return null;
    }, 1000);
  }
}
