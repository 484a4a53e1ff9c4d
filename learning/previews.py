"""A drafted course as its learners would see it: the same templates, filled by a persona."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core import clock
from course_pages.previews import Preview
from learning import pages
from learning.outline_rows import ModuleOutline
from learning.pages import Study
from learning.services import progress


def course(request: HttpRequest, preview: Preview) -> HttpResponse:
    """The course's home; of one module only, if the preview is of a module."""
    context = pages.home_of(study(preview))
    if preview.module:
        shown = [module.lineage == preview.module for module in preview.outline.modules]
        context["modules"] = [
            view for view, wanted in zip(context["modules"], shown, strict=True) if wanted
        ]
    # The pages' own messages would be taken from the editor who waits for them.
    context |= {"preview": preview, "messages": ()}
    return render(request, "learning/course_home.html", context)


def lesson(request: HttpRequest, preview: Preview) -> HttpResponse:
    """The lesson in the player; nothing on it reports back."""
    assert preview.lesson is not None
    context = pages.lesson_of(study(preview), preview.lesson, preview.lesson_html())
    context |= {"preview": preview, "messages": ()}
    return render(request, "learning/lesson.html", context)


def study(preview: Preview) -> Study:
    """What the persona's rows would say, without any."""
    outline, persona = preview.outline, preview.persona
    done = persona.has_completed(outline)
    completed_at = clock.now() if persona.has_finished(outline) else None

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
        progress=progress.measure(outline, persona.eras(outline), completed_at),
        last=done[-1].lineage if done else None,
        home_url=preview.home_url,
        url=preview.lesson_url,
        modules=modules,
    )
