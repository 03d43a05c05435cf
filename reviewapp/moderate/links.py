"""Finding web addresses in words; the shop's own are not worth a moderator's time."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reviewapp.moderate.signals import Span

_ENDINGS = (
    "com|net|org|info|biz|shop|store|online|site|app|dev|xyz|top|club|vip|link|click|"
    "de|ch|fr|br|mx|nl|pl|uk|ru|cn"
)
_WORD_ENDINGS = "it|me|in|at|us|be|eu|es|pt|to|io|co|tv|ly|gl|ar|cl|ca|au"
"""Endings that are words too: "lovely colours.it fits" is a missing space, not an address."""
_HOST_PART = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
_LINK = re.compile(
    rf"""(?<![\w@.])(?:
    (?:https?|ftp)://[^\s<>"]+
    |www\.[\w-]+\.[^\s<>"]+
    |{_HOST_PART}(?:{_ENDINGS})(?::\d+)?(?:/[^\s<>"]*)?(?![\w-])
    |{_HOST_PART}(?:{_WORD_ENDINGS})/[^\s<>"]+
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_HOST = re.compile(r"^(?:\w+://)?(?:[^/@]*@)?([^/:?#]+)")


def find_links(text: str, own_hosts: Iterable[str] = ()) -> list[Span]:
    """Spans of web addresses in `text`, those of `own_hosts` and their subdomains aside."""
    own = tuple(host.lower() for host in own_hosts if host)
    found = []
    for match in _LINK.finditer(text):
        address = match[0].rstrip(".,;:!?)'\"")
        if not belongs_to(host_of(address), own):
            found.append(Span(match.start(), match.start() + len(address)))
    return found


def host_of(address: str) -> str:
    """The host of a web address, lower case, without `www.`; "" when there is none."""
    match = _HOST.match(address.strip())
    return match[1].lower().removeprefix("www.").rstrip(".") if match else ""


def belongs_to(host: str, domains: Iterable[str]) -> bool:
    """Whether `host` is one of `domains` or below one."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
