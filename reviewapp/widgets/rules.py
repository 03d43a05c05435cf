"""Pure rules of showing: document names, chunks, shards, and what a reader may see."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from typing import Any

CHUNK_SIZE = 20
"""Reviews a chunk spans, by position; also how many newest ones the head carries."""
STRIP_SIZE = 12
"""Photos in the strip of the head."""
SHARD_PRODUCTS = 512
"""Products a star shard may hold on average before the shop gets twice as many shards."""
STARS = (1, 2, 3, 4, 5)
STARS_BY_RATING = ("ones", "twos", "threes", "fours", "fives")
"""What a summary calls the count of each."""
HASH_RANGE = 1 << 32
REDACTED = "▇▇▇"
QUESTIONS = 20
"""Questions a document of questions holds."""

_PLAIN_KEY = re.compile(r"\w[\w.-]{0,99}", re.ASCII)


def product_key(external_id: str) -> str:
    """The product's folder name: its id where that is a safe name, else `~` and its base64url.

    An id that starts with a dot or hyphen is never a plain name: `..` would leave the folder.
    """
    if _PLAIN_KEY.fullmatch(external_id):
        return external_id
    return "~" + urlsafe_b64encode(external_id.encode()).rstrip(b"=").decode()


def key_hash(key: str) -> int:
    """32 bits of a document key (FNV-1a); the tags compute the same."""
    value = 0x811C9DC5
    for byte in key.encode():
        value = ((value ^ byte) * 0x01000193) % HASH_RANGE
    return value


def shard_of(hashed: int, shards: int) -> int:
    """Which of `shards` even cuts of the 32-bit range holds `hashed`."""
    return hashed * shards >> 32


def shard_range(shard: int, shards: int) -> tuple[int, int]:
    """The hashes [low, high) that `shard_of` sends to this shard."""
    return -(-shard * HASH_RANGE // shards), -(-(shard + 1) * HASH_RANGE // shards)


def shard_count(products: int) -> int:
    """How many star shards a shop of so many shown products has: a power of two."""
    count = 1
    while products > count * SHARD_PRODUCTS:
        count *= 2
    return count


def chunk_of(position: int) -> int:
    """The chunk a review lies in; numbered from the oldest so that old chunks stay as they are."""
    return position // CHUNK_SIZE


def redacted_text(text: str, field: str, redactions: Iterable[Mapping[str, Any]]) -> str:
    """`text` with every redacted span of `field` blocked out; spans may overlap (G15)."""
    spans = sorted((r["start"], r["end"]) for r in redactions if r["field"] == field)
    shown: list[str] = []
    at = 0
    for start, end in spans:
        if end <= at:
            continue
        if start > at or not shown:
            shown += [text[at : max(start, at)], REDACTED]
        at = end
    return "".join([*shown, text[at:]])


def redaction_reasons(redactions: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Why passages were taken out, each reason once (G15)."""
    return tuple(sorted({str(r["reason"]) for r in redactions}))


def paragraphs(body: str) -> list[str]:
    """The text cut at blank lines; single line breaks stay inside."""
    return [part for part in re.split(r"\s*\n\s*\n\s*", body.strip()) if part]


def language_of(locale: str) -> str:
    """The language of a locale: `pt` for `pt-BR` and `pt_BR`."""
    return locale.replace("_", "-").partition("-")[0].lower()


def mean_of(total: int, count: int) -> float:
    """A mean to one decimal, half up: no float stands between the numbers and what is shown."""
    return (total * 20 + count) // (2 * count) / 10
