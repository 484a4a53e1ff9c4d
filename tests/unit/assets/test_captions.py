"""Captions: whatever comes in, valid WebVTT and readable paragraphs come out."""

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.captions import CaptionsRefused, Cue, checked, read_captions, to_transcript, to_vtt

SRT = """\ufeff1\r
00:00:01,500 --> 00:00:03,000\r
<i>Hello</i> &amp; welcome\r
second line\r
\r
2\r
00:00:08,000 --> 00:00:09,250\r
Again.\r
"""


def test_srt_becomes_webvtt() -> None:
    cues = read_captions(SRT.encode(), "a.srt")
    assert cues == [
        Cue(1500, 3000, "Hello & welcome\nsecond line"),
        Cue(8000, 9250, "Again."),
    ]
    assert to_vtt(cues) == (
        "WEBVTT\n\n00:00:01.500 --> 00:00:03.000\nHello &amp; welcome\nsecond line\n\n"
        "00:00:08.000 --> 00:00:09.250\nAgain.\n"
    )


def test_transcript_breaks_at_pauses() -> None:
    cues = read_captions(SRT.encode(), "a.srt")
    assert to_transcript(cues) == "Hello & welcome second line\n\nAgain."


def test_cues_without_blank_lines_between_them() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nOne\n2\n00:00:02,000 --> 00:00:03,000\nTwo\n"
    assert [cue.text for cue in read_captions(text.encode(), "a.srt")] == ["One", "Two"]


def test_open_edx_json() -> None:
    data = json.dumps({"start": [0, 2000], "end": [1000, 3000], "text": ["Hi", ""]})
    assert read_captions(data.encode(), "subs_x.srt.sjson") == [Cue(0, 1000, "Hi")]


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'{"start": 1}', b"\xff\xfe", b"\0" * 50])
@pytest.mark.parametrize("name", ["a.srt", "a.sjson"])
def test_what_is_no_caption_file_gives_none(data: bytes, name: str) -> None:
    assert read_captions(data, name) == []


@pytest.mark.parametrize("data", [b"1\n" * 20_000, b"NOTE\n" + b"a\n" * 20_000])
def test_a_long_paragraph_without_times_is_looked_at_once(data: bytes) -> None:
    began = time.perf_counter()
    with pytest.raises(CaptionsRefused, match="no captions"):
        checked(data, "a.vtt", "en")
    assert time.perf_counter() - began < 1


def test_webvtt_reads_its_own_output() -> None:
    cues = read_captions(SRT.encode(), "a.srt")
    assert read_captions(to_vtt(cues).encode(), "a.vtt") == cues


@given(st.text(max_size=200))
def test_no_text_breaks_out_of_its_cue(text: str) -> None:
    cues = read_captions(
        f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n".encode("utf-8", "replace"), "a"
    )
    for line in to_vtt(cues).splitlines()[2:]:
        assert "<" not in line
        assert line.count("-->") <= 1


def caption_files() -> list[Path]:
    folder = os.environ.get("LECTERN_SHARED_DATA")
    return sorted(Path(folder, "captions").glob("*.srt")) if folder else []


@pytest.mark.skipif(not caption_files(), reason="LECTERN_SHARED_DATA is not set")
def test_real_caption_files() -> None:
    for path in caption_files():
        cues = read_captions(path.read_bytes(), path.name)
        arrows = path.read_bytes().count(b"-->")
        assert len(cues) >= arrows * 0.95, path.name
        assert len(to_transcript(cues)) > 1000
