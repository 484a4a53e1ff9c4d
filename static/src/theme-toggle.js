// Buttons with `data-theme-toggle` switch between light and dark, and the choice stays.
import { remember } from "./storage.js";

const root = document.documentElement;
const systemDark = matchMedia("(prefers-color-scheme: dark)");

const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches);

function describe() {
  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.setAttribute("aria-pressed", String(isDark()));
  }
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  const theme = isDark() ? "light" : "dark";
  // The system's own theme needs no entry: the page then follows the system again.
  const system = systemDark.matches ? "dark" : "light";
  if (theme === system) delete root.dataset.theme;
  else root.dataset.theme = theme;
  remember("theme", theme === system ? null : theme);
  describe();
});

systemDark.addEventListener("change", describe);
document.addEventListener("htmx:load", describe);
describe();
