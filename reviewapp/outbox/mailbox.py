"""The development mailbox: letters become files under the data directory instead of mail."""

from __future__ import annotations

import email
import email.policy
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from reviewapp.core import clock
from reviewapp.core.errors import OutsideFailed
from reviewapp.outbox import addresses
from reviewapp.outbox.envelopes import Envelope
from reviewapp.outbox.smtp_replies import Reply

FOLDER = "mailbox"
"""Below the data directory."""


class Mailbox:
    """A sender that keeps what it is handed: one .eml a letter, named by its Message-ID.

    The same letter handed over twice is one file: nothing can be doubled here.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self) -> None:
        """Make the folder; OutsideFailed when it cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutsideFailed(message=f"The mailbox cannot be written: {error}") from error

    def wait_seconds(self, recipient: addresses.Path) -> float:
        """Files need no pacing."""
        return 0.0

    def offer(self, envelope: Envelope) -> tuple[Reply, Reply | None]:
        """Any address is welcome."""
        return Reply(250, "OK"), Reply(250, "OK")

    def announce(self) -> None:
        """Nobody has to be asked."""

    def hand_over(self, envelope: Envelope, then: Envelope | None = None) -> Reply:
        """Keep the letter, whole or not at all."""
        self.open()
        name = "".join(c if c.isalnum() or c in "-@." else "_" for c in envelope.message_id)
        part = self.folder / f".{name}.{os.getpid()}.part"
        try:
            part.write_bytes(envelope.content)
            arrived_at = clock.now().timestamp()
            os.utime(part, (arrived_at, arrived_at))
            part.replace(self.folder / f"{name.strip('_')}.eml")
        except OSError as error:
            part.unlink(missing_ok=True)
            raise OutsideFailed(message=f"The mailbox cannot be written: {error}") from error
        return Reply(250, "kept in the mailbox")

    def abandon(self) -> None:
        """Nothing is held open."""

    close = abandon


def messages(folder: Path) -> list[dict[str, Any]]:
    """Every letter in the mailbox, newest first: `{to, subject, html, text, headers, at}`.

    `headers` maps names to values as written, decoded; `at` is an ISO instant in UTC.
    """
    return sorted(_letters(folder), key=lambda item: item["at"], reverse=True)


def _letters(folder: Path) -> Iterator[dict[str, Any]]:
    for file in folder.glob("*.eml") if folder.is_dir() else ():
        with file.open("rb") as source:
            message = email.message_from_binary_file(source, policy=email.policy.default)
        arrived = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        yield {
            "to": str(message["To"]),
            "subject": str(message["Subject"]),
            "html": _body(message, "html"),
            "text": _body(message, "plain"),
            "headers": {name: str(value) for name, value in message.items()},
            "at": arrived.isoformat(),
        }


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""
