// "Copy" on code blocks.
import { announce } from "./messages.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const code = button.closest(".code").querySelector("pre");
  try {
    await navigator.clipboard.writeText(code.textContent.trimEnd());
  } catch {
    // No clipboard here (an insecure address, a refusal): mark the text, so that it can be copied by hand.
    getSelection().selectAllChildren(code);
    return;
  }
  const label = button.querySelector("[data-copy-label]");
  const before = label.textContent;
  label.textContent = button.dataset.done;
  announce(button.dataset.done);
  setTimeout(() => {
    label.textContent = before;
  }, 2000);
});
