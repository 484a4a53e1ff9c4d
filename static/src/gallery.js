// Pictures of a gallery open large in a dialog; without this module their links show the picture itself.

const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

const tool = (words, sign, act) => {
  const button = make("button", { type: "button", className: "btn btn-icon", textContent: sign });
  button.setAttribute("aria-label", words);
  button.addEventListener("click", act);
  return button;
};

function open(gallery, start) {
  const links = [...gallery.querySelectorAll("[data-enlarge]")];
  const { close, previous, next, name } = gallery.dataset;
  const count = make("p", { className: "viewer-count" });
  const picture = make("img", {});
  const words = make("p", { className: "viewer-words", ariaLive: "polite" });
  let place = 0;

  const show = (index) => {
    place = (index + links.length) % links.length;
    const link = links[place];
    picture.src = link.href;
    picture.alt = link.querySelector("img").alt;
    words.textContent = link.dataset.caption;
    count.textContent = links.length > 1 ? `${place + 1} / ${links.length}` : "";
  };

  const turns =
    links.length > 1 ? [tool(previous, "‹", () => show(place - 1)), tool(next, "›", () => show(place + 1))] : [];
  const bar = make("div", { className: "viewer-bar" }, count, ...turns, tool(close, "×", () => dialog.close()));
  const dialog = make("dialog", { className: "viewer", ariaLabel: name }, bar, picture, words);
  dialog.addEventListener("keydown", (event) => {
    const forward = getComputedStyle(dialog).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") show(place + (event.key === forward ? 1 : -1));
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    links[place].focus();
  });
  show(start);
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-enlarge]");
  // A new tab was asked for: that is the link's own business.
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const gallery = link.closest("[data-gallery]");
  open(gallery, [...gallery.querySelectorAll("[data-enlarge]")].indexOf(link));
});
