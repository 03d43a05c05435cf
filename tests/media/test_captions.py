"""Captions are rebuilt: words and times stay, all else goes, and no word is lost silently."""

from __future__ import annotations

import re

import pytest

from reviewapp.media.captions import LARGEST_BYTES, MOST_CUES, CaptionsError, clean_captions

MINUTE = 60_000
CUE = "00:01.000 --> 00:02.500\n"


def clean(text: str | bytes, duration_ms: int = MINUTE) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    return clean_captions(data, duration_ms).decode()


def words(text: str) -> str:
    """What stays of the words of one cue."""
    return clean(f"WEBVTT\n\n{CUE}{text}\n").split("\n", 3)[3].rstrip("\n")


def why(text: str | bytes, duration_ms: int = MINUTE) -> str:
    with pytest.raises(CaptionsError) as refused:
        clean(text, duration_ms)
    return str(refused.value)


def test_subrip_becomes_webvtt_with_its_words_and_times():
    subrip = (
        '\ufeff1\r\n00:00:00,500 --> 00:00:02,000 X1:40\r\n{\\an8}<font color="#fff">Tea</font>\r\n'
        "is poured.\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,250\r\n<i>It steams</i> & is hot, <3.\r\n"
    )
    assert clean(subrip) == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nTea\nis poured.\n\n"
        "00:00:03.000 --> 00:00:04.250\n<i>It steams</i> &amp; is hot, &lt;3.\n"
    )


def test_webvtt_keeps_places_and_speakers_and_drops_what_is_not_for_reading():
    given = (
        "WEBVTT - kettle\nKind: captions\n\nSTYLE\n::cue { background: url(https://a.example) }\n\n"
        "REGION\nid:r\n\nNOTE by Ada\n\nintro\n"
        "00:01.000 --> 00:02.500 region:r line:0 align:start x:1\n"
        "<v.loud Ada Q.>Look, <c.yellow>steam</c> <00:01.500>rises\n"
    )
    made = clean(given)
    assert made == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500 line:0 align:start\n"
        "<v Ada Q.>Look, steam rises</v>\n"
    )
    assert clean(made) == made, "what is clean stays as it is"


def test_captions_are_put_in_order_and_end_with_the_film():
    made = clean(
        "WEBVTT\n\n00:04.000 --> 00:06.500\nlast\n\n00:01.000 --> 00:02.000\nfirst\n", 5_000
    )
    assert re.findall(r"\n(\S+) --> (\S+)\n(\w+)", made) == [
        ("00:00:01.000", "00:00:02.000", "first"),
        ("00:00:04.000", "00:00:05.000", "last"),
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a < b and c > d", "a &lt; b and c &gt; d"),
        ("a&#10;&#10;00:09.000 --&gt; 00:10.000 b", "a  00:09.000 --&gt; 00:10.000 b"),
        ("&lt;script&gt;", "&lt;script&gt;"),
        ("<v A&#10;B>hello", "<v A B>hello</v>"),
        ("<b><i>both</b>", "<b><i>both</i></b>"),
        ("</i>none", "none"),
        ("<script src=x", "&lt;script src=x"),
        ("one\n<c></c>\ntwo", "one\ntwo"),
        ("مرحبا 😀", "مرحبا 😀"),
    ],
)
def test_words_cannot_become_marks_or_captions_of_their_own(given, kept):
    assert words(given) == kept


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"WEBVTT\n\n\xff\xfe", "Line 3 is not UTF-8. Please save the file as UTF-8."),
        ("1\n00:00:01,000 --> 00:00:02,000\na\x00b", "Line 3 holds characters that are no text."),
        ("WEBVTT\n", "There is not a single caption in this file."),
        (f"WEBVTT\n\n{CUE}<b> </b>", "There is not a single caption in this file."),
        ("<?xml version='1.0'?>", "Line 1: there is no time above these words."),
        (f"WEBVTT\n\n{CUE}one\n\nlost words", "Line 6: there is no time above these words."),
        (
            "WEBVTT\n\n00:01.000 -> 00:02.000\none",
            "Line 3: there is no time above these words.",
        ),
        (
            "1\n00:00:xx,000 --> 00:00:02,000\none",
            "Line 2: the times have to look like 00:00:01.000 --> 00:00:02.500.",
        ),
        ("00:02.000 --> 00:02.000\none", "Line 1: this caption ends before it begins."),
        ("01:00.000 --> 01:01.000\none", "Line 1: the film is over by then."),
        ("00:59.000 --> 01:03.000\none", "Line 1: the film is over by then."),
        (f"{CUE}one\n{CUE}two", "Line 3: an empty line is missing above."),
        (f"{CUE}{'a' * 501}", "Line 2: this caption is too long to be read."),
        (
            f"{CUE}one\n<img src=x onerror=alert(1)>",
            "Line 3: only bold, italics, underlined and who speaks are taken.",
        ),
        (
            f"{CUE}one\n\n" * (MOST_CUES + 1),
            f"Line {MOST_CUES * 3 + 1}: these are too many captions for a minute.",
        ),
        (b"a" * (LARGEST_BYTES + 1), "This file is too large for the captions of a minute."),
    ],
)
def test_what_is_wrong_is_said_with_its_line(given, said):
    assert why(given) == said
