"""A raw mail as something to work with, however broken it is (RFC 5322, 2045, 2047)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from functools import cached_property

MOST_PARTS = 100
MOST_BOUNDARIES = 5_000
"""Lines that may part a mail: Python makes an object of a class of its own for each header."""
MOST_HEAD_BYTES = 256 * 1024
MOST_TEXT_CHARS = 200_000
MOST_HEADER_CHARS = 4_000

# What the standard library raises on mails that no standard describes, RecursionError among it.
FAULTS = (
    ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError,
    MessageError,
)  # fmt: skip

_ENVELOPE_LINE = re.compile(rb"\A(?:>?From [^\r\n]*\r?\n)+")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ADDRESS = re.compile(
    r"[^\s<>()\[\],;:\"@]{1,128}@[A-Za-z0-9\u00a1-\uffff.-]{0,250}[A-Za-z0-9\u00a1-\uffff]"
)


class Unreadable(Exception):
    """Not a mail that can be taken apart; it is kept as it came."""


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail: name and type are the sender's claims."""

    name: str
    content_type: str
    data: bytes
    decoration: bool = False
    """A small picture that the text shows in its place: a signature's logo."""


@dataclass(frozen=True)
class Incoming:
    """A mail taken apart; everything it hands out can be stored and shown."""

    message: Message
    raw: bytes
    """As it came, with line ends that a parser knows."""

    def header(self, name: str) -> str:
        """The first header of this name, decoded, on one line; empty when it is not there."""
        return next(iter(self.headers(name)), "")

    def headers(self, name: str) -> list[str]:
        """Every header of this name, decoded, each on one line."""
        values = self.message.get_all(name, [])
        return [" ".join(_decoded(value).split())[:MOST_HEADER_CHARS] for value in values]

    @cached_property
    def content_type(self) -> str:
        """The type of the whole, such as multipart/report."""
        return self.message.get_content_type()

    @cached_property
    def parts(self) -> list[Message]:
        """The leaves in order; a mail within the mail is one leaf."""
        return list(_leaves(self.message))

    @property
    def message_id(self) -> str | None:
        """The Message-ID with its angle brackets."""
        found = re.search(r"<[^<>\s]+>", self.header("Message-ID"))
        return found[0] if found else None

    @property
    def references(self) -> list[str]:
        """Every id that In-Reply-To and References name, the nearest first."""
        nearest = re.findall(r"<[^<>\s]+>", self.header("In-Reply-To"))
        thread = re.findall(r"<[^<>\s]+>", self.header("References"))
        return list(dict.fromkeys([*nearest, *reversed(thread)]))

    @property
    def sender(self) -> tuple[str, str]:
        """Name and address of who wrote (From); empty strings where there is none."""
        return self._person("From")

    @property
    def answer_address(self) -> str:
        """Where the sender wants answers: Reply-To, else From."""
        return self._person("Reply-To")[1] or self.sender[1]

    @property
    def recipients(self) -> list[str]:
        """Every address this was sent or delivered to, lower case."""
        names = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Forwarded-To")
        written = [value for name in names for value in self.headers(name)]
        return [found.casefold() for value in written for found in _ADDRESS.findall(value)]

    @property
    def subject(self) -> str:
        """The subject, at most 300 characters."""
        return self.header("Subject")[:300]

    @cached_property
    def plain(self) -> str:
        """All plain text of the mail itself; attachments and returned mails aside."""
        return self._joined("text/plain")

    @cached_property
    def html(self) -> str:
        """All HTML of the mail itself."""
        return self._joined("text/html")

    def attachments(self) -> Iterator[Attachment]:
        """Files in order; a mail within the mail is one of them."""
        for number, part in enumerate(self.parts, start=1):
            if _is_words(part):
                continue
            kind, data = part.get_content_type(), contents(part)
            if data:
                name = _filename(part) or f"part-{number}"
                yield Attachment(name, kind, data, _is_decoration(part, data, self.html))

    def _person(self, name: str) -> tuple[str, str]:
        try:
            people = getaddresses([self.header(name)])
        except FAULTS:
            people = []
        for shown, address in people:
            if found := _ADDRESS.fullmatch(address.strip()):
                return shown[:200], found[0]
        loose = _ADDRESS.search(self.header(name))
        return "", loose[0] if loose else ""

    def _joined(self, kind: str) -> str:
        texts = [text_of(p) for p in self.parts if p.get_content_type() == kind and _is_words(p)]
        return "\n".join(texts)[:MOST_TEXT_CHARS]


def read(raw: bytes) -> Incoming:
    """Take a mail apart; Unreadable where that is not possible at all.

    Mails that the strict reading breaks on are read as Python read them for twenty years.
    """
    told = with_known_line_ends(raw)
    if told.count(b"\n--") > MOST_BOUNDARIES:
        raise Unreadable
    for how in (policy.default, policy.compat32):
        try:
            found = Incoming(message_from_bytes(told, policy=how), told)
            _look_everywhere(found)
        except FAULTS:
            continue
        return found
    raise Unreadable


def head_of(raw: bytes) -> Incoming:
    """A mail's header fields alone; Unreadable as for `read`."""
    told = with_known_line_ends(raw[:MOST_HEAD_BYTES])
    return read(re.split(rb"\r?\n\r?\n", told, maxsplit=1)[0] + b"\n\n")


def with_known_line_ends(raw: bytes) -> bytes:
    """Without mailbox lines (`From …`), and with LF or CRLF where only CR came."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    return _ENVELOPE_LINE.sub(b"", raw.lstrip(b"\r\n"), count=1)


def contents(part: Message) -> bytes:
    """A leaf's bytes, decoded; a mail within the mail as it stands there."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return b"\n".join(_flat(inner) for inner in payload if isinstance(inner, Message))
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def text_of(part: Message) -> str:
    """A leaf as text, whatever it says of its charset."""
    return decode(contents(part), part.get_content_charset() or "")


def decode(data: bytes, charset: str) -> str:
    """Bytes as text: UTF-8 where they are, then what was said, then Windows' Latin 1.

    UTF-8 goes first among the 8-bit ones: nothing else looks like it by accident, while a mail
    that says iso-8859-1 or us-ascii may hold anything.
    """
    told = charset.strip().casefold()
    own = [told] if told.startswith(("iso-2022", "utf-16", "utf-7", "hz")) else ["utf-8", told]
    for name in filter(None, [*own, "utf-8", "cp1252"]):
        try:
            return storable(data.decode(name))
        except (UnicodeError, LookupError):
            continue
    return storable(data.decode("latin-1"))


def storable(text: str) -> str:
    """Without what PostgreSQL and UTF-8 refuse; line ends are LF."""
    return _UNSTORABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _look_everywhere(found: Incoming) -> None:
    for part in found.parts:
        part.get_content_charset()
        _filename(part)
        contents(part)
    for name in found.message:
        found.header(name)


def _leaves(message: Message) -> Iterator[Message]:
    waiting, seen = [message], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting[:0] = [inner for inner in payload if isinstance(inner, Message)]
        else:
            seen += 1
            yield part


def _is_words(part: Message) -> bool:
    """Whether a part is the mail's own text; a text file with a name is an attachment."""
    if part.get_content_type() not in ("text/plain", "text/html"):
        return False
    return part.get_content_disposition() != "attachment" and not _filename(part)


def _filename(part: Message) -> str:
    return storable(_decoded(part.get_filename() or "")).strip()[:200]


def _is_decoration(part: Message, data: bytes, html: str) -> bool:
    shown = str(part.get("Content-ID") or "").strip("<> \r\n")
    small = part.get_content_maintype() == "image" and len(data) < 20_000
    return bool(shown) and small and f"cid:{shown}" in html


def _flat(message: Message) -> bytes:
    try:
        return message.as_bytes(policy=policy.compat32)
    except FAULTS:
        head = "".join(f"{name}: {value}\n" for name, value in message.raw_items())
        return f"{head}\n{message.get_payload()}".encode("utf-8", "replace")


def _decoded(value: object) -> str:
    """A header's words; the strict policy has decoded them, the old one has not."""
    text = str(value)
    if "=?" not in text:
        return storable(text)
    try:
        pieces = decode_header(text)
    except (HeaderParseError, *FAULTS):
        return storable(text)
    return "".join(
        decode(piece, charset or "") if isinstance(piece, bytes) else storable(piece)
        for piece, charset in pieces
    )
