"""A frame is rendered once, with holes for what is somebody's own."""

import pytest
from django.utils.safestring import SafeString

from core.frames import Frame

LINK = "components/breadcrumb.html"


def test_a_hole_takes_safe_html_and_a_value_is_escaped() -> None:
    frame = Frame.of(LINK, {"title": "<Mine>"}, ["url"])
    here, there = (frame.fill(url=SafeString(url)) for url in ("/here/", "/there/"))
    assert '<a href="/here/">&lt;Mine&gt;</a>' in here
    assert '<a href="/there/">&lt;Mine&gt;</a>' in there


def test_a_text_that_is_called_like_a_hole_opens_none() -> None:
    frame = Frame.of(LINK, {"title": "url"}, ["url"])
    assert '<a href="title">url</a>' in frame.fill(url=SafeString("title"))


def test_a_hole_left_open_is_an_error() -> None:
    with pytest.raises(KeyError):
        Frame.of(LINK, {"title": "Title"}, ["url"]).fill()
