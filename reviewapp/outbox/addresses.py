"""Mail addresses: what a server takes as a path, and what stands in a header."""

from __future__ import annotations

import re
import unicodedata
from email.header import Header
from functools import lru_cache
from typing import NamedTuple

MOST_PATH_CHARS = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
MOST_LOCAL_BYTES = 64

_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\]\\\x00-\x1f\x7f]+")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


class BadAddress(ValueError):
    """Not an address mail can be sent to; the text says what is wrong with it."""


class Path(NamedTuple):
    """A forward or reverse path: local part as written, domain in ASCII (RFC 5890)."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def international(self) -> bool:
        """Only servers that offer SMTPUTF8 take it (RFC 6531)."""
        return not self.local.isascii()


def path_of(address: str) -> Path:
    """The path of a bare `local@domain`; BadAddress for anything else, line breaks included."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith("."):
        raise BadAddress("not an address: something@domain is expected")
    ascii_domain = _ascii_domain(domain)
    if len(local.encode()) > MOST_LOCAL_BYTES or len(local) + len(ascii_domain) >= MOST_PATH_CHARS:
        raise BadAddress("the address is too long")
    return Path(unicodedata.normalize("NFC", local), ascii_domain)


@lru_cache(maxsize=1024)
def mailbox(name: str | None, path: Path) -> str:
    """`"Name" <local@domain>` for From, To and Reply-To; safe whatever the name holds."""
    words = one_line(name or "")
    if not words:
        return f"<{path}>"
    if words.isascii() and "=?" not in words:
        quoted = words.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{path}>'
    return f"{encoded(words)} <{path}>"


def encoded(text: str) -> str:
    """Unstructured header text: as it is when plain, else encoded words (RFC 2047), folded."""
    line = one_line(text)
    if line.isascii() and len(line) <= 200 and "=?" not in line:
        return line
    # Words that look encoded are encoded, or a reader would decode what nobody wrote.
    return Header(line, "utf-8", maxlinelen=70).encode(linesep="\r\n")


def one_line(text: str) -> str:
    """No control character survives: header lines cannot be forged."""
    return " ".join(_CONTROL.sub(" ", text).split())


@lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str:
    return ".".join(_ascii_label(label) for label in domain.split("."))


def _ascii_label(label: str) -> str:
    plain = unicodedata.normalize("NFC", label.lower())
    if not plain.isascii():
        plain = "xn--" + plain.encode("punycode").decode()
    if not _LABEL.fullmatch(plain):
        raise BadAddress("the part after @ is not a domain")
    return plain
