"""B13: fields that a form does not offer are ignored, whatever columns they are named after.

Names come from all models of ours, addresses from B01's table, which the resolver completes. Values
are recognisable: none of them may stand in any table afterwards, and flags, choices, points and
owners are as the form alone leaves them.
"""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client

from assessments.models import Attempt
from learning.services import enrolment
from tests.cases import measure
from tests.cases.test_b01_who_may_what import ALLAUTH, OWN_ADDRESSES, World, url_of, world
from tests.factories import quizzes as make

__all__ = ["world"]

pytestmark = pytest.mark.django_db
OURS = {
    *("accounts", "assessments", "assets", "certificates", "commerce", "core", "course_pages"),
    *("home", "learning", "messaging"),
}
WORD = "massassigned"
NUMBER = "7654321"
DAY = "1999-09-09"
# What a form offers beside the fields in B01's table.
OFFERED: dict[str, set[str]] = {
    "course_admin:structure_edit": {"required", "free_preview"},
    "course_admin:import_again/others": {"publish"},
    # What the upload screen tells of a film.
    "video_admin:begin": {"title", "modified", "duration_ms", "collection"},
}


def own_models() -> list[type[models.Model]]:
    return [one for one in apps.get_models() if one._meta.app_label in OURS]


def value_for(field: models.Field[Any, Any]) -> str:
    if isinstance(field, models.BooleanField):
        return "true"
    if isinstance(field, models.DateField):
        return f"{DAY}T09:09"
    if isinstance(field, models.IntegerField | models.DecimalField | models.ForeignKey):
        return NUMBER
    if field.choices:
        return str(list(field.flatchoices)[-1][0])
    return WORD


def extra_fields() -> dict[str, str]:
    """Every column of every model of ours with a value to know it by."""
    made = {"csrfmiddlewaretoken": WORD, "groups": "1", "roles": "1", "user_permissions": "1"}
    for model in own_models():
        for field in model._meta.concrete_fields:
            for name in (field.name, field.attname):
                made.setdefault(name, value_for(field))
    return made


def planted() -> list[str]:
    """Tables in which one of the values stands."""
    found = []
    for name in connection.introspection.table_names():
        if name == "accounts_session":
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608
            rows = repr(cursor.fetchall())
        if WORD in rows or NUMBER in rows or DAY in rows or "datetime(1999, 9, 9" in rows:
            found.append(name)
    return found


def standing() -> Counter[str]:
    """Flags, choices, points and owners of all rows; what is new in each run is left out."""
    kinds = (models.BooleanField, models.DecimalField)
    seen: Counter[str] = Counter()
    for model in own_models():
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, kinds) or field.choices or field.name in {"user", "by", "role"}
        ]
        if not names:
            continue
        label = model._meta.label
        seen.update(f"{label} {row}" for row in model._default_manager.values_list(*names))
    groups = apps.get_model("accounts", "User").groups.through
    seen.update(f"groups {row}" for row in groups.objects.values_list("user_id", "group__name"))
    return seen


def posted(client: Client, url: str, data: dict[str, str]) -> tuple[int, Counter[str], list[str]]:
    cookies = client.cookies.copy()
    client.raise_request_exception = False
    with transaction.atomic():
        status = client.post(url, data).status_code
        result = status, standing(), planted()
        transaction.set_rollback(True)
    client.cookies = cookies  # type: ignore[assignment]
    return result


def faults(client: Client, name: str, url: str, data: dict[str, str]) -> list[str]:
    extra = {key: value for key, value in extra_fields().items() if key not in data}
    extra = {key: value for key, value in extra.items() if key not in OFFERED.get(name, set())}
    _status, plain, _none = posted(client, url, data)
    status, after, found = posted(client, url, data | extra)
    told = [f"{name}: {status}"] if status >= 500 else []
    told += [f"{name}: planted in {table}" for table in found]
    if status < 400 and after != plain:
        told.append(f"{name}: {sorted((after - plain) | (plain - after))[:6]}")
    return told


@pytest.mark.parametrize("role", ["learner", "teacher", "admin"])
def test_B13_no_form_takes_a_field_that_it_does_not_offer(world: World, role: str) -> None:
    found = []
    for key, address in {**OWN_ADDRESSES, **ALLAUTH}.items():
        data = {name: str(world.things.get(value, value)) for name, value in address.data.items()}
        found += faults(world.clients[role], key, url_of(address, world.things), data)
    assert not found, "\n".join(found)


def test_B13_an_attempt_takes_answers_and_nothing_else() -> None:
    course, quiz = make.course_with_quiz([make.short("moon")])
    user = measure.person()
    enrolment.enrol(user=user, course=course)
    client = Client()
    client.force_login(user)
    base = f"/learn/{course.slug}/"
    start = f"{base}lesson-11/quiz/{quiz.lineage}/start/"
    assert faults(client, "start", start, {}) == []
    client.post(start)
    attempt = Attempt.objects.get()
    [line] = attempt.paper
    data = {"token": attempt.token, "asked": line["id"], f"a.{line['id']}": "sun"}
    for end in ("save", "submit"):
        assert faults(client, end, f"{base}-/attempts/{attempt.pk}/{end}/", data) == []
    client.post(f"{base}-/attempts/{attempt.pk}/submit/", extra_fields() | data)
    attempt.refresh_from_db()
    assert attempt.score == Decimal(0)
    assert attempt.passed is False
    assert attempt.voided_at is None
