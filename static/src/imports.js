// "Import course" in the admin: tells about a chosen file before it is sent, and follows a running import.
const PAUSE = 1000; // ms between two questions

const form = document.querySelector("[data-import-form]");
if (form) prepare(form);

function prepare(form) {
  const drop = form.querySelector("[data-drop]");
  const input = form.querySelector("input[type=file]");
  const chosen = form.querySelector("[data-chosen]");
  const error = form.querySelector("[data-error]");
  const send = form.querySelector("[data-send]");

  input.addEventListener("change", () => {
    const file = input.files[0];
    const tooLarge = file && file.size > Number(form.dataset.largest);
    chosen.textContent = file ? `${file.name} · ${sizeOf(file.size)}` : "";
    error.textContent = tooLarge ? form.dataset.tooLarge : "";
    drop.classList.toggle("imports-drop--chosen", Boolean(file) && !tooLarge);
    drop.classList.toggle("imports-drop--wrong", Boolean(tooLarge));
    send.disabled = Boolean(tooLarge);
  });
  for (const [kind, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
    drop.addEventListener(kind, () => drop.classList.toggle("imports-drop--over", over));
  }
  form.addEventListener("submit", () => {
    send.disabled = true;
    send.textContent = form.dataset.sending;
  });
  // Back from the next page: the button works again.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

function sizeOf(bytes) {
  const megabytes = bytes / 1024 / 1024;
  const [number, unit] = megabytes < 1 ? [bytes / 1024, "kilobyte"] : [megabytes, "megabyte"];
  const style = { style: "unit", unit, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(document.documentElement.lang || "en", style).format(number);
}

const shown = () => document.querySelector("[data-import-progress]");

async function ask() {
  const answer = await fetch(shown().dataset.url, { headers: { "X-Requested-With": "XMLHttpRequest" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-import-progress]");
  if (!fresh) return;
  if (fresh.dataset.open === "no") location.reload();
  // Only what changed is replaced, so that screen readers speak it once and the bar runs on.
  else if (fresh.textContent !== shown().textContent) shown().replaceChildren(...fresh.childNodes);
}

async function follow() {
  while (shown()?.dataset.open === "yes") {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (document.hidden) continue;
    try {
      await ask();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // the network was away: ask again
    }
  }
}

follow();
