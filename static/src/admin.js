// In the Wagtail editor: asks for the line about the release again while learners still see less than what is published.
const PAUSE = 2500; // ms between two questions
const PATIENCE = 10 * 60 * 1000; // ms after which a course that waits for somebody's decision is left alone

const line = () => document.querySelector("[data-release-status]");

async function ask() {
  const shown = line();
  const answer = await fetch(shown.dataset.releaseUrl, { headers: { "X-Requested-With": "XMLHttpRequest" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-release-status]");
  if (!fresh || fresh.textContent === shown.textContent) return;
  // The element stays, so that screen readers speak what changes in it.
  shown.className = fresh.className;
  shown.dataset.releaseStatus = fresh.dataset.releaseStatus;
  shown.replaceChildren(...fresh.childNodes);
}

async function watch(until) {
  while (line()?.dataset.releaseStatus === "ahead" && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (document.hidden) continue;
    try {
      await ask();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // the network was away: ask again
    }
  }
}

watch(Date.now() + PATIENCE);
