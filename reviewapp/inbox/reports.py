"""Reports about mail: delivery status (RFC 3464), abuse (RFC 5965), receipts (RFC 8098)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import Message
from typing import Any

from reviewapp.inbox.parsing import Incoming, contents, decode

FIELD = re.compile(r"^\s{0,3}([A-Za-z][A-Za-z-]{1,40})\s*:[ \t]*(.*)$")
_LOCAL = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u00a1-\uffff-"
_DOMAIN = r"A-Za-z0-9\u00a1-\uffff_-"
ADDRESS = re.compile(rf"[{_LOCAL}]{{1,128}}@[{_DOMAIN}][.{_DOMAIN}]{{0,250}}")
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
MOST_REPORT_CHARS = 200_000
COMPLAINTS = ("abuse", "fraud", "opt-out", "opt-out-list", "virus", "miscategorized")
"""Feedback types by which a reader says no (RFC 5965 7.3); `not-spam` and `auth-failure` do not."""

_RECIPIENT_FIELDS = ("final-recipient", "original-recipient", "x-actual-recipient")
_ONCE = ("final-recipient", "original-recipient", "action", "status")


@dataclass(frozen=True)
class Fate:
    """What became of a mail to one recipient, as a report tells it."""

    recipient: str | None
    action: str | None = None
    status: str | None = None
    """RFC 3463's three numbers."""
    words: str = ""
    """The diagnostic, at most 300 characters."""

    def as_json(self) -> dict[str, Any]:
        """For the row of the mail."""
        return {
            "recipient": self.recipient,
            "action": self.action,
            "status": self.status,
            "words": self.words,
        }


@dataclass(frozen=True)
class Complaint:
    """A feedback-loop report: its type, and the reader as far as it is told."""

    feedback_type: str
    recipient: str | None


def delivery_fates(mail: Incoming) -> list[Fate]:
    """Every recipient of a delivery report; empty when the mail is none that a standard knows.

    Broken reports have their fields in the text, or in a part of another type.
    """
    told = [text for part in mail.parts if (text := _status_text(part))]
    texts = told or [_unquoted(mail.plain) or decode(mail.raw[:MOST_REPORT_CHARS], "")]
    fates = [fate for text in texts for fate in fates_in(text)]
    if not fates and told:
        fates = fates_in(decode(mail.raw[:MOST_REPORT_CHARS], ""))
    return fates or _ses_fates(mail)


def fates_in(text: str) -> list[Fate]:
    """The groups of recipient fields in a text, whatever stands around them."""
    return [
        fate for group in _groups(text[:MOST_REPORT_CHARS]) if (fate := _fate(group)) is not None
    ]


def complaint_of(mail: Incoming) -> Complaint | None:
    """The abuse report in a mail; None when it is none."""
    for part in mail.parts:
        if part.get_content_type() == "message/feedback-report":
            fields = dict(_fields(_flat_text(part)))
            kind = fields.get("feedback-type", "abuse").strip().casefold() or "abuse"
            told = fields.get("original-rcpt-to") or fields.get("removal-recipient") or ""
            return Complaint(kind, _first_address(told) or returned_recipient(mail))
    return _hotmail_complaint(mail) or _ses_complaint(mail)


def is_receipt(mail: Incoming) -> bool:
    """Whether somebody's program says that a mail was shown or deleted (RFC 8098)."""
    if _report_type(mail.message) == "disposition-notification":
        return True
    kinds = [part.get_content_type() for part in mail.parts]
    return "message/disposition-notification" in kinds


def says_delivery_report(mail: Incoming) -> bool:
    """Whether the mail calls itself a delivery report."""
    return _report_type(mail.message) == "delivery-status" or any(
        part.get_content_type() in ("message/delivery-status", "message/global-delivery-status")
        for part in mail.parts
    )


def returned_recipient(mail: Incoming) -> str | None:
    """To whom the mail went that a report returns, where it returns one."""
    for text in _returned(mail):
        fields = dict(_fields(text))
        for name in ("x-hmxmroriginalrecipient", "to", "x-original-to", "delivered-to"):
            if found := _first_address(fields.get(name, "")):
                return found
    return None


def _returned(mail: Incoming) -> Iterator[str]:
    kinds = ("message/rfc822", "message/global", "text/rfc822-headers", "text/rfc822-header")
    for part in mail.parts:
        if part.get_content_type() in kinds:
            yield decode(contents(part), "")[:20_000]


def _unquoted(text: str) -> str:
    """Without the marks of a report that somebody passed on."""
    return re.sub(r"^(?:> ?)+", "", text, flags=re.MULTILINE)


def _groups(text: str) -> Iterator[dict[str, str]]:
    """Fields gathered by recipient: a repeated field, or a blank line after enough, ends one."""
    group: dict[str, str] = {}
    for name, value in _fields(text, blanks=True):
        whole = any(known in group for known in _RECIPIENT_FIELDS) and "status" in group
        if (name == "" and whole) or (name in _ONCE and name in group):
            yield group
            group = {}
        if name:
            group[name] = f"{group[name]} {value}" if name in group else value
    yield group


def _fields(text: str, *, blanks: bool = False) -> Iterator[tuple[str, str]]:
    """Header-like lines with their folded rest; with `blanks`, empty names for empty lines."""
    name, value = "", ""
    for line in text.split("\n"):
        if name and line[:1] in (" ", "\t") and line.strip() and not _is_report_field(line):
            value = f"{value} {line.strip()}"
            continue
        if name:
            yield name, value
            name = ""
        if found := FIELD.match(line):
            name, value = found[1].casefold(), found[2].strip()
        elif blanks and not line.strip():
            yield "", ""
    if name:
        yield name, value


def _is_report_field(line: str) -> bool:
    found = FIELD.match(line)
    known = (*_ONCE, *_RECIPIENT_FIELDS, "diagnostic-code")
    return found is not None and found[1].casefold() in known


def _fate(group: dict[str, str]) -> Fate | None:
    recipients = [_typed_address(group.get(name, "")) for name in _RECIPIENT_FIELDS]
    recipient = next(filter(None, recipients), None)
    if recipient is None and not any(name in group for name in _RECIPIENT_FIELDS):
        return None
    words = group.get("diagnostic-code", "")
    status = STATUS.search(group.get("status", "")) or STATUS.search(words)
    action = group.get("action", "").partition(";")[0].split("(")[0].strip().casefold()
    return Fate(
        recipient=recipient,
        action=action if action in ACTIONS else None,
        status=status[0] if status else None,
        words=" ".join(words.split())[:300],
    )


def _typed_address(value: str) -> str | None:
    """`rfc822; <local@domain>`, in every way that was ever seen."""
    return _first_address(value.partition(";")[2] or value)


def _first_address(value: str) -> str | None:
    found = ADDRESS.search(value)
    return found[0].strip(".'").casefold() if found else None


def _status_text(part: Message) -> str:
    kind = part.get_content_type()
    if kind not in ("message/delivery-status", "message/global-delivery-status"):
        return ""
    return _flat_text(part)


def _flat_text(part: Message) -> str:
    """A report's fields as one text; the parser has made a message of each group of them."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n\n".join(decode(_fields_of(inner), "") for inner in payload)
    return decode(contents(part), part.get_content_charset() or "")


def _fields_of(inner: object) -> bytes:
    if not isinstance(inner, Message):
        return b""
    head = "".join(f"{name}: {value}\n" for name, value in inner.raw_items())
    rest = inner.get_payload()
    return f"{head}\n{rest if isinstance(rest, str) else ''}".encode("utf-8", "surrogateescape")


def _report_type(message: Message) -> str:
    value = message.get_param("report-type", "")
    return str(value).casefold()


def _hotmail_complaint(mail: Incoming) -> Complaint | None:
    """Microsoft's junk reports hold the mail itself, with the reader in a field of its own."""
    for text in _returned(mail):
        fields = dict(_fields(text))
        if told := fields.get("x-hmxmroriginalrecipient"):
            return Complaint("abuse", _first_address(told))
    return None


def _ses(mail: Incoming) -> dict[str, Any]:
    """Amazon's notification, where the mail is one."""
    text = mail.plain.lstrip()
    if not text.startswith("{"):
        return {}
    try:
        told, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _ses_fates(mail: Incoming) -> list[Fate]:
    told = _ses(mail)
    kind = told.get("notificationType")
    if kind == "Delivery":
        sent = told.get("delivery", {}).get("recipients", [])
        words = str(told.get("delivery", {}).get("smtpResponse", ""))
        done = Fate(None, "delivered", _status_in(words), words[:300])
        return [replace(done, recipient=_first_address(str(address))) for address in sent]
    if kind != "Bounce":
        return []
    return [
        Fate(
            _first_address(str(one.get("emailAddress", ""))),
            str(one.get("action", "failed")).casefold(),
            _status_in(str(one.get("status", ""))),
            str(one.get("diagnosticCode", ""))[:300],
        )
        for one in told.get("bounce", {}).get("bouncedRecipients", [])
    ]


def _ses_complaint(mail: Incoming) -> Complaint | None:
    told = _ses(mail)
    if told.get("notificationType") != "Complaint":
        return None
    people = told.get("complaint", {}).get("complainedRecipients", [{}])
    kind = str(told.get("complaint", {}).get("complaintFeedbackType") or "abuse")
    return Complaint(kind.casefold(), _first_address(str(people[0].get("emailAddress", ""))))


def _status_in(words: str) -> str | None:
    found = STATUS.search(words)
    return found[0] if found else None
