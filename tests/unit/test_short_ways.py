"""Machines that post take a short way past pages, sessions and the daily log."""

import logging

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from core import middleware, short_ways

PATH = "/machines/tell/"


@pytest.fixture(autouse=True)
def way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_ways, "_ways", {})
    short_ways.open_way(PATH, lambda request: HttpResponse(status=400 if request.body else 200))
    return


def page(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("a page")


def answered(request: HttpRequest) -> HttpResponse:
    answer = middleware.request_id(short_ways.short_ways(page))(request)
    assert isinstance(answer, HttpResponse)
    return answer


def test_a_post_is_answered_at_once_and_nothing_of_it_can_be_shown() -> None:
    answer = answered(RequestFactory().post(PATH, "", content_type="text/plain"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", [PATH + "x", "/"])
def test_everything_else_goes_the_way_of_pages(path: str) -> None:
    assert answered(RequestFactory().post(path)).content == b"a page"
    assert answered(RequestFactory().get(PATH)).content == b"a page"


def test_the_log_has_a_line_only_where_something_is_wrong(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, logger="lectern.request"):
        answered(RequestFactory().post(PATH, "", content_type="text/plain"))
        assert caplog.messages == []
        answered(RequestFactory().post(PATH, "nonsense", content_type="text/plain"))
        assert f"POST {PATH} 400" in caplog.messages
        answered(RequestFactory().get("/"))
        assert "GET / 200" in caplog.messages
