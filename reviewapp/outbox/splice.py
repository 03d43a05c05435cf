"""Prepared texts with slots: laid out once, then filled for each mail by joining strings.

A template is rendered with a marker in place of every value, compiled, and cut at the markers.
Values therefore never pass through Jinja or the MJML compiler, and filling costs microseconds.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_MARKER = re.compile(r"zq(\d+)qz")
_PLAIN = re.compile(r"[ !-<>-~]{0,74}[!-<>-~]")
_DOTS = re.compile(rb"^\.{1,24}", re.MULTILINE)
_SPECIAL = re.compile("[&<>\"'\n]")
_BREAK = b"=\r\n"


def marker(slot: int) -> str:
    """What stands for slot number `slot` while a template is rendered: plain letters, so that
    no escaping and no compiler changes it."""
    return f"zq{slot}qz"


@dataclass(frozen=True)
class Spliced:
    """A text cut at its markers: fixed pieces and slot numbers in turn."""

    pieces: tuple[str | int, ...]
    encoded: tuple[bytes | int, ...]
    """The same in quoted-printable; every fixed piece ends at the start of a line."""

    @classmethod
    def cut(cls, text: str) -> Spliced:
        """Cut `text` at its markers; blanks at the ends of lines go."""
        parts = _MARKER.split(re.sub(r"[ \t]+\n", "\n", text))
        pieces = tuple(int(part) if index % 2 else part for index, part in enumerate(parts) if part)
        encoded = tuple(p if isinstance(p, int) else quoted_printable(p) for p in pieces)
        return cls(pieces, encoded)

    @property
    def fixed(self) -> str:
        """What is the same in every filling."""
        return "".join(piece for piece in self.pieces if isinstance(piece, str))

    def fill(self, values: Sequence[str]) -> str:
        """The text with `values[n]` in slot n."""
        return "".join(values[p] if isinstance(p, int) else p for p in self.pieces)

    def fill_encoded(self, values: Sequence[bytes]) -> bytes:
        """The quoted-printable body, CRLF, with encoded `values[n]` in slot n."""
        return b"".join([values[p] if isinstance(p, int) else p for p in self.encoded])


def quoted_printable(text: str) -> bytes:
    """RFC 2045 6.7 in lines of at most 76 bytes, ended so that what follows starts a line.

    `text` has no blanks at the ends of its lines (b2a_qp would make those lines too long). The
    soft break at the end costs three bytes and decodes to nothing; it lets pieces that were
    encoded apart stand one after another.
    """
    if _PLAIN.fullmatch(text) and text[0] != ".":
        return text.encode("ascii") + _BREAK
    unix = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    # The NUL keeps room for the break: it is encoded to three bytes, and taken off again.
    encoded = b2a_qp(unix + b"\0").removesuffix(b"=00").replace(b"\n", b"\r\n")
    if encoded and not encoded.endswith(b"\r\n"):
        encoded += _BREAK
    # No line starts with a dot: SMTP would have to double it in every single mail.
    while encoded.startswith(b".") or b"\n." in encoded:
        encoded = _DOTS.sub(lambda dots: b"=2E" * len(dots[0]) + _BREAK, encoded)
    return encoded


def html_of(value: str) -> str:
    """A value as HTML text or attribute; line ends become `<br>`."""
    return escape(value).replace("\n", "<br>") if _SPECIAL.search(value) else value
