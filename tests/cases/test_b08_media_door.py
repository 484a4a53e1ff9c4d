"""B08: nothing that a learner gets names a film for longer than minutes.

Seen to fail with signed addresses in place of the door's in the lesson's HTML, with the door's end
a year away, and with grants not asked for in `access.find`.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from wagtail.images.tests.utils import get_test_image_file

from assets import signing
from assets.models import Image, Video
from core import clock
from course_pages import releases
from course_pages.models import Course, CoursePage
from learning.models import AccessGrant
from learning.services import enrolment
from tests.cases import measure
from tests.factories import attempts as taking
from tests.factories import courses as make
from tests.factories import videos as films

pytestmark = pytest.mark.django_db
PLAYED = re.compile(r"/play/([^/\"'\s]+)/([^\"'\s?\\]+)")
# What lies behind the doors: by its folder, by its hash, by the name it came with.
BARE = re.compile(r"videos/|captions/|posters/|master\.m3u8|9999999999")
NOW = clock.now().replace(microsecond=0)


@pytest.fixture(autouse=True)
def held(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    def later(wait: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: NOW + wait)

    later(timedelta())
    return later


@pytest.fixture
def film() -> Video:
    still = Image.objects.create(title="Still", file=get_test_image_file(size=(640, 360)))
    film = films.with_hls(films.video(name="own-name.mp4", poster=still))
    films.captions(film)
    return film


@pytest.fixture
def course(film: Video) -> Course:
    page = make.course_page("Films")
    module = make.module(page)
    make.lesson(module, "Shown", body=[films.block(film)])
    make.lesson(module, "Free", free_preview=True, body=[films.block(film)])
    course = Course.objects.get(lineage=page.translation_key)
    releases.release(course=course, by=None)
    course.refresh_from_db()
    return course


def everything(client: Client, course: Course, film: Video) -> dict[str, Any]:
    """Every page and fragment around the lessons, and the answers of the door."""
    base = course.get_absolute_url()
    public = CoursePage.objects.get(translation_key=course.lineage).url
    asked = {
        *("/my/", base, f"{base}shown/", f"{base}free/", f"{base}-/modules/1/", f"{base}-/enrol/"),
        *(public, f"{public}a-module/free/", "/courses/", "/sitemap.xml"),
        *(f"{base}{lesson}/media/{film.uid}/" for lesson in ("shown", "free")),
        *(f"{base}{lesson}/media/{film.uid}/?play" for lesson in ("shown", "free")),
    }
    found = {}
    for url in asked:
        for headers in ({}, {"HTTP_HX_REQUEST": "true"}):
            answer = client.get(url, **headers)  # type: ignore[arg-type]
            found[url] = answer.text + answer.get("Location", "")
            if PLAYED.search(found[url]):
                assert answer["Cache-Control"] == "private, no-store", url
    return found


def test_B08_whatever_a_learner_gets_of_a_film_ends_within_minutes(
    course: Course, film: Video, settings: Any, held: Callable[[timedelta], None]
) -> None:
    client = taking.signed_in(taking.learner(course))
    told = everything(client, course, film)
    played = {
        match.group(0): match.groups() for text in told.values() for match in PLAYED.finditer(text)
    }
    assert {name.rpartition(".")[2] for _, name in played.values()} == {"mp4", "m3u8", "vtt"}
    for url, text in told.items():
        assert not BARE.search(PLAYED.sub("", text)), url
        assert "own-name" not in text
        if "/media/" not in url:
            assert not PLAYED.search(text), url
    for ticket, name in played.values():
        end = signing.opened(ticket, name, now=NOW)[2]
        assert NOW < end <= NOW + timedelta(seconds=settings.MEDIA_URL_SECONDS)
    held(timedelta(seconds=settings.MEDIA_URL_SECONDS))
    assert {client.get(url).status_code for url in played} == {403}


def test_B08_no_address_is_renewed_once_the_access_has_ended(course: Course, film: Video) -> None:
    """By a refund, by leaving, by its end, and by a release without the film."""
    door = f"{course.get_absolute_url()}shown/media/{film.uid}/"

    def status_after(change: Callable[[Any], Any]) -> int:
        user = measure.person()
        enrolled = enrolment.enrol(user=user, course=course)
        client = taking.signed_in(user)
        assert client.get(door).status_code == 200
        change(enrolled)
        answer = client.get(door)
        assert not PLAYED.search(answer.text)
        return int(answer.status_code)

    def grants(enrolled: Any) -> Any:
        return AccessGrant.objects.filter(enrolment=enrolled)

    assert status_after(lambda one: grants(one).update(revoked_at=NOW)) == 403
    day = timedelta(days=1)
    assert status_after(lambda one: grants(one).update(starts_at=NOW - day, ends_at=NOW)) == 403
    assert status_after(lambda one: enrolment.leave(enrolment=one)) == 403

    def without(_enrolled: Any) -> None:
        make.edit(make.lesson_page(course, "Shown"), body=[("text", "<p>No film.</p>")])
        releases.release(course=course, by=None)

    assert status_after(without) == 404
