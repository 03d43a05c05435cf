"""Bounces that no standard describes: whose mail failed, and with which status."""

from __future__ import annotations

import re

from reviewapp.inbox.parsing import Incoming, decode
from reviewapp.inbox.reports import ADDRESS, FIELD, STATUS, Fate, fates_in, returned_recipient

MOST_WORDS = 300
MOST_REPORT_CHARS = 60_000
MOST_LINE_CHARS = 500
"""No pattern below sees a longer line: none can be made to take long."""

# Where the report ends and the mail that came back begins, in the words of some sixty systems.
_ORIGINAL = re.compile(
    r"^[ \t]*(?:"
    r"-{2,}[^\n]*(?:copy of|original message|original mail|header of the original|unsent message"
    r"|body of|returned message|message header|rejected message|transcript of headers)[^\n]*"
    r"|-{3,}\s*below (?:this|the) (?:line|next)[^\n]*"
    r"|\|-+ *message text follows[^\n]*|\|-+ message header[^\n]*"
    r"|(?:the )?(?:original|unsent|returned|undelivered|your) (?:message|mail)(?: headers?)?"
    r" (?:follows|is(?: as)? follow|below|attached)[^\n]*"
    r"|message headers follow\W*|original message(?: follows)?\W*|received message[^\n]{0,20}:?"
    r"|-+ ?(?:original|unsent) (?:message|mail)[^\n]*"
    r"|(?:return-path|received|dkim-signature|x-originating-ip) ?:[^\n]*"
    r"|your original message[^\n]*"
    r")$",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS_AT_START = re.compile(
    rf"^[ \t]*(?:[*-][ \t]+|\d+[.)][ \t]+|(?:to|recipient|RCPT TO|delivery failed):[ \t]*"
    rf"|failed addresses?:[ \t]*|5\d\d (?:\d\.\d\.\d )?)*<?({ADDRESS.pattern})>?"
    rf"(?![\w.@-]*\w)(?=[ \t]*(?:$|:|\.\.\.|\(|\[|<|,|on \d|on [A-Z][a-z]{{2}},"
    rf"|[A-Z][a-z]+ |->|-|=))",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS_IN_TALK = re.compile(
    rf"(?:mail to|recipients?:?|rcpt to:?|address(?:es)?:?|delivered to|deliver to|message to"
    rf"|for|user|account|\bto)[ \t]*[<(\[\"']*({ADDRESS.pattern})",
    re.IGNORECASE,
)
_REPLY_CODE = re.compile(r"(?<![\d.\-/])(?<![0-9a-fA-F]:)([45]\d\d)(?=[ \-:,;)\]]|$)", re.MULTILINE)
_FAILED = re.compile(
    r"(?:un|not |non-?|couldn.t be |could not be |cannot be |was not |were not |can't be )"
    r"(?:deliver|reach)|(?:deliver\w*|mail) (?:\w+ ){0,3}(?:fail|problem|error|impossible)"
    r"|fail\w* (?:to deliver|permanently|delivery|notice)|returned (?:mail|to sender)"
    r"|returning (?:message|mail)|undeliver\w*|delivery status notification|permanent(?:ly)? "
    r"(?:error|fail|fatal)|user unknown|unable to deliver|failure notice|mail (?:could|was) not"
    r"|delivery has failed|did not reach|non remis|unzustellbar|não (?:foi )?entregue"
    r"|no se (?:ha )?podido entregar|error sending your mail|не доставлено|配信|送信できません",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"delay|deferred|will (?:continue|keep) (?:to try|trying)|still trying|warning[: -]",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"giving up|given up|give up|could not (?:be )?deliver|returned|too long|permanent|expired"
    r"|will be deleted|not going to try",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    r"^(?:mailer-?daemon|post-?master|mail-?daemon|mdaemon|mail-?delivery|bounces?|mda"
    r"|double-bounce|no-?reply|mail-?deamon)\b",
    re.IGNORECASE,
)


def from_mail_system(mail: Incoming) -> bool:
    """Whether the sender calls itself a mail system: mailer-daemon, postmaster, nobody at all."""
    local = mail.sender[1].partition("@")[0]
    path = mail.header("Return-Path")
    names = mail.header("From").casefold()
    system = "mail delivery" in names or "mailer-daemon" in names or "postmaster" in names
    return bool(_MACHINE.match(local)) or system or path.strip() == "<>" or not mail.sender[1]


def says_failed(mail: Incoming) -> bool:
    """Whether subject or text tell of a mail that could not be delivered."""
    words = f"{mail.subject}\n{_report(mail)[:4000]}"
    return bool(mail.headers("X-Failed-Recipients")) or bool(_FAILED.search(words))


def loose_fates(mail: Incoming) -> list[Fate]:
    """Recipients and statuses out of a report's prose; recipient None where none is named."""
    text = _report(mail)
    fates = [_fate(address, words, text) for address, words in _passages(mail, text)]
    if not fates and b"inal-Recipient:" in mail.raw:  # the mail that came back is a report itself
        fates = fates_in(decode(mail.raw, ""))
    if fates:
        return fates
    told = returned_recipient(mail) or _recipient_of_inline(mail)
    return [_fate(told, text, text)]


def _passages(mail: Incoming, text: str) -> list[tuple[str, str]]:
    """Each recipient with the words that stand at it, in order, once."""
    failed = [a.casefold() for v in mail.headers("X-Failed-Recipients") for a in ADDRESS.findall(v)]
    if failed:
        return [(address, _words_at(text, address)) for address in dict.fromkeys(failed)]
    own = {mail.sender[1].casefold(), *mail.recipients}
    for how in (_ADDRESS_AT_START, _ADDRESS_IN_TALK, ADDRESS):
        found: dict[int, dict[str, str]] = {0: {}, 1: {}, 2: {}}
        for match in how.finditer(text):
            address = match[1 if how.groups else 0].strip(".'").casefold()
            doubt = 2 if _is_machinery(address, match) else int(address in own)
            found[doubt].setdefault(address, _words_at(text, match[0].strip()))
        # A system seldom names itself or the sender; where it does, the others go before.
        best = found[0] or (how is not ADDRESS and (found[1] or found[2])) or {}
        if best:
            return list(best.items())
    return []


def _is_machinery(address: str, match: re.Match[str]) -> bool:
    """Message-IDs and postmasters look like recipients and are none."""
    line = match.string[max(0, match.string.rfind("\n", 0, match.start())) : match.start()]
    named = re.search(r"message-?id|mail from|return-path|postmaster|from:|sender", line, re.I)
    local = address.partition("@")[0]
    return bool(named) or bool(_MACHINE.match(local)) or len(local) > 64


def _words_at(text: str, passage: str) -> str:
    """The paragraph in which a recipient is named, and the one after it."""
    at = text.casefold().find(passage.casefold())
    if at < 0:
        return text
    ends = text.find("\n\n", at)
    ends = text.find("\n\n", ends + 2) if ends >= 0 else -1
    return text[text.rfind("\n", 0, at) + 1 : ends if ends >= 0 else len(text)]


def _fate(address: str | None, words: str, whole: str) -> Fate:
    status = _failing_status(words) or _failing_status(whole)
    code = _REPLY_CODE.search(words) or _REPLY_CODE.search(whole)
    final = status or (code[1] if code else "")
    later = not final.startswith("5") and bool(_DELAYED.search(whole))
    shown = " ".join(words.split())[:MOST_WORDS]
    return Fate(
        recipient=address,
        action="delayed" if later and not _GIVEN_UP.search(whole) else "failed",
        status=status or (f"{code[1][0]}.0.0" if code else None),
        words=shown,
    )


def _failing_status(words: str) -> str | None:
    return next((found[0] for found in STATUS.finditer(words) if found[1] != "2"), None)


def _report(mail: Incoming) -> str:
    """The report's own words, without the mail that came back."""
    text = _bounded(mail.plain or _stripped(mail.html) or _body(mail))
    cut = _ORIGINAL.search(text, 1)
    return text[: cut.start()] if cut and text[: cut.start()].strip() else text


def _bounded(text: str) -> str:
    lines = text[:MOST_REPORT_CHARS].split("\n")
    return "\n".join(line[:MOST_LINE_CHARS] for line in lines)


def _body(mail: Incoming) -> str:
    return decode(mail.raw[:MOST_REPORT_CHARS], "").partition("\n\n")[2]


def _recipient_of_inline(mail: Incoming) -> str | None:
    """`To:` of the mail that came back within the text."""
    text = _bounded(mail.plain)
    for line in text[len(_report(mail)) :].split("\n"):
        found = FIELD.match(line)
        if found and found[1].casefold() == "to" and (told := ADDRESS.search(found[2])):
            return told[0].casefold()
    return None


def _stripped(html: str) -> str:
    breaks = re.sub(r"(?i)<br ?/?>|</p>|</tr>|</div>", "\n", html[:MOST_REPORT_CHARS])
    return re.sub(r"<[^<>]{0,500}>", " ", breaks)
