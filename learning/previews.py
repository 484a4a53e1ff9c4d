"""A drafted course as its learners would see it: the same templates, filled by a persona."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from core import clock
from course_pages.previews import Preview
from learning import course_home, opening, pages, player, reasons
from learning.opening import Learner
from learning.outline_rows import ModuleOutline
from learning.pages import Study
from learning.services import progress


def course(request: HttpRequest, preview: Preview) -> HttpResponse:
    """The course's home; of one module only, if the preview is of a module."""
    seen = study(preview)
    shown = [preview.module in (None, one.lineage) for one in preview.outline.modules]
    # The pages' own messages would be taken from the editor who waits for them.
    context: dict[str, Any] = {"course_title": preview.outline.title, "preview": preview}
    context |= {"empty": not any(shown)} | course_home.parts(seen, shown=shown)
    return render(request, "learning/course_home.html", context)


def lesson(request: HttpRequest, preview: Preview) -> HttpResponse:
    """The lesson in the player; nothing on it reports back."""
    assert preview.lesson is not None
    seen = study(preview)
    lesson = preview.lesson
    missing = seen.locks.get(lesson.lineage)
    state = player.control_of(seen.outline, lesson, seen.progress)
    context = player.shown(seen.outline, lesson, preview.lesson_html()) | {
        "course_home_url": seen.home_url,
        "preview": preview,
        "alerts": player.alerts(()),
        "bar": player.bar(seen.progress),
        "control": render_to_string(
            "learning/_complete.html", {"control": state, "preview": preview}
        ),
        "modules": pages.around(seen, lesson),
        "turns": player.turns(seen, lesson),
        # Shown all the same: whoever previews it writes it.
        "locked": reasons.short(missing) if missing else "",
    }
    return render(request, "learning/lesson.html", context)


def study(preview: Preview) -> Study:
    """What the persona's rows would say, without any: enrolled now, courses before completed."""
    outline, persona = preview.outline, preview.persona
    now, eras = clock.now(), persona.eras(outline)
    done = persona.has_completed(outline)
    completed_at = now if persona.has_finished(outline) else None

    modules = [
        ModuleOutline(
            number=number,
            title=module.title,
            lessons=module.lessons,
            urls=tuple(preview.lesson_url(one) for one in module.lessons),
            home_url=preview.home_url,
        )
        for number, module in enumerate(outline.modules, start=1)
    ]
    return Study(
        outline=outline,
        progress=progress.measure(outline, eras, completed_at),
        last=done[-1].lineage if done else None,
        home_url=preview.home_url,
        url=preview.lesson_url,
        modules=modules,
        locks=opening.locks(outline, Learner(eras, now), now),
    )
