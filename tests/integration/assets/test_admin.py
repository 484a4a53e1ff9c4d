"""Films in the admin: listing, editor, chooser and what they cost."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection
from wagtail.snippets.blocks import SnippetChooserBlock

from accounts.models import User
from assets.models import Image, Video
from core import snapshots
from core.blocks.choosers import VideoChooserBlock
from core.snapshots import Reference
from course_pages import courses
from course_pages.migrations import __name__ as migrations
from tests.cases.measure import nothing_changes, statements
from tests.factories import courses as make_courses
from tests.factories import videos as make

pytestmark = pytest.mark.django_db
LIST = "/admin/snippets/assets/video/"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("a@example.org", "a long password"))
    return client


def listed(client: Client, query: str = "") -> str:
    answer = client.get(f"{LIST}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_listing_costs_the_same_at_any_length(client: Client) -> None:
    still = Image.objects.create(title="Still", file=make.still())

    def add(number: int) -> None:
        for at in range(number):
            make.captions(make.video(title=f"Film {at}", poster=still, original_name="a.mp4"))

    add(2)
    listed(client)
    few = len(statements(lambda: listed(client)))
    add(20)
    assert len(statements(lambda: listed(client))) == few


def test_states_are_told_with_their_reason_and_filtered(client: Client) -> None:
    make.video(title="Baguette", duration_ms=65_000)
    make.video(title="Cake", state=Video.State.FAILED, problem="No picture & no sound.")
    make.video(title="Tart", state=Video.State.PROCESSING, percent=42)
    page = listed(client)
    assert "1:05" in page
    assert "No picture &amp; no sound." in page
    assert "42 %" in page
    failed = listed(client, "?state=failed")
    assert ("Cake" in failed, "Baguette" in failed) == (True, False)
    assert "Tart" not in listed(client, "?kind=audio")


def test_a_film_of_a_release_is_not_deleted_and_the_admin_says_why(client: Client) -> None:
    film = make.video()
    snapshots.store([snapshots.freeze("t", 1, {}, [Reference("video", str(film.pk))])])
    with nothing_changes([Video]):
        for url in (f"{LIST}delete/{film.pk}/", f"/admin/bulk/assets/video/delete/?id={film.pk}"):
            answer = client.post(url, follow=True)
            assert "belongs to released content" in answer.content.decode()


def test_a_collection_with_films_is_not_deleted(client: Client) -> None:
    root: Any = Collection.get_first_root_node()
    place = root.add_child(name="Films")
    make.video(collection=place)
    url = reverse("wagtailadmin_collections:delete", args=[place.pk])
    client.post(url)
    assert Collection.objects.filter(pk=place.pk).exists()


def test_the_chooser_searches_uploads_and_gives_what_was_chosen(client: Client) -> None:
    widget = SnippetChooserBlock("assets.Video").widget
    assert client.get(widget.get_chooser_modal_url()).status_code == 200
    chooser: Any = Video.snippet_viewset.chooser_viewset
    create = reverse(chooser.get_url_name("create"))
    file = SimpleUploadedFile("film.mp4", make.playable(), "video/mp4")
    root: Any = Collection.get_first_root_node()
    answer = client.post(create, {"title": "Mine", "collection": root.pk, "file": file})
    told = json.loads(answer.content)
    film = Video.objects.get()
    assert (told["step"], told["result"]["id"]) == ("chosen", str(film.pk))
    assert (film.state, film.title) == (Video.State.PROCESSING, "Mine")
    again = client.post(create, {"title": "", "collection": root.pk, "uid": str(film.uid)})
    assert json.loads(again.content)["result"]["id"] == str(film.pk)
    wrong = client.post(create, {"title": "", "collection": root.pk, "uid": "nonsense"})
    assert json.loads(wrong.content)["step"] == "reshow_creation_form"


@pytest.mark.parametrize(("kind", "other"), [("video", "audio"), ("audio", "video")])
def test_a_block_offers_videos_of_its_kind_page_after_page(
    client: Client, kind: str, other: str
) -> None:
    for at in range(13):
        make.video(title=f"This {at}.", kind=kind)
        make.video(title=f"Other {at}.", kind=other)
    opened = VideoChooserBlock(kind).widget.get_chooser_modal_url()
    first = json.loads(client.get(opened).content)["html"]
    chooser: Any = Video.snippet_viewset.chooser_viewset
    second = client.get(
        reverse(chooser.get_url_name("choose_results")), {"kind": kind, "p": "2"}
    ).content.decode()
    for page in (first, second):
        assert ("This" in page, "Other" in page) == (True, False)
        assert f"kind={kind}" in page, "the way on keeps the kind"
        assert "videos-still" in page, "with a picture of each"
    assert client.get(opened.replace(f"kind={kind}", "kind=nonsense")).status_code == 200


def test_what_is_broken_is_named_in_the_editor(client: Client) -> None:
    film = make.video()
    fields = {
        "title": film.title,
        "chapters": "0:00 Start\n0:00 Again",
        "collection": film.collection_id,
        "captions-TOTAL_FORMS": "0",
        "captions-INITIAL_FORMS": "0",
    }
    answer = client.post(f"{LIST}edit/{film.pk}/", fields)
    assert "Line 2" in answer.content.decode()
    film.refresh_from_db()
    assert film.chapters == ""


def test_teachers_of_courses_that_are_there_already_get_the_right() -> None:
    """The migration, run again: what it gives is what a new course gets."""
    from importlib import import_module

    from django.apps import apps
    from wagtail.models import GroupCollectionPermission

    course = make_courses.course(1, 1)
    group = courses.ensure_teachers_group(course)
    theirs = GroupCollectionPermission.objects.filter(
        group=group, permission__codename__endswith="_video"
    )
    wanted = set(theirs.values_list("permission__codename", flat=True))
    assert wanted == {"add_video", "change_video", "choose_video"}
    theirs.delete()
    give = import_module(f"{migrations}.0004_teachers_upload_videos").give
    for _twice in range(2):
        give(apps, None)
    assert sorted(theirs.values_list("permission__codename", flat=True)) == sorted(wanted)
