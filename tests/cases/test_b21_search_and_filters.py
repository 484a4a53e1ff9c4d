"""B21: searches, filters and sort orders bear whatever is asked, and tell nobody too much.

Answers are 200, 400 or 404, or lead back to the whole list; the database is sent no more than for a
plain look at it. Statements are counted, never seconds.

Seen to fail: with `core.middleware.modest_queries` taken out (RecursionError for 33,000 words,
"syntax error" and "pattern too complex" of SQLite, OverflowError for huge numbers in filters), with
the check of its own filters taken from `core.listings.Index` (`user__password__startswith` told a
right guess from a wrong one, `completed_at__year=-1` failed), and with `live()` and the private
pages left out of `catalogue.published`.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page, PageViewRestriction
from wagtail.search import index

from accounts.models import User
from core import searching
from course_pages import releases
from course_pages.models import Course, CoursePage, LessonPage
from tests.cases.test_b01_who_may_what import World, world
from tests.factories import courses as make

__all__ = ["world"]

pytestmark = pytest.mark.django_db
ANSWERS = {200, 400, 404}
SPARE = 10
"""Statements that a search may send beyond a plain look at the same list: the search, its count,
and a message kept for the list that one is led back to."""
CANARY = "zqcanary"
SORTED_BY_SECRET = re.compile(r"password[`\"\]]?\s*(ASC|DESC|LIKE|REGEXP|>|<|=)", re.IGNORECASE)

AREAS: dict[str, list[str]] = {
    "public": ["/courses/", "/", "/my/", "/learn/knots/", "/instructors/ada/"],
    "pages": [
        "/admin/pages/",
        "/admin/pages/{course}/",
        "/admin/pages/{course}/results/",
        "/admin/pages/search/",
        "/admin/pages/search/results/",
        "/admin/pages/usage/course_pages/coursepage/",
        "/admin/pages/{lesson}/history/",
        "/admin/pages/{lesson}/usage/",
    ],
    "choosers": [
        "/admin/choose-page/",
        "/admin/choose-page/search/",
        "/admin/choose-page/{course}/",
        "/admin/documents/chooser/results/",
        "/admin/images/chooser/results/",
        "/admin/snippets/choose/course_pages/topic/results/",
        "/admin/snippets/choose/course_pages/instructorprofile/results/",
        "/admin/workflows/task_chooser/results/",
    ],
    "reports": [
        "/admin/reports/locked/",
        "/admin/reports/workflow/",
        "/admin/reports/workflow_tasks/",
        "/admin/reports/site-history/",
        "/admin/reports/aging-pages/",
        "/admin/reports/page-types-usage/",
    ],
    "lists": [
        "/admin/documents/",
        "/admin/images/",
        "/admin/redirects/",
        "/admin/workflows/list/",
        "/admin/workflows/tasks/index/",
        "/admin/snippets/course_pages/topic/",
        "/admin/snippets/course_pages/instructorprofile/",
    ],
    "people": ["/admin/users/", "/admin/groups/", "/admin/learning/enrolment/"],
    "our screens": [
        "/admin/",
        reverse("course_admin:imports"),
        "/admin/courses/{row}/structure/",
    ],
    "api": ["/admin/api/main/pages/", "/admin/api/main/images/", "/admin/api/main/documents/"],
}

WORD = "zqzq"
TERMS = {
    "no spaces": WORD + "a" * 7000,
    "many words": f"{WORD} " * 1500,
    "quotes": "\"'`\\;-- ' OR 1=1 /*",
    "one quote": '"',
    "a name": "O'Neill d’Arc",
    "field": 'title:x body:"y live:yes',
    "like": "%_%\\%",
    "nul": "a\x00b",
    "bidi": "\u202ea\u2066b",
    "emoji": "😀👩‍👩‍👧",
    "full text": "a* OR (b NEAR c) ^d -e +f @g <h> ~i ((((",
    "nothing": " \x00 ",
    "signs": "--- *** +",
}
SECRET = "user__password"
SORTS = ("ordering", "order", "order_by", "sort", "o")
NUMBERS = ("99999999999999999999999", "-1", "NaN", "1e9", "\x00", "²", "1" * 5000)
FILTERS = (
    *("user", "owner", "content_type", "collection_id", "collection", "locale", "site", "topic"),
    *("level", "page_type", "action", "label", "object_type", "child_of", "descendant_of", "tag"),
    *("id", "edited_by", "locked_by", "groups", "is_superuser", "is_active", "live", "status", "e"),
    *("latest_revision_created_at_from", "last_published_at_before", "timestamp_after", "kind"),
    *("enrolled_at__gte", "completed_at__year", "fields", "multiple", "open", "as", "usage_count"),
)
VALUES = ("pbkdf2", "9" * 40, "\x00", "-1", "[]")
LOOKUPS = (
    "user__password__startswith",
    "owner__password__startswith",
    "password__regex",
    "user__emailaddress__email__contains",
)
Query = dict[str, Any]


def sensible() -> list[tuple[str, Query]]:
    """Parameters that a listing may not know and which it then ignores, many at a time."""
    found: list[tuple[str, Query]] = [(name, {"q": term}) for name, term in TERMS.items()]
    found += [(f"search {name}", {"search": term}) for name, term in TERMS.items()]
    for value in (SECRET, f"-{SECRET}", "content_object__owner__password", "?", "\x00", "99.x"):
        found.append((f"sorted by {value!r}", dict.fromkeys(SORTS, value)))
    for value in NUMBERS:
        found.append((f"page {value[:24]!r}", dict.fromkeys(("p", "page"), value)))
        found.append((f"offset {value[:24]!r}", dict.fromkeys(("offset", "limit"), value)))
    found += [(f"filters {value!r}", dict.fromkeys(FILTERS, value)) for value in VALUES]
    found.append(("lookups", dict.fromkeys(LOOKUPS, "pbkdf2")))
    found.append(("repeated", {"q": ["a", "b"], "q[]": "c", "p": ["1", "x"], "topic": ["a", "b"]}))
    return found


def one_by_one() -> list[tuple[str, Query]]:
    """For lists that refuse what they do not know: every parameter alone."""
    pairs = [(name, SECRET) for name in SORTS]
    pairs += [(name, value) for name in ("p", "page", "offset", "limit") for value in NUMBERS]
    pairs += [(name, value) for name in FILTERS for value in VALUES]
    pairs += [(name, "pbkdf2") for name in LOOKUPS]
    return [(f"{name}={value[:24]!r}", {name: value}) for name, value in pairs]


def ask(client: Client, url: str, query: Query) -> tuple[Any, list[str]]:
    """The answer, after a way back to the whole list, and the statements of both."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url, query)
        if answer.status_code == 302 and answer["Location"] == url:
            answer = client.get(url)
    return answer, [str(one["sql"]) for one in captured.captured_queries]


@pytest.mark.parametrize("area", AREAS)
def test_B21_every_search_and_filter_bears_whatever_is_asked(world: World, area: str) -> None:
    client = world.clients["learner" if area == "public" else "admin"]
    for path in AREAS[area]:
        url = path.format(**world.things)
        strict = area == "api" or "enrolment" in url
        client.get(url)
        plain, sent = ask(client, url, {})
        assert plain.status_code == 200 or area == "api", url
        queries = sensible() + (one_by_one() if strict else [])
        for name, query in queries:
            answer, statements = ask(client, url, query)
            case = (url, name, answer.status_code)
            assert answer.status_code in ANSWERS, case
            # Two pages where a filter leads back to the whole list.
            assert len(statements) <= 2 * len(sent) + SPARE, (case, len(statements), len(sent))
            for statement in statements:
                assert "a" * (searching.LONGEST_TERM + 1) not in statement, case
                assert statement.count(WORD) <= 8 * searching.MOST_WORDS, case
                assert not SORTED_BY_SECRET.search(statement), (case, statement)


@pytest.mark.parametrize("path", ["/courses/", "/learn/knots/", "/admin/pages/search/", "/nowhere"])
def test_B21_an_endless_address_is_refused_before_anything_is_read(world: World, path: str) -> None:
    # The foot of every page is kept for a minute.
    ask(world.clients["admin"], "/nowhere", {"q": "a" * 100_000})
    for term in ("a" * 100_000, "a " * 50_000):
        answer, statements = ask(world.clients["admin"], path, {"q": term})
        assert (answer.status_code, statements) == (400, [])


def test_B21_a_lookup_of_choice_tells_nothing_about_a_password(world: World) -> None:
    """Whether the guess is right or wrong, the answer is the same."""
    url = "/admin/learning/enrolment/"
    right = User.objects.filter(enrolments__isnull=False).values_list("password", flat=True)[0][:8]
    for role in ("support", "admin"):
        shown = [
            ask(world.clients[role], url, {f"user__password__{lookup}": guess})[0].content
            for lookup in ("startswith", "regex", "gte")
            for guess in (right, "wrong")
        ]
        rows = {body.count(b'data-object-pk="') for body in shown}
        assert len(rows) == 1, rows
        assert rows != {0}


# --- Canaries --------------------------------------------------------------------------------


@pytest.fixture
def hidden(world: World) -> list[Page]:
    """A course that is a draft, one that is private, one unpublished, one of somebody else with a
    drafted lesson, each with the canary in its title."""
    parent = Page.objects.get(pk=world.things["catalogue"])
    draft = parent.add_child(instance=CoursePage(title=f"{CANARY} draft", live=False))
    private = make.course(1, 1, title=f"{CANARY} private")
    gone = make.course(1, 1, title=f"{CANARY} unpublished")
    pages = [CoursePage.objects.get(translation_key=one.lineage) for one in (private, gone)]
    PageViewRestriction.objects.create(page=pages[0], restriction_type="login")
    pages[1].unpublish()
    other = CoursePage.objects.get(pk=world.things["course"])
    module = other.get_children().first()
    assert module is not None
    lesson = make.lesson(module, f"{CANARY} lesson", live=False)
    lesson.save_revision()
    found: list[Page] = [draft, *pages, lesson]
    for one in found:
        index.insert_or_update_object(one)
    return found


CHANNELS = (
    "/courses/?q={q}",
    "/courses/?q={q}&page=2",
    "/courses/?q=zq",
    "/courses/?q=%25canary",
    "/admin/pages/?q={q}",
    "/admin/pages/{catalogue}/?q={q}",
    "/admin/pages/{catalogue}/results/?q={q}",
    "/admin/pages/{course}/results/?q={q}",
    "/admin/pages/search/?q={q}",
    "/admin/pages/search/results/?q={q}",
    "/admin/pages/search/?q=live:no",
    "/admin/pages/search/?q={q}&content_type=course_pages.coursepage&ordering=title",
    "/admin/pages/usage/course_pages/coursepage/?ordering=title",
    "/admin/pages/usage/course_pages/lessonpage/results/?q={q}",
    "/admin/choose-page/search/?q={q}",
    "/admin/choose-page/search/?q={q}&page_type=course_pages.lessonpage",
    "/admin/choose-page/{catalogue}/",
    "/admin/api/main/pages/?search={q}",
    "/admin/api/main/pages/?child_of={catalogue}&fields=*",
    "/admin/api/main/pages/?descendant_of={course}&fields=*",
    "/admin/api/main/pages/?type=course_pages.LessonPage&order=title&for_explorer=1",
    "/admin/reports/site-history/?label={q}",
    "/admin/reports/aging-pages/?ordering=title",
    "/admin/reports/locked/?q={q}",
)


@pytest.mark.parametrize("role", ["anonymous", "registered", "learner", "other-teacher", "support"])
def test_B21_no_search_finds_what_is_not_for_this_person(
    world: World, hidden: list[Page], role: str
) -> None:
    for channel in CHANNELS:
        url = channel.format(q=CANARY, **world.things)
        body = world.clients[role].get(url, follow=True).content.decode()
        for page in hidden:
            if page.title.endswith("private") and role not in {"anonymous"}:
                continue  # Whoever is signed in may read that one.
            assert page.title not in body, (role, url)


def test_B21_control_who_may_edit_everything_finds_it_all(world: World, hidden: list[Page]) -> None:
    url = f"/admin/pages/{world.things['catalogue']}/?ordering=title"
    body = world.clients["admin"].get(url).content.decode()
    for page in hidden[:3]:
        assert page.title in body
    if connection.vendor == "sqlite":
        # Elsewhere full text is found once it is committed.
        found = world.clients["admin"].get(f"/admin/pages/search/?q={CANARY}").content.decode()
        assert all(page.title in found for page in hidden)


# --- Size ------------------------------------------------------------------------------------


def test_B21_a_search_among_many_pages_sends_no_more_statements(
    world: World, full_size: Callable[..., int]
) -> None:
    """`--full=pages`: 10,000 pages in one module."""
    number = full_size("pages", small=300, full=10_000)
    client = world.clients["admin"]
    urls = [
        "/courses/?q=many",
        "/admin/pages/search/?q=lesson",
        "/admin/pages/{module}/?q=lesson",
        "/admin/pages/{module}/?ordering=title&p=2",
        "/admin/choose-page/search/?q=lesson",
        "/admin/api/main/pages/?search=lesson",
    ]
    things = world.things
    make.many_lessons(Course.objects.get(pk=things["row"]), 60)
    few = [statements_of(client, url.format(**things)) for url in urls]
    course = Course.objects.get(slug="other")
    make.many_lessons(course, number)
    releases.release(course=course, by=None)
    assert LessonPage.objects.count() > number
    things["module"] = (
        LessonPage.objects.get(title="Many 1", path__startswith=page_path(course)).get_parent().pk
    )
    assert [statements_of(client, url.format(**things)) for url in urls] == few


def page_path(course: Course) -> str:
    return str(CoursePage.objects.get(translation_key=course.lineage).path)


def statements_of(client: Client, url: str) -> int:
    client.get(url)
    answer, sent = ask(client, url, {})
    assert answer.status_code == 200
    return len(sent)
