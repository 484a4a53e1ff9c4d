// Embeds load when asked for: a press on [data-embed] puts the frame where its cover was.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-embed]");
  if (!button) return;
  const place = button.closest(".embed-frame");
  const frame = document.createElement("iframe");
  frame.src = button.dataset.embed;
  frame.title = button.dataset.title || "";
  frame.allow = "autoplay; fullscreen; picture-in-picture; encrypted-media";
  frame.allowFullscreen = true;
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  place.replaceChildren(frame);
  frame.focus();
});
