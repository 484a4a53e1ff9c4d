"""A prepared statement answers as its queryset does, and is put together once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from core import clock
from core.models import OutboxMessage
from core.prepared import Prepared
from tests.cases import measure

pytestmark = pytest.mark.django_db


def due(kind: str, now: Any) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(kind=kind, due_at__lte=now).order_by("pk")


def test_it_answers_as_the_queryset_does_whatever_the_values() -> None:
    prepared, now = Prepared(due, kind=str, now=type(clock.now())), clock.now()
    for index in range(3):
        for kind in ("a", "it's \\ “b” %s"):
            OutboxMessage.objects.create(
                kind=kind, payload={"n": index}, due_at=now + timedelta(hours=index)
            )
    for kind in ("a", "it's \\ “b” %s", "none"):
        for later in range(4):
            at = now + timedelta(hours=later)
            found, expected = prepared(kind=kind, now=at), list(due(kind, at))
            assert found == expected
            assert [one.payload for one in found] == [one.payload for one in expected]
            assert [one.due_at for one in found] == [one.due_at for one in expected]


def test_one_statement_and_put_together_once() -> None:
    built = []

    def build(kind: str) -> QuerySet[OutboxMessage]:
        built.append(kind)
        return OutboxMessage.objects.filter(kind=kind)

    prepared = Prepared(build, kind=str)
    assert [len(measure.statements(lambda: prepared(kind="a"))) for _ in range(3)] == [1, 1, 1]
    assert len(built) == 1


def test_a_value_of_another_type_is_refused() -> None:
    prepared = Prepared(lambda kind: OutboxMessage.objects.filter(kind=kind), kind=str)
    with pytest.raises(TypeError, match="kind"):
        prepared(kind=["a"])


def test_a_value_that_the_query_changes_or_leaves_out_is_refused() -> None:
    for build in (
        lambda kind: OutboxMessage.objects.filter(kind__startswith=kind),
        lambda kind: OutboxMessage.objects.all(),
    ):
        with pytest.raises(ValueError, match="not used as it is given"):
            Prepared(build, kind=str)(kind="a")


def test_a_number_that_no_column_holds_is_not_asked_for() -> None:
    made = OutboxMessage.objects.create(kind="a", payload={}, due_at=clock.now())
    prepared = Prepared(lambda pk: OutboxMessage.objects.filter(pk=pk), pk=int)
    assert prepared(pk=made.pk) == [made]
    for huge in (2**63, -(2**63), 10**40):
        assert prepared(pk=huge) == []
        assert measure.statements(lambda huge=huge: prepared(pk=huge)) == []  # type: ignore[misc]
