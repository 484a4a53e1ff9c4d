"""Transactions that the database gives up are tried again, and no others."""

from unittest.mock import patch

import pytest
from django.db import OperationalError, transaction

from core import retrying
from core.retrying import retried


@pytest.fixture(autouse=True)
def no_pause() -> object:
    with patch.object(retrying, "LONGEST_PAUSE_S", 0):
        yield


class Fails:
    """Fails with these codes, one after the other, then answers."""

    def __init__(self, *codes: int) -> None:
        self.codes = list(codes)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.codes:
            raise OperationalError(self.codes.pop(0), "by the test")
        return "done"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("code", sorted(retrying.AGAIN))
def test_F07_what_the_database_gave_up_is_tried_again(code: int) -> None:
    fails = Fails(code, code)
    assert retried(lambda: fails())() == "done"
    assert fails.calls == 3


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_F07_not_for_ever() -> None:
    fails = Fails(*[1213] * 9)
    with pytest.raises(OperationalError):
        retried(lambda: fails())()
    assert fails.calls == retrying.TRIES


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_F07_other_errors_are_errors() -> None:
    fails = Fails(1045)
    with pytest.raises(OperationalError):
        retried(lambda: fails())()
    assert fails.calls == 1


@pytest.mark.django_db
def test_F07_inside_another_transaction_it_is_lost_with_it() -> None:
    fails = Fails(1213)
    with pytest.raises(OperationalError), transaction.atomic():
        retried(lambda: fails())()
    assert fails.calls == 1
