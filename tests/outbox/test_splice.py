"""Pieces encoded apart decode to the text they were cut from."""

from __future__ import annotations

import quopri
import re

from hypothesis import given
from hypothesis import strategies as st

from reviewapp.outbox.splice import Spliced, html_of, marker, quoted_printable

TEXTS = st.text(alphabet="ab =.éß\n\t\U0001f600", max_size=200).map(
    lambda text: re.sub(r"[ \t]+(?=\n)", "", text)
)


def decoded(encoded: bytes) -> str:
    return quopri.decodestring(encoded).decode().replace("\r\n", "\n")


@given(TEXTS)
def test_a_piece_decodes_to_itself_and_ends_at_the_start_of_a_line(text: str) -> None:
    encoded = quoted_printable(text)
    lines = encoded.split(b"\r\n")
    assert decoded(encoded) == text
    assert lines[-1] == b""
    assert not any(line.startswith(b".") for line in lines)
    assert all(len(line) <= 76 and not line.endswith((b" ", b"\t")) for line in lines)


@given(st.lists(TEXTS, min_size=1, max_size=6), TEXTS)
def test_a_filled_text_is_the_same_on_paper_and_on_the_wire(pieces: list[str], value: str) -> None:
    spliced = Spliced.cut(marker(0).join(pieces))
    assert spliced.fill([value]) == decoded(spliced.fill_encoded([quoted_printable(value)]))


def test_lines_of_nothing_but_dots_arrive() -> None:
    for count in (1, 24, 25, 200):
        encoded = quoted_printable("." * count)
        assert decoded(encoded) == "." * count
        assert b"\n." not in b"\n" + encoded


def test_values_are_not_looked_into_for_markers() -> None:
    spliced = Spliced.cut(f"Hello {marker(0)}, {marker(1)}")
    assert spliced.fill([marker(1), "Ada"]) == f"Hello {marker(1)}, Ada"
    assert spliced.fixed == "Hello , "


def test_values_become_text_in_html() -> None:
    assert html_of('<b>"1\n2" & more</b>') == "&lt;b&gt;&quot;1<br>2&quot; &amp; more&lt;/b&gt;"
