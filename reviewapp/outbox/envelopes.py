"""A letter under its headers, ready for the wire (RFC 5322, 2045, 8058, 3834)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from reviewapp.outbox.addresses import Path, encoded, mailbox, path_of
from reviewapp.outbox.letters import fill

# "=_" cannot occur in quoted-printable, so no body holds this line.
BOUNDARY = "=_reviewapp_part"
SENDER_ID = "reviewapp"

_PART = (
    "--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
)
_TEXT_PART = _PART.format(boundary=BOUNDARY, kind="plain").encode()
_HTML_PART = b"\r\n" + _PART.format(boundary=BOUNDARY, kind="html").encode()
_SAME_FOR_ALL = (
    "MIME-Version: 1.0",
    f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"',
)
BY_PEOPLE = frozenset({"case_reply", "question_answered", "report_answered"})
"""Letters whose words a person wrote and sent: they call themselves nothing automatic."""
LOOP_HEADER = "X-Reviewapp-Loop"
"""Tells our own letters when they come back."""
_END = f"\r\n--{BOUNDARY}--\r\n".encode()


@dataclass(slots=True)
class Envelope:
    """One message to one address; `content` is the whole message with CRLF line ends."""

    sender: Path
    recipient: Path
    to_email: str
    """The address as the shop knows it; its digest goes on the suppression list."""
    message_id: str
    content: bytes


@dataclass(frozen=True)
class From:
    """Who writes: the shop's name over the installation's address, answers to the shop."""

    name: str
    address: str
    reply_to: str
    mark: str = ""
    """What this installation knows its own letters by (`ids.loop_marks`)."""


@dataclass(frozen=True)
class Thread:
    """The conversation a letter belongs to (RFC 5322 3.6.4)."""

    reply_to: str | None = None
    """The address by which a reply finds its case; None: the shop's own."""
    references: tuple[str, ...] = ()
    """Message-IDs from the thread's root to the newest."""
    in_reply_to: str | None = None
    subject: str | None = None
    """Of the mail that is answered; None: the letter's own."""


NO_THREAD = Thread()


@dataclass(frozen=True)
class Unsubscribe:
    """The way out of a message that nobody asked for (RFC 8058): `url` takes a bare POST."""

    url: str
    mailto: str | None = None


def message_id(row_id: UUID, sender: Path) -> str:
    """The same for every attempt to send the row: a server that saw it knows it again."""
    return f"<{row_id}@{sender.domain}>"


def seal(
    letter: str,
    language: str,
    params: Mapping[str, Any],
    *,
    row_id: UUID,
    shop_id: UUID,
    to_email: str,
    to_name: str | None = None,
    writer: From,
    at: datetime,
    unsubscribe: Unsubscribe | None = None,
    thread: Thread = NO_THREAD,
) -> Envelope:
    """Write `letter` and put it under its headers.

    LetterError when the letter is not finished, BadAddress when an address is none. With
    `unsubscribe` the message is marked as bulk mail with a one-click way out.
    """
    body = fill(letter, language, params)
    sender, recipient = path_of(writer.address), path_of(to_email)
    identity = message_id(row_id, sender)
    headers = [
        f"From: {mailbox(writer.name, sender)}",
        f"To: {mailbox(to_name, recipient)}",
        f"Reply-To: {mailbox(writer.name, path_of(thread.reply_to or writer.reply_to))}",
        f"Subject: {encoded(thread.subject or body.subject)}",
        f"Date: {_date(at.replace(microsecond=0))}",
        f"Message-ID: {identity}",
        *_threading(thread),
        f"Content-Language: {language}",
        f"Feedback-ID: {letter}:{shop_id.hex}:{language}:{SENDER_ID}",
        *(_way_out(unsubscribe) if unsubscribe else ()),
        *_automatic(letter, thread),
        *([f"{LOOP_HEADER}: {writer.mark}"] if writer.mark else ()),
        *_SAME_FOR_ALL,
    ]
    head = ("\r\n".join(headers) + "\r\n\r\n").encode()
    content = b"".join((head, _TEXT_PART, body.text, _HTML_PART, body.html, _END))
    return Envelope(sender, recipient, to_email, identity, content)


def _threading(thread: Thread) -> list[str]:
    """In-Reply-To and References, an id a line: no line grows too long (RFC 5322 2.1.1)."""
    lines = []
    if thread.in_reply_to:
        lines.append(f"In-Reply-To: {thread.in_reply_to}")
    if thread.references:
        lines.append("References: " + "\r\n ".join(thread.references))
    return lines


def _automatic(letter: str, thread: Thread) -> tuple[str, ...]:
    """RFC 3834: whether a program wrote by itself, and whether to answer somebody's mail."""
    if letter in BY_PEOPLE:
        return ()
    kind = "auto-replied" if thread.in_reply_to else "auto-generated"
    return (f"Auto-Submitted: {kind}", "X-Auto-Response-Suppress: All")


@lru_cache(maxsize=64)
def _date(at: datetime) -> str:
    return format_datetime(at)


def _way_out(unsubscribe: Unsubscribe) -> list[str]:
    ways = [f"<{unsubscribe.url}>"]
    if unsubscribe.mailto:
        ways.append(f"<mailto:{path_of(unsubscribe.mailto)}?subject=unsubscribe>")
    return [
        f"List-Unsubscribe: {', '.join(ways)}",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Precedence: bulk",
    ]
