"""A learner's notes in a course: all of them, one of them, and as a file. Their owner's alone."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import searching
from learning import notebook
from learning.models import Note
from learning.services import access
from learning.services import notes as writing
from learning.services.access import Place
from learning.services.notes import NoteRefused


@never_cache
@require_GET
def notes(request: HttpRequest, course: str) -> HttpResponse:
    place = access.enter_course(request.user, course)
    words = searching.words(request.GET.get("q", ""))
    context = {
        "course": place.course,
        "course_title": place.outline.title,
        "query": " ".join(words),
        "lessons": notebook.of_course(place, words),
    }
    return render(request, "learning/notes.html", context)


@never_cache
@require_GET
def export(request: HttpRequest, course: str) -> HttpResponse:
    """All notes of the course as one Markdown file."""
    place = access.enter_course(request.user, course)
    lessons = notebook.of_course(place)
    text = notebook.as_markdown(place.outline.title, lessons, settings.BASE_URL)
    name = slugify(_("Notes %(course)s") % {"course": place.course.slug}) or "notes"
    headers = {"Content-Disposition": f'attachment; filename="{name}.md"'}
    return HttpResponse(text, content_type="text/markdown; charset=utf-8", headers=headers)


def _own(request: HttpRequest, course: str, note: int) -> tuple[Place, Note]:
    """The visitor's own note in this course; anybody else's is not there."""
    place = access.enter_course(request.user, course)
    found = Note.objects.filter(pk=note, enrolment=place.enrolment).first()
    if found is None:
        raise Http404
    return place, found


@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, course: str, note: int) -> HttpResponse:
    """Other words. By HTMX: the note as it then stands; else back to all notes."""
    place, found = _own(request, course, note)
    problem: object = ""
    if request.method == "POST":
        try:
            writing.edit(note=found, text=request.POST.get("text", ""))
        except NoteRefused as refused:
            problem = refused.args[0]
    if request.htmx:  # type: ignore[attr-defined]
        text = request.POST.get("text", "") if problem else ""
        context = {"note": notebook.entry(place, found), "problem": problem, "text": text}
        return render(request, "learning/_note.html", context)
    if request.method == "POST" and not problem:
        return redirect(f"{_notes_url(place)}#note-{found.pk}")
    context = {
        "course": place.course,
        "course_title": place.outline.title,
        "note": notebook.entry(place, found),
        "text": request.POST.get("text", found.text),
        "problem": problem,
    }
    return render(request, "learning/note.html", context)


@require_POST
def delete(request: HttpRequest, course: str, note: int) -> HttpResponse:
    place, found = _own(request, course, note)
    writing.delete(note=found)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse("")
    return redirect(_notes_url(place))


def _notes_url(place: Place) -> str:
    return reverse("learning:notes", args=[place.course.slug])
