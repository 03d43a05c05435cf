"""Identifiers, secrets and signed links."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from base64 import b32decode, b32encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from uuid import UUID

from itsdangerous import BadSignature, Signer

from reviewapp.core.errors import NotFound

SHORT_MARK_BYTES = 10


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562 5.7): sortable by time of birth, unguessable in its last 74 bits."""
    millis = time.time_ns() // 1_000_000
    value = (millis << 80) | int.from_bytes(os.urandom(10))
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def new_secret(prefix: str) -> str:
    """32 random bytes behind a prefix that names the kind, such as `sk_`; shown once."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def digest(secret: str) -> str:
    """SHA-256 in hex: what is kept of a secret (ASVS 6.5.2 allows a plain hash at this length)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def email_digest(address: str) -> str:
    """SHA-256 of a mail address as suppression lists keep it: trimmed, lower case."""
    return digest(address.strip().casefold())


@dataclass(frozen=True)
class LinkSigner:
    """Signs row ids into links, one salt per purpose; the row's state says if it is spent."""

    secret_keys: tuple[str, ...]

    def sign(self, purpose: str, row_id: UUID) -> str:
        """A token for `row_id`; no personal data in it, 66 characters."""
        packed = urlsafe_b64encode(row_id.bytes).rstrip(b"=")
        return self._signer(purpose).sign(packed).decode()

    def read(self, purpose: str, token: str) -> UUID:
        """The row id behind `token`; NotFound when forged, cut short or for another purpose."""
        try:
            packed = self._signer(purpose).unsign(token)
            return UUID(bytes=urlsafe_b64decode(packed + b"=="))
        except (BadSignature, Base64Error, ValueError, UnicodeError) as error:
            raise NotFound("link_unknown") from error

    def sign_short(self, purpose: str, row_id: UUID) -> str:
        """As `sign`, for the local part of a mail address: 42 characters of a-z and 2-7.

        Case means nothing there, and 64 characters is all the room there is (RFC 5321 4.5.3.1.1);
        80 bits of the signature are kept.
        """
        mark = _short_mark(self.secret_keys[0], purpose, row_id)
        return b32encode(row_id.bytes + mark).decode().rstrip("=").lower()

    def read_short(self, purpose: str, token: str) -> UUID:
        """The row id behind a short token; NotFound as for `read`."""
        try:
            packed = b32decode(token.upper() + "=" * (-len(token) % 8))
            row_id = UUID(bytes=packed[:16])
        except (Base64Error, ValueError, UnicodeError) as error:
            raise NotFound("link_unknown") from error
        marks = [_short_mark(key, purpose, row_id) for key in self.secret_keys]
        if not any(hmac.compare_digest(mark, packed[16:]) for mark in marks):
            raise NotFound("link_unknown")
        return row_id

    def _signer(self, purpose: str) -> Signer:
        return Signer(
            list(reversed(self.secret_keys)),  # itsdangerous signs with the last, we with the first
            salt=f"reviewapp.{purpose}",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )


def loop_marks(secret_keys: tuple[str, ...]) -> list[str]:
    """What our own letters are known by, the one in use first; tells nothing of the key."""
    return [
        hmac.new(key.encode(), b"reviewapp.loop", hashlib.sha256).hexdigest()[:20]
        for key in secret_keys
    ]


def _short_mark(secret_key: str, purpose: str, row_id: UUID) -> bytes:
    told = f"reviewapp.short.{purpose}:".encode() + row_id.bytes
    return hmac.new(secret_key.encode(), told, hashlib.sha256).digest()[:SHORT_MARK_BYTES]
