"""Mails to test with, as they come over the wire."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime

from reviewapp.core import clock
from reviewapp.core.ids import new_id


def mail(
    body: str = "The handle broke.",
    *,
    sender: str = "Ada Quist <ada@customers.example>",
    to: str = "help@kiln.example",
    subject: str = "My mug",
    html: str | None = None,
    files: tuple[tuple[str, str, bytes], ...] = (),
    **headers: str,
) -> bytes:
    """A mail by a person; `files` are (name, type, bytes), header names are written with `_`."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = headers.pop("Message_ID", f"<{new_id()}@customers.example>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    if html is not None:
        message.add_alternative(html, subtype="html")
    for name, kind, data in files:
        main, _, sub = kind.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def html_only(html: str) -> bytes:
    """A mail without plain text."""
    message = EmailMessage()
    message["From"], message["Subject"] = "ada@customers.example", "My mug"
    message["Message-ID"] = f"<{new_id()}@customers.example>"
    message.set_content(html, subtype="html")
    return message.as_bytes()


def bounce(message_id: str, recipient: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A delivery report of RFC 3464 about a letter of ours."""
    return f"""From: MAILER-DAEMON@mx.example
To: reviews@shop.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <{new_id()}@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your mail could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user

--b
Content-Type: message/rfc822

Message-ID: {message_id}
To: {recipient}
Subject: An answer

text

--b--
""".encode()


def complaint(message_id: str, kind: str = "abuse") -> bytes:
    """A feedback-loop report of RFC 5965 about a letter of ours; the reader's address is hidden."""
    return f"""From: fbl@provider.example
To: reviews@shop.example
Subject: complaint
Message-ID: <{new_id()}@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an abuse report.

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Loop/1
Version: 1

--b
Content-Type: message/rfc822

Message-ID: {message_id}
To: redacted@provider.example
Subject: How was your mug?

text

--b--
""".encode()
