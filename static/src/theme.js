// Loaded in <head> and blocking, so that a chosen theme is there before the first paint.
const root = document.documentElement;
root.classList.add("js");
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  if (localStorage.getItem("outline") === "away") root.classList.add("outline-away");
  const panel = localStorage.getItem("panel");
  if (panel && matchMedia("(min-width: 80rem)").matches) root.dataset.panel = panel;
} catch {
  // Storage is closed to us: the system's theme it is.
}
