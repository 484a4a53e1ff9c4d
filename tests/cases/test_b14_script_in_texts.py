"""B14: what anybody writes anywhere is shown as text; it never runs, on no page, for nobody."""

import json
import os
import re
import uuid
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lxml.html
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from wagtail.blocks import StreamBlockValidationError
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection

from accounts.models import User
from assets import captions
from assets.models import Document, Image
from core import clock
from core.text import one_line
from course_pages import outline, releases, rendering
from course_pages.blocks import LessonBody
from course_pages.models import (
    Course,
    CourseImport,
    CourseInstructor,
    CoursePage,
    InstructorProfile,
    LessonPage,
    Level,
    Topic,
)
from home.models import LandingPage
from learning.services import enrolment
from tests.cases.naughty import ACTIVE, ADDRESSES, MARKUP, RUN, SHORT, TEXTS
from tests.cases.test_b15_tables_embeds_uploads import assert_inert, typed
from tests.factories import courses as make
from tests.factories.accounts import UserFactory
from tests.factories.archives import olx, tar_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

pytestmark = pytest.mark.django_db
PLACES = {
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "srcset",
    "xlink:href",
    "content",
}
BACKEND = "accounts.backends.SignIn"
Many = list[dict[str, Any]]


def assert_page_inert(html: str) -> None:
    """No element, attribute or address on a whole page stems from our texts' mark-up."""
    for one in lxml.html.document_fromstring(html.encode(), parser=UTF8).iter("*"):
        name = str(one.tag)
        assert name != "x-pwned"
        if name in {"script", "style"} and "json" not in one.get("type", ""):
            assert "pwned" not in (one.text or "")
        for key, value in one.items():
            assert "pwned" not in key
            if key.startswith(("on", "hx-", "data-hx-", "x-", "@", "v-")) or key in {
                "style",
                "srcdoc",
            }:
                # An address of our own may have the words of a title in it.
                assert "pwned" not in value or re.fullmatch(r"/[\w/-]+", value), (name, key)
            bare = re.sub(r"[\x00-\x20]", "", value).lower()
            if key in PLACES:
                assert not bare.startswith(("javascript:", "vbscript:", "data:text"))
                # A link may lead to any site; nothing may be fetched from there.
                assert name == "a" or not bare.startswith("//pwned")
        assert "http-equiv" not in one.attrib or "pwned" not in one.get("content", "")


UTF8 = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)


# The browser below reads these in its own way.
LEFT_TO_THE_BROWSER = ("<scr<", "<img/", "<body")


@pytest.mark.parametrize("bad", [one for one in MARKUP if not one.startswith(LEFT_TO_THE_BROWSER)])
def test_the_judge_sees_what_runs(bad: str) -> None:
    """A control for the tests below."""
    with pytest.raises(AssertionError):
        assert_page_inert(f"<!doctype html><title>x</title><body><p>x</p>{bad}")


# --- Blocks ----------------------------------------------------------------------------------


def blocks_of(text: str, *, image: Image | None = None, file: Document | None = None) -> Many:
    """The text in every field of every block, as long as the fields are."""
    said = text if text.strip() else "."
    words = f"<p>{escape(said)}</p>"
    step = {"type": "item", "id": "1", "value": {"title": said[:200], "text": words}}
    columns = [{"type": kind, "heading": said} for kind in ("text", "number")]
    values: list[tuple[str, Any]] = [
        ("text", words),
        ("heading", {"text": said[:200], "level": "h2"}),
        ("code", {"language": "html", "code": said, "caption": said}),
        ("callout", {"kind": "tip", "title": said[:200], "text": words}),
        ("quote", {"text": said, "attribution": said[:200]}),
        ("math", {"formula": said, "description": said}),
        ("math", {"formula": rf"\text{{{said}}}", "description": said}),
        ("table", {"caption": said, "columns": columns,
                   "rows": [{"values": [words, said[:100]]}]}),
        ("steps", {"title": said[:200], "steps": [step]}),
        ("button", {"label": said[:60], "url": "/courses/", "page": None}),
        ("embed", {"url": "https://vimeo.com/76979871", "title": said[:200]}),
        ("video", {"title": said[:200], "video": None, "url": "https://vimeo.com/76979871",
                   "transcript": said}),
        ("audio", {"title": said[:200], "video": None, "url": "https://example.org/a.mp3",
                   "transcript": words}),
        ("quiz", {"title": said[:200], "text": f"<ul><li>{escape(said)}</li></ul>",
                  "source": json.dumps({"questions": [{"text": said, "choices": [said]}]})}),
    ]  # fmt: skip
    if image:
        picture = {"image": image.pk, "alt": said, "caption": said}
        item = {"type": "item", "id": "1", "value": picture}
        values += [
            ("image", picture | {"decorative": False, "width": "text"}),
            ("gallery", {"images": [item], "caption": said}),
        ]
    if file:
        values.append(("download", {"title": said[:200], "file": file.pk, "description": said}))
    return [{"type": kind, "value": value, "id": str(uuid.uuid4())} for kind, value in values]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_B14_no_text_of_a_block_runs(text: str) -> None:
    """Seen red with `|safe` on the title of the quiz block, and on who said a quote."""
    html = rendering.with_even_headings(rendering.render_raw(blocks_of(text)))

    assert_inert(html)
    assert_page_inert(html)
    # Word for word, but for what no HTML can hold.
    seen = " ".join(lxml.html.fragment_fromstring(html, create_parent=True).text_content().split())
    wanted = " ".join(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text).split())
    held = " ".join(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd]", "", seen).split())
    assert wanted[:200] in held


SHARED = Path(os.environ.get("LECTERN_SHARED_DATA", "."), "hostile", "blns.json")


@pytest.mark.skipif(not SHARED.exists(), reason="LECTERN_SHARED_DATA is not set")
def test_B14_none_of_the_worlds_naughty_strings_runs_in_a_block() -> None:
    """The big list that others keep: every string of it in every block, word for word."""
    texts = json.loads(SHARED.read_text())
    assert len(texts) == 515
    for text in texts:
        html = rendering.with_even_headings(rendering.render_raw(blocks_of(text)))
        assert_inert(html)
        assert_page_inert(html)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("way", ["words", "address", "raw"])
def test_B14_rich_text_that_is_sent_to_the_editor_is_text(way: str, text: str) -> None:
    """The form's own data, forged. Seen red with Wagtail's check_url answering every address."""
    content = {
        "words": typed(f"word {text}", "https://example.org/"),
        "address": typed("word", text),
        "raw": typed(text, "https://example.org/").replace('"unstyled"', '"atomic"'),
    }[way]
    sent = {
        "body-count": "1",
        "body-0-type": "text",
        "body-0-order": "0",
        "body-0-deleted": "",
        "body-0-id": "",
        "body-0-value": content,
    }
    body = LessonBody()
    try:
        value = body.clean(body.value_from_datadict(sent, {}, "body"))
    except StreamBlockValidationError:
        assert "\x00" in text
        return
    html = rendering.render_raw(body.get_prep_value(value))

    assert_page_inert(html)


# --- Pages -----------------------------------------------------------------------------------


def picture() -> Image:
    file = get_test_image_file(size=(900, 600))
    return Image.objects.create(title=SHORT, description=SHORT, file=file)


def course_of(texts: list[str], *, name: str = SHORT, rich: bool = True) -> Course:
    """A released course that says each text as a lesson's title and in its blocks."""
    image = picture()
    file = Document.objects.create(title=SHORT, file=ContentFile(b"x", name=f"{SHORT}.pdf"))
    profile = InstructorProfile.objects.create(
        name=name, slug="hostile", role=name, bio=f"<p>{escape(name)}</p>", photo=image
    )
    page = make.course_page(name, slug="hostile", summary=name)
    page.image = image
    page.level = Level.objects.create(title=SHORT, slug="level")
    page.topics.set([Topic.objects.create(title=SHORT, slug="topic")])
    page.course_instructors.add(CourseInstructor(instructor=profile))
    outcomes = [{"type": "outcome", "value": name, "id": "1"}]
    page.outcomes = CoursePage._meta.get_field("outcomes").stream_block.to_python(outcomes)
    body = [one for one in blocks_of(name) if one["type"] in {"text", "heading", "quote", "steps"}]
    page.body = CoursePage._meta.get_field("body").stream_block.to_python(body)
    page.save_revision().publish()
    module = make.module(page, name)
    for number, text in enumerate(texts):
        make.lesson(
            module,
            (one_line(text) or ".")[:255],
            slug=f"n{number}",
            section=one_line(text)[:255],
            free_preview=number == 0,
            body=blocks_of(text, image=image, file=file) if rich else [make.text_block("x")],
        )
    course = Course.objects.get(lineage=page.translation_key)
    releases.release(course=course, by=None, notes=name)
    course.refresh_from_db()
    return course


def landing_page() -> LandingPage:
    point = {"icon": "check", "title": SHORT, "text": SHORT}
    both = {"title": SHORT, "text": SHORT}

    def items(value: dict[str, str]) -> Many:
        return [{"type": "item", "id": "1", "value": value}]

    values: list[tuple[str, Any]] = [
        ("hero", both | {"eyebrow": SHORT, "primary_label": SHORT, "primary_link": "/courses/"}),
        ("features", {"title": SHORT, "items": items(point)}),
        ("steps", {"title": SHORT, "items": items(both)}),
        ("stats", {"items": items({"value": SHORT[:30], "label": SHORT})}),
        ("testimonial", {"quote": SHORT, "name": SHORT, "role": SHORT, "image": None}),
        ("faq", {"title": SHORT,
                 "items": items({"question": SHORT, "answer": f"<p>{escape(SHORT)}</p>"})}),
        ("cta", both | {"label": SHORT, "link": "/courses/"}),
    ]  # fmt: skip
    page = LandingPage(title=SHORT, slug="hostile-landing", summary=SHORT)
    page.body = LandingPage._meta.get_field("body").stream_block.to_python(
        [{"type": kind, "value": value, "id": kind} for kind, value in values]
    )
    make.home().add_child(instance=page)
    return page


def import_report(by: User) -> CourseImport:
    """A finished import whose package gave every name."""
    rows = [{"block_type": SHORT, "found": 3, "imported": 1, "converted": 1, "reported": 1}]
    findings = [
        {"kind": kind, "block_type": SHORT, "name": SHORT, "place": SHORT, "reason": SHORT}
        for kind in ("reported", "converted", "ignored")
    ]
    titles = [SHORT, MARKUP[0]]
    return CourseImport.objects.create(
        by=by,
        original_name=f"{SHORT}.tar.gz",
        title=SHORT,
        state=CourseImport.State.DONE,
        publish=True,
        started_at=clock.now(),
        finished_at=clock.now(),
        report={"rows": rows, "adds_up": True, "findings": findings, "left_out": 0},
        result={"created": 1, "updated": 1, "unchanged": 0, "images": 0, "files": 0,
                "problems": titles, "kept": titles, "vanished": titles},
    )  # fmt: skip


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def addresses(course: Course) -> list[str]:
    assert course.live_release is not None
    lessons = outline.load(course.live_release.outline_id).lessons
    return [f"/learn/{course.slug}/{lesson.address}/" for lesson in lessons]


def learners_pages(course: Course) -> list[str]:
    return [
        "/courses/",
        "/courses/?q=" + "%3Cscript%3Ewindow.__pwned%3D1%3C%2Fscript%3E",
        "/courses/hostile/",
        "/hostile-landing/",
        "/instructors/hostile/",
        "/my/",
        "/account/",
        f"/learn/{course.slug}/",
        f"/learn/{course.slug}/-/leave/",
        "/%3Cscript%3Ewindow.__pwned=1%3C/script%3E/",
    ]


def authors_pages(course: Course) -> list[str]:
    page = CoursePage.objects.get(translation_key=course.lineage)
    lesson = LessonPage.objects.descendant_of(page).order_by("path").first()
    assert lesson is not None
    return [
        "/admin/",
        f"/admin/courses/{course.pk}/structure/",
        f"/admin/courses/{course.pk}/structure/pages/{lesson.pk}/",
        f"/admin/pages/{page.pk}/",
        f"/admin/pages/{page.pk}/edit/",
        f"/admin/pages/{page.pk}/history/",
        f"/admin/pages/{lesson.pk}/edit/",
        f"/admin/pages/{lesson.pk}/history/",
        f"/admin/pages/{page.pk}/walk/",
        f"/admin/pages/{page.pk}/walk/?as=half-way",
        f"/admin/pages/{page.pk}/view_draft/?mode=visitor",
        f"/admin/pages/{lesson.pk}/view_draft/?mode=completed",
        "/admin/pages/search/?q=img",
        "/admin/images/",
        "/admin/documents/",
    ]


def admins_pages() -> list[str]:
    record = CourseImport.objects.get()
    victim = User.objects.get(email="victim@example.org")
    return [
        "/admin/imports/",
        f"/admin/imports/{record.pk}/",
        "/admin/users/",
        f"/admin/users/edit/{victim.pk}/",
        "/admin/reports/site-history/",
        "/admin/reports/aging-pages/",
        f"/admin/pages/{LandingPage.objects.get(slug='hostile-landing').pk}/edit/",
        *(
            f"/admin/snippets/course_pages/{kind}/"
            for kind in ("topic", "level", "instructorprofile")
        ),
    ]


@pytest.fixture
def learner() -> User:
    made: User = UserFactory(email="victim@example.org", name=SHORT)
    return made


@pytest.fixture
def admin() -> User:
    made: User = UserFactory(email="admin@example.org", name=SHORT)
    made.is_superuser = made.is_staff = True
    made.save()
    return made


def test_B14_every_text_as_the_title_of_a_lesson(learner: User, admin: User) -> None:
    """Seen red with `|safe` on the title in learning/_player.html, and on the structure screen."""
    course = course_of(TEXTS, rich=False)
    enrolment.enrol(user=learner, course=course)
    client = signed_in(learner)
    for text, address in zip(TEXTS, addresses(course), strict=True):
        answer = client.get(address)
        assert answer.status_code == 200
        html = answer.content.decode()
        assert_page_inert(html)
        (title,) = lxml.html.document_fromstring(html.encode(), parser=UTF8).xpath(
            "//h1[@id='lesson-title']"
        )
        shown = one_line(text)[:255]
        assert " ".join(title.text_content().split()) == " ".join(shown.split())
    for address in (f"/learn/{course.slug}/", "/courses/hostile/"):
        assert_page_inert(client.get(address).content.decode())
    author = signed_in(admin)
    for address in authors_pages(course):
        answer = author.get(address)
        assert answer.status_code == 200, address
        assert_page_inert(answer.content.decode())


@pytest.mark.parametrize("name", [MARKUP[0], MARKUP[3], MARKUP[5], SHORT])
def test_B14_no_name_runs_on_any_page(name: str, learner: User, admin: User) -> None:
    """Titles, names, summaries, alt texts, files, reports. Seen red with `|safe` on the name of
    an instructor, and on a finding of an import."""
    course = course_of([name], name=name)
    landing_page()
    import_report(admin)
    learner.name = name
    learner.save()
    enrolment.enrol(user=learner, course=course)
    client, author = signed_in(learner), signed_in(admin)
    visits = [(client, one) for one in learners_pages(course) + addresses(course)]
    visits += [(author, one) for one in authors_pages(course) + admins_pages()]
    for visitor, address in visits:
        answer = visitor.get(address)
        expected = 404 if "%3Cscript" in address and "?" not in address else 200
        assert answer.status_code == expected, address
        assert_page_inert(answer.content.decode())


def test_B14_a_files_name_is_no_part_of_its_place(admin: User) -> None:
    """Seen red with `path_for` keeping the name."""
    client = signed_in(admin)
    collection = Collection.get_first_root_node()
    assert collection is not None
    for text in (SHORT, MARKUP[0], "../../x.pdf", "a\x00b", "$(id)", "x" * 120):
        upload = SimpleUploadedFile(f"{text}.pdf", b"%PDF-1.4", "application/pdf")
        fields = {"title": text.replace("\x00", ""), "collection": collection.pk, "file": upload}
        assert client.post("/admin/documents/add/", fields).status_code == 302
        stored = Document.objects.latest("pk").file.name
        assert re.fullmatch(r"\w+/[0-9a-f]{2}/[0-9a-f]{64}\w*\.pdf", stored), stored
    assert_page_inert(client.get("/admin/documents/").content.decode())


def test_B14_a_name_that_a_learner_gives_is_text(learner: User) -> None:
    """By the account page's own form."""
    client = signed_in(learner)
    for text in TEXTS:
        learner.name = text[:150]
        learner.save()
        assert_page_inert(client.get("/my/").content.decode())


# --- Imports ---------------------------------------------------------------------------------


def test_B14_nothing_of_a_package_runs(tmp_path: Path, learner: User) -> None:
    """Every text as its HTML. Seen red with sanitise.to_blocks giving the HTML as it came."""
    make.catalogue()
    html = "".join(f"<div>{text}</div>" for text in TEXTS if "\x00" not in text)
    html += "".join(f'<p><a href="{escape(one)}">x</a></p>' for one in ADDRESSES)
    html = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", html)
    name = escape(SHORT, quote=True)
    package = olx()
    replaced = {
        "course/html/h1.html": html,
        "course/html/h1.xml": f'<html filename="h1" display_name="{name}"/>',
        "course/vertical/v1.xml": (
            f'<vertical display_name="{name}"><html url_name="h1"/></vertical>'
        ),
        "course/problem/p1.xml": (
            f'<problem display_name="{name}"><multiplechoiceresponse><label>{name}</label>'
            f'<choicegroup><choice correct="true">{name}</choice>'
            f'<choice correct="false"><img src="x" onerror="{RUN}"/></choice></choicegroup>'
            "</multiplechoiceresponse></problem>"
        ),
    }
    assert set(replaced) <= set(package)
    package |= {path: content.encode() for path, content in replaced.items()}
    call_command("import_course", str(tar_of(tmp_path / "x.tar.gz", package)), "--publish")
    course = Course.objects.select_related("live_release").get()
    enrolment.enrol(user=learner, course=course)
    client = signed_in(learner)
    for address in addresses(course):
        answer = client.get(address)
        assert answer.status_code == 200
        assert_page_inert(answer.content.decode())
    for page in LessonPage.objects.all():
        assert_inert(rendering.render_raw(list(page.body.raw_data)))


@pytest.mark.parametrize("text", ACTIVE, ids=range(len(ACTIVE)))
def test_B14_a_cue_of_captions_is_text(text: str) -> None:
    """Seen red without the escape in captions.to_vtt."""
    source = f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n"
    cues = captions.read_captions(source.encode(), "x.srt")
    for line in captions.to_vtt(cues).splitlines():
        assert "<" not in line
        assert ">" not in line.replace("-->", "") or "&gt;" in line


# --- A browser -------------------------------------------------------------------------------

PROBE = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", event => {
    window.__violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""


@pytest.fixture
def tab(visit: Callable[..., "Tab"]) -> Callable[[User], Callable[[str], None]]:
    """`tab(user)("/address/")` opens a page as somebody and looks whether anything ran."""

    def for_user(user: User) -> Callable[[str], None]:
        page = visit()
        asked: list[str] = []
        page.on("dialog", lambda dialog: asked.append(dialog.message))
        page.on(
            "request",
            lambda request: asked.append(request.url) if "pwned.example" in request.url else None,
        )
        page.context.add_init_script(PROBE)
        session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": session,
                    "domain": "localhost",
                    "path": "/",
                }
            ]
        )

        def look(address: str) -> None:
            page.goto(address)
            page.wait_for_load_state("networkidle")
            for frame in page.frames:
                if "localhost" in frame.url:
                    assert frame.evaluate("window.__pwned") is None, frame.url
                    assert frame.evaluate("window.__violations || []") == [], frame.url
                    found = "document.querySelectorAll('x-pwned, [data-pwned]').length"
                    assert frame.evaluate(found) == 0, frame.url
            assert not asked, f"{address}: {asked}"

        return look

    return for_user


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_B14_no_script_runs_in_a_browser(
    tab: Callable[[User], Callable[[str], None]], learner: User, admin: User
) -> None:
    """Learner's, author's and admin's pages. Seen red with `|safe` on a lesson's title: the
    policy refuses the script, and the refusal alone fails the test."""
    course = course_of(ACTIVE)
    landing_page()
    import_report(admin)
    enrolment.enrol(user=learner, course=course)
    look = tab(learner)
    for address in learners_pages(course) + addresses(course):
        look(address)
    look = tab(admin)
    for address in authors_pages(course) + admins_pages():
        look(address)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_probe_sees_what_the_policy_refuses(browser: "Browser", address: str) -> None:
    """A control for the test above."""
    page = browser.new_page(base_url=address)
    page.add_init_script(PROBE)
    page.goto("/no-such-page/")
    assert page.evaluate("window.__violations") == []
    for bad in (SHORT, '<p style="color: red">x</p>', '<iframe src="//pwned.example/"></iframe>'):
        page.evaluate("bad => document.body.insertAdjacentHTML('beforeend', bad)", bad)
    page.wait_for_function("window.__violations.length >= 3")
    assert page.evaluate("window.__pwned") is None
    page.close()
