// One polite live region that other parts speak through, and a word when a request fails.

const region = () => document.getElementById("announcer");

/** Have a screen reader say `text`; the same text twice is said twice. */
export function announce(text) {
  const place = region();
  if (!place) return;
  place.textContent = "";
  setTimeout(() => {
    place.textContent = text;
  }, 60);
}

/** Show the sentence that the page keeps ready for a request that got no good answer. */
function showFailure() {
  const ready = document.getElementById("request-failed");
  const place = document.getElementById("messages");
  if (!ready || !place) return;
  place.replaceChildren(ready.content.cloneNode(true));
  place.classList.add("messages-over");
}

// It lies over the page, whose top may be far away, until something succeeds.
document.addEventListener("htmx:afterOnLoad", (event) => {
  const place = document.querySelector(".messages-over");
  if (!place || !event.detail.successful) return;
  place.classList.remove("messages-over");
  place.replaceChildren();
});

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, (event) => {
    // A reader who asked for something hears about it; an island that fills itself stays quiet.
    if (event.detail.requestConfig?.triggeringEvent?.type === "load") return;
    showFailure();
  });
}
