"""Identifiers, secrets and signed links."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from uuid import UUID

from itsdangerous import BadSignature, Signer

from reviewapp.core.errors import NotFound


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

    def _signer(self, purpose: str) -> Signer:
        return Signer(
            list(self.secret_keys),
            salt=f"reviewapp.{purpose}",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )
