"""B04: whoever teaches another course neither sees nor changes this one's films, by any address.

Seen to fail with the refusal taken from `core.guarding`, with `OwnVideos.rows` giving every film,
with the right taken from `uploading._own`, with the owner taken from `uploading.upload`, with
`CollectionField` of the editor offering any collection, and with Wagtail's own bulk action.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection

from assets.models import Caption, Image, Video
from core import outbox
from course_pages import courses
from tests.cases import measure
from tests.factories import courses as make
from tests.factories import videos

pytestmark = pytest.mark.django_db
CANARY = "Canary film"
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
ADMIN = "wagtailsnippets_assets_video:"


@dataclass(frozen=True)
class Two:
    """A film of one course, its teacher, and the teacher of another course."""

    film: Video
    mine: Collection
    others: Collection
    teacher: Client
    stranger: Client


def teacher_of(course: Any) -> Client:
    user = measure.person(roles=["Instructor"])
    courses.add_teacher(course=course, user=user, by=None)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def two() -> Two:
    first, second = make.course(1, 1, title="First"), make.course(1, 1, title="Second")
    mine, others = courses.ensure_collection(first), courses.ensure_collection(second)
    film = videos.video(title=CANARY, collection=mine, state=Video.State.FAILED)
    videos.captions(film)
    outbox.drain()  # the index of the search
    return Two(film, mine, others, teacher_of(first), teacher_of(second))


def choose(view: str, *args: Any) -> str:
    chooser: Any = Video.snippet_viewset.chooser_viewset
    return reverse(chooser.get_url_name(view), args=args)


def addresses(film: Video) -> dict[str, str]:
    named = {
        name: reverse(f"{ADMIN}{name}", args=[film.pk]) for name in ("edit", "delete", "usage")
    }
    return named | {
        "history": reverse(f"{ADMIN}history", args=[film.pk]),
        "state": reverse("video_admin:state", args=[film.pk]),
        "again": reverse("video_admin:again", args=[film.pk]),
        "upload": reverse("video_admin:upload", args=[film.uid]),
        "chosen": choose("chosen", film.pk),
        "chosen several": f"{choose('chosen_multiple')}?id={film.pk}",
        "delete several": f"/admin/bulk/assets/video/delete/?id={film.pk}",
        "list": reverse(f"{ADMIN}list"),
        "search": f"{reverse(f'{ADMIN}list_results')}?q=canary",
        "filter": f"{reverse(f'{ADMIN}list')}?collection={film.collection_id}",
        "choose": choose("choose"),
        "choose, searched": f"{choose('choose_results')}?q=canary",
    }


def test_B04_no_address_shows_or_changes_the_film_of_another_course(two: Two) -> None:
    form = edited(two.film)
    with measure.nothing_changes([Video, Caption]):
        for name, url in addresses(two.film).items():
            for headers in ({}, HTMX):
                for answer in (
                    two.stranger.get(url, **headers),
                    two.stranger.post(url, form, **headers),
                    two.stranger.patch(url, b"x", content_type="text/plain", **headers),
                    two.stranger.delete(url, **headers),
                ):
                    assert answer.status_code < 500, name
                    assert CANARY not in answer.content.decode(), name
                    assert two.mine.name not in answer.content.decode(), name


def edited(film: Video, **fields: Any) -> dict[str, Any]:
    usual = {
        "title": "Anew",
        "description": "",
        "chapters": "0:00 Start",
        "poster": "",
        "tags": "",
        "collection": film.collection_id,
        "captions-TOTAL_FORMS": "0",
        "captions-INITIAL_FORMS": "0",
    }
    return usual | fields


def test_B04_control_its_own_teacher_sees_and_edits_it(two: Two) -> None:
    # MariaDB's full-text index knows nothing before a commit.
    unsearched = connection.vendor == "mysql"
    for name, url in addresses(two.film).items():
        if name in {"again", "upload", "state", "history"} or (unsearched and "search" in name):
            continue
        assert CANARY in two.teacher.get(url).content.decode(), name
    url = addresses(two.film)["edit"]
    assert two.teacher.post(url, edited(two.film)).status_code == 302
    two.film.refresh_from_db()
    assert (two.film.title, two.film.chapter_list[0].title) == ("Anew", "Start")


@pytest.mark.parametrize("what", ["collection", "poster"])
def test_B04_a_film_is_not_moved_to_others_nor_given_their_picture(two: Two, what: str) -> None:
    foreign = Image.objects.create(title="Chart", file=get_test_image_file(), collection=two.others)
    value = two.others.pk if what == "collection" else foreign.pk
    with measure.nothing_changes([Video]):
        answer = two.teacher.post(addresses(two.film)["edit"], edited(two.film, **{what: value}))
    assert answer.status_code == 200


def test_B04_nobody_uploads_into_the_collection_of_others(two: Two) -> None:
    said = {"name": "film.mp4", "size": "100", "collection": two.mine.pk}
    file = SimpleUploadedFile("film.mp4", videos.playable(), "video/mp4")
    with measure.nothing_changes([Video]):
        assert two.stranger.post(reverse("video_admin:begin"), said).status_code == 302
        form = {"title": "x", "collection": two.mine.pk, "file": file}
        assert two.stranger.post(reverse(f"{ADMIN}add"), form).status_code == 200
    own = two.stranger.post(reverse("video_admin:begin"), said | {"collection": ""})
    assert own.status_code == 201
    assert Video.objects.get(uid=own.json()["uid"]).collection == two.others


def test_B04_nobody_goes_on_with_the_upload_of_others(two: Two) -> None:
    data = videos.playable()
    begun = two.teacher.post(
        reverse("video_admin:begin"), {"name": "a.mp4", "size": str(len(data)), "collection": ""}
    ).json()
    with measure.nothing_changes([Video]):
        for client in (two.stranger, Client()):
            for answer in (
                client.get(begun["url"]),
                client.delete(begun["url"]),
                client.patch(begun["url"], data, headers={"Upload-Offset": "0"}),
                client.post(choose("create"), {"uid": begun["uid"], "collection": two.others.pk}),
            ):
                assert begun["edit_url"] not in answer.content.decode()
    assert two.teacher.get(begun["url"]).json()["offset"] == 0
    assert two.teacher.delete(begun["url"]).status_code == 204


def test_B04_those_who_only_choose_or_look_people_up_change_nothing(two: Two) -> None:
    for role, may_choose in (("Marketing", True), ("Support", False)):
        client = Client()
        client.force_login(measure.person(roles=[role]))
        with measure.nothing_changes([Video, Caption]):
            for name, url in addresses(two.film).items():
                if "choose" not in name and "chosen" not in name:
                    assert CANARY not in client.get(url).content.decode(), (role, name)
                client.post(url, edited(two.film))
        assert (CANARY in client.get(choose("choose")).content.decode()) is may_choose
