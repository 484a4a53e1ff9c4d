"""Draws the pictures named on the command line, or else all, the film and the recording."""

import sys
from collections.abc import Callable
from pathlib import Path

from . import charts, film, scenes, sound
from .render import press
from .sheet import Sheet

FILES = Path(__file__).resolve().parents[1] / "files"

PICTURES: dict[str, Callable[[], Sheet]] = {
    "images/canteen.png": charts.canteen,
    "images/eye-order.png": charts.eye_order,
    "images/pie-bars.png": charts.pie_bars,
    "images/five-questions.png": charts.five_questions,
    "images/sentence-chart.png": charts.sentence_chart,
    "images/cut-axis.png": charts.cut_axis,
    "images/fever-lines.png": charts.fever_lines,
    "images/denominators.png": charts.denominators,
    "images/log-scale.png": charts.log_scale,
    "images/declutter.png": charts.declutter,
    "images/time-window.png": charts.time_window,
    "images/margin.png": charts.margin,
    "images/inbox.png": scenes.inbox,
    "images/router-plan.png": scenes.router_plan,
    "images/bread-timeline.png": scenes.bread_timeline,
    "images/cover-charts.png": scenes.cover_charts,
    "images/cover-emails.png": scenes.cover_emails,
    "images/cover-network.png": scenes.cover_network,
    "images/cover-bread.png": scenes.cover_bread,
    "images/hero.png": scenes.hero,
    "images/teams.png": scenes.teams,
    "portraits/ida-sommer.png": scenes.ida,
    "portraits/tomas-bell.png": scenes.tomas,
    "portraits/noor-adeyemi.png": scenes.noor,
    "portraits/marta-lind.png": scenes.marta,
}


def main(names: list[str]) -> None:
    with press() as printer:
        for path, draw in PICTURES.items():
            if not names or Path(path).stem in names:
                printer.save(draw(), FILES / path)
        if not names or "film" in names:
            film.shoot(printer, FILES / "clip")
    if not names or "sound" in names:
        sound.record(FILES / "clip")


if __name__ == "__main__":
    main(sys.argv[1:])
