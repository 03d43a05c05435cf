"""What a mail server's answer means for the letter and for the address (RFC 5321, 3463)."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

_ENHANCED = re.compile(r"^\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
_POLICY = re.compile(
    r"spam|block|black|reputation|policy|polic|relay|spf|dkim|dmarc|denied|rate|reject.{0,20}content"
    r"|unsolicited|listed|rbl|authenticat|not allowed|prohibited",
    re.IGNORECASE,
)
_NO_SUCH_USER = re.compile(
    r"no such|unknown|does ?n.t exist|not exist|not found"
    r"|invalid (?:recipient|mailbox|user|address)"
    r"|no mailbox|user unknown|recipient rejected|address rejected|disabled|unavailable",
    re.IGNORECASE,
)


class Stage(Enum):
    """Where in the talk an answer was given."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    MESSAGE = "message"


class Verdict(Enum):
    """What to do: done, try again later, never write there again, or call the operator."""

    ACCEPTED = "accepted"
    LATER = "later"
    BAD_ADDRESS = "bad_address"
    OPERATOR = "operator"


class Reply(NamedTuple):
    """A server's answer: three digits and words."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}"[:500]

    @property
    def enhanced(self) -> tuple[int, int, int] | None:
        """RFC 3463's class, subject and detail, where the server gives them."""
        found = _ENHANCED.match(self.text)
        return (int(found[1]), int(found[2]), int(found[3])) if found else None


def judge(stage: Stage, reply: Reply) -> Verdict:
    """What the answer means. Only an address that surely takes no mail is given up.

    A 5xx for policy, content, relaying or the sender is the operator's to mend: the reader's
    address is fine. A full mailbox (x.2.2) is worth another try.
    """
    if 200 <= reply.code < 300:
        return Verdict.ACCEPTED
    if 400 <= reply.code < 500:
        return Verdict.LATER
    if stage is Stage.SENDER:
        return Verdict.OPERATOR
    enhanced = reply.enhanced
    if enhanced and enhanced[1:] != (0, 0):
        return _by_enhanced(stage, enhanced[1], enhanced[2], reply.text)
    return _by_words(stage, reply)


def _by_enhanced(stage: Stage, subject: int, detail: int, text: str) -> Verdict:
    if (subject, detail) == (2, 2):
        return Verdict.LATER
    if subject == 1:
        return Verdict.OPERATOR if detail in (7, 8) else Verdict.BAD_ADDRESS
    if subject == 2:
        return Verdict.BAD_ADDRESS if detail == 1 else Verdict.OPERATOR
    if subject == 4 and stage is Stage.RECIPIENT:
        # Some hosts say 5.4.1 "Recipient address rejected" for an unknown user.
        return Verdict.BAD_ADDRESS if _NO_SUCH_USER.search(text) else Verdict.LATER
    return Verdict.OPERATOR


def _by_words(stage: Stage, reply: Reply) -> Verdict:
    if _NO_SUCH_USER.search(reply.text) and not re.search(r"spam|relay", reply.text, re.IGNORECASE):
        return Verdict.BAD_ADDRESS
    if stage is Stage.MESSAGE or _POLICY.search(reply.text):
        return Verdict.OPERATOR
    if reply.code == 552:
        return Verdict.LATER
    return Verdict.BAD_ADDRESS if reply.code in (550, 551, 553, 556) else Verdict.OPERATOR
