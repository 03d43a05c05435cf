"""Near-copies: MinHash sketches to find candidates fast, shingles to be sure (pure)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache

SHINGLE_WORDS = 3
LEAST_WORDS = 8
"""Shorter texts ("Perfect, thank you") are alike by chance, not by copying."""
BANDS = 18
ROWS = 3
NEAR_COPY = 0.45
"""Shared shingles (Jaccard) from which a person should compare the two: a copy in which every
tenth word was replaced shares just over half (docs/screening.md)."""

_PRIME = (1 << 61) - 1
_WORD = re.compile(r"\w+")


def shingles(text: str) -> frozenset[str]:
    """Runs of three words, folded; empty for texts too short to compare."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    if len(words) < LEAST_WORDS:
        return frozenset()
    return frozenset(
        " ".join(words[at : at + SHINGLE_WORDS]) for at in range(len(words) - SHINGLE_WORDS + 1)
    )


def sketch(text: str) -> tuple[int, ...]:
    """One signed 64-bit number a band; texts that share `NEAR_COPY` of their shingles share a
    band with probability > 0.8 (half: > 0.9), texts that share a tenth with < 0.02. Empty for short
    texts. Bands are only ever added: stored sketches stay comparable.
    """
    hashes = [_hash(shingle) for shingle in shingles(text)]
    if not hashes:
        return ()
    lowest = [min((a * value + b) % _PRIME for value in hashes) for a, b in _permutations()]
    return tuple(
        _signed_hash(band, tuple(lowest[band * ROWS : (band + 1) * ROWS])) for band in range(BANDS)
    )


def similarity(one: str, other: str) -> float:
    """Jaccard similarity of the two texts' shingles, 0 to 1."""
    left, right = shingles(one), shingles(other)
    union = len(left | right)
    return len(left & right) / union if union else 0.0


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) % _PRIME


def _signed_hash(band: int, values: tuple[int, ...]) -> int:
    packed = repr((band, values)).encode()
    return int.from_bytes(hashlib.blake2b(packed, digest_size=8).digest(), signed=True)


@cache
def _permutations() -> tuple[tuple[int, int], ...]:
    """Fixed for ever: stored sketches must stay comparable."""
    return tuple(
        (_hash(f"sketch a {row}") or 1, _hash(f"sketch b {row}")) for row in range(BANDS * ROWS)
    )
