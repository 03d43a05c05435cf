"""Files sealed under the installation's secret key: AES-256-GCM in chunks, one key a file.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, 2015): a nonce is the chunk's number
and whether it is the last, so that no chunk can be changed, left out, moved or cut off unseen.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from reviewapp.core.errors import AppError

CHUNK_BYTES = 1024 * 1024
_MAGIC = b"reviewapp-sealed-1\n"
_KEY_ID_BYTES = 16
_SALT_BYTES = 32
_TAG_BYTES = 16
_PURPOSE = b"reviewapp.sealed"


class SealBroken(AppError):
    """A sealed file that was changed, cut short or moved, or whose key is gone."""

    default_code = "seal_broken"


@dataclass(frozen=True)
class Sealer:
    """Seals with the first of the secret keys, opens with any; `bound_to` is what a file is of.

    A file's own key is HKDF-SHA-256 of the secret key with the file's random salt.
    """

    secret_keys: tuple[str, ...]

    @property
    def key_id(self) -> str:
        """Names the key that seals now; tells nothing of it."""
        return _key_id(self.secret_keys[0])

    def seal(self, source: BinaryIO, sink: BinaryIO, bound_to: bytes) -> None:
        """Write `source`, read to its end, to `sink`; a chunk at a time."""
        salt = os.urandom(_SALT_BYTES)
        head = _MAGIC + self.key_id.encode() + salt
        cipher = AESGCM(_file_key(self.secret_keys[0], salt))
        sink.write(head)
        for number, chunk, last in _numbered(source, CHUNK_BYTES):
            sink.write(cipher.encrypt(_nonce(number, last), chunk, head + bound_to))

    def unseal(self, source: BinaryIO, bound_to: bytes) -> Iterator[bytes]:
        """What was sealed, a chunk at a time; SealBroken when it is not whole and untouched."""
        head = _exactly(source, len(_MAGIC) + _KEY_ID_BYTES + _SALT_BYTES)
        key_id, salt = head[len(_MAGIC) : -_SALT_BYTES], head[-_SALT_BYTES:]
        if not head.startswith(_MAGIC):
            raise SealBroken
        cipher = AESGCM(_file_key(self._key_named(key_id.decode("ascii", "replace")), salt))
        for number, chunk, last in _numbered(source, CHUNK_BYTES + _TAG_BYTES):
            try:
                yield cipher.decrypt(_nonce(number, last), chunk, head + bound_to)
            except InvalidTag as error:
                raise SealBroken from error

    def seal_text(self, text: str, bound_to: bytes) -> bytes:
        """A password or another short secret, to be kept in a row; `bound_to` names the row."""
        sealed = BytesIO()
        self.seal(BytesIO(text.encode()), sealed, bound_to)
        return sealed.getvalue()

    def unseal_text(self, sealed: bytes, bound_to: bytes) -> str:
        """What was sealed by `seal_text`; SealBroken as for a file."""
        return b"".join(self.unseal(BytesIO(sealed), bound_to)).decode()

    def _key_named(self, key_id: str) -> str:
        for key in self.secret_keys:
            if _key_id(key) == key_id:
                return key
        raise SealBroken("seal_key_unknown")


def _file_key(secret_key: str, salt: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=salt, info=_PURPOSE).derive(secret_key.encode())


def _key_id(secret_key: str) -> str:
    return hashlib.sha256(_file_key(secret_key, b"key id")).hexdigest()[:_KEY_ID_BYTES]


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


def _numbered(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Chunks with their numbers and whether each is the last; an empty source has one, empty."""
    number, chunk = 0, _up_to(source, size)
    while True:
        following = _up_to(source, size)
        yield number, chunk, not following
        if not following:
            return
        number, chunk = number + 1, following


def _up_to(source: BinaryIO, size: int) -> bytes:
    """`size` bytes, fewer only at the end: a network stream hands out less at a time."""
    parts: list[bytes] = []
    missing = size
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _exactly(source: BinaryIO, size: int) -> bytes:
    data = _up_to(source, size)
    if len(data) != size:
        raise SealBroken
    return data
