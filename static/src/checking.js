// Pages of certificates: is this PDF the one that was issued, and links to copy.
// The file is read here and goes nowhere: only its SHA-256 is compared, with those in the page.

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function watch(box) {
  const answer = box.querySelector("[role=status]");
  const zone = box.querySelector(".drop-zone");
  const input = box.querySelector("input[type=file]");
  const say = (name) => {
    const words = box.querySelector(`template[data-answer="${name}"]`) ?? box.querySelector('template[data-answer="other"]');
    answer.replaceChildren(words.content.cloneNode(true));
  };
  let asked = 0;

  async function check(file) {
    if (!file) return;
    const mine = (asked += 1);
    say("busy");
    let found;
    try {
      found = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    } catch {
      found = "failed";
    }
    // A second file was dropped meanwhile: its answer counts.
    if (mine === asked) say(found);
  }

  input.addEventListener("change", () => {
    check(input.files[0]);
    // The same file may be chosen again.
    input.value = "";
  });
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("drop-over");
    });
  }
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("drop-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    check(event.dataTransfer.files[0]);
  });
  box.hidden = false;
}

// WebCrypto is only there on https and on this machine.
if (globalThis.crypto?.subtle) {
  for (const box of document.querySelectorAll("[data-check-file]")) watch(box);
  for (const box of document.querySelectorAll("[data-by-hand]")) box.open = false;
}

const offerCopies = () => {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy-link]")) button.hidden = false;
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-link]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copyLink);
  const words = button.querySelector("span");
  const before = words.textContent;
  words.textContent = button.dataset.copied;
  document.getElementById("announcer").textContent = button.dataset.copied;
  setTimeout(() => (words.textContent = before), 2000);
});
document.addEventListener("htmx:afterSwap", offerCopies);
offerCopies();
