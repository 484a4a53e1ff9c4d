// Quality of an adaptive film: "Auto", or one that is kept to.
import videojs from "video.js";
import { word } from "./words.js";

const MenuButton = videojs.getComponent("MenuButton");
const MenuItem = videojs.getComponent("MenuItem");

class Quality extends MenuItem {
  constructor(player, { label, representation, button, ...options }) {
    super(player, { ...options, label, selectable: true, multiSelectable: false });
    Object.assign(this, { representation, button });
  }

  handleClick(event) {
    super.handleClick(event);
    this.button.choose(this.representation);
  }
}

class QualityButton extends MenuButton {
  constructor(player, options) {
    super(player, options);
    this.controlText(word("Quality"));
    this.addClass("vjs-quality");
  }

  createItems() {
    const all = this.options_.representations ?? [];
    const items = all
      .filter((one, index) => all.findIndex((other) => other.height === one.height) === index)
      .sort((a, b) => b.height - a.height)
      .map((representation) => ({ representation, label: `${representation.height}p` }));
    return [{ label: word("Auto"), representation: null, selected: true }, ...items].map(
      (item) => new Quality(this.player(), { ...item, button: this }),
    );
  }

  choose(wanted) {
    const { playlists: loader, playlistController_: controller } = this.player().tech(true).vhs;
    const playlist = (one) => loader.main.playlists[one.id];
    for (const one of this.options_.representations) {
      playlist(one).disabled = wanted !== null && one.height !== wanted.height;
    }
    if (wanted && loader.media()?.id !== wanted.id) {
      // What is loaded in another quality is given up only for one that is enabled now …
      const known = Boolean(playlist(wanted).segments);
      playlist(wanted).disabled = true;
      wanted.enabled(true);
      // … and once its playlist comes: one that is there already does not come again.
      if (known) controller.runFastQualitySwitch_();
    }
    for (const item of this.items) item.selected(item.representation === wanted);
  }
}

export function addQuality({ vjs }) {
  let button;
  vjs.on("loadedmetadata", () => {
    button?.dispose();
    button = null;
    const representations = vjs.tech(true).vhs?.representations?.() ?? [];
    if (new Set(representations.map((one) => one.height)).size < 2) return;
    button = new QualityButton(vjs, { representations });
    const bar = vjs.controlBar;
    bar.addChild(button, {}, bar.children().indexOf(bar.playbackRateMenuButton) + 1);
  });
}
