// What every page has. Each part works on what is in the page now and on what HTMX brings later.
import "./theme-toggle.js";
import "./menus.js";
import "./messages.js";
import "./embeds.js";
import "./code.js";
import "./gallery.js";
import "./panel.js";
import "./player.js";
import "./quiz.js";
import "./media.js";
