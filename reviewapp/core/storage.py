"""Private files by key: a folder or an S3 bucket behind one interface."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfileobj
from typing import TYPE_CHECKING, BinaryIO, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from reviewapp.core.errors import NoRoom, NotFound, OutsideFailed

if TYPE_CHECKING:
    from reviewapp.core.storage_s3 import S3Storage

_SEGMENT = r"[A-Za-z0-9_@=~][A-Za-z0-9_@=.+-]{0,199}"
_KEY = re.compile(rf"{_SEGMENT}(/{_SEGMENT})*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,8}){0,2}")
_MAX_KEY_LENGTH = 512
_UNFINISHED = ".unfinished"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True)
class Stored:
    """An object as a listing knows it; `modified_at` is by the storage's own clock."""

    key: str
    byte_count: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class WebHeaders:
    """What a bucket says of an object that the web reads from it; empty ones are not said.

    A folder keeps none of it: there the web server's own configuration does.
    """

    cache_control: str = ""
    content_encoding: str = ""
    surrogate_key: str = ""
    """Kept as the metadata `surrogate-key`, for a CDN that groups addresses."""


class Storage(Protocol):
    """Whole objects by key; a `put` is seen entirely or not at all.

    Errors: UnsafeKey (a NotFound) for a malformed key, NotFound from `open` and `read`,
    OutsideFailed when the disk or bucket fails.
    """

    def put(
        self,
        key: str,
        data: bytes | BinaryIO,
        *,
        content_type: str,
        headers: WebHeaders | None = None,
    ) -> None:
        """Write or replace; a stream is read to its end and left open."""

    def open(self, key: str) -> BinaryIO:
        """A stream to be read forward once; the caller closes it."""

    def read(self, key: str) -> bytes:
        """All bytes."""

    def exists(self, key: str) -> bool:
        """Whether something lies under this very key."""

    def delete(self, key: str) -> None:
        """Remove; nothing happens when it is not there."""

    def list(self, prefix: str) -> Iterator[str]:
        """Keys that begin with `prefix`, in byte order."""

    def entries(self, prefix: str) -> Iterator[Stored]:
        """As `list`, with size and age."""

    def readable_by_anyone(self, key: str) -> bool:
        """Whether an object can be had without any right to it: it must not."""

    def forget_unfinished(self, older_than_seconds: float) -> int:
        """Delete what died while it was being written; how many."""

    def url(self, key: str, *, expires_seconds: int) -> str | None:
        """An address that serves the object for a while; None when only we can read it."""


class UnsafeKey(NotFound):
    """A key that is no plain relative path: from outside it looks like a thing not there."""


def content_key(sha256: str, suffix: str) -> str:
    """`ab/cd/abcd….webp` for a SHA-256 in hex; ValueError for anything else."""
    if not _SHA256.fullmatch(sha256) or not _SUFFIX.fullmatch(suffix):
        raise ValueError(f"no content key for {sha256!r} {suffix!r}")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}{suffix}"


def checked_key(key: str) -> str:
    """`key` if it is segments of plain characters joined by `/`; UnsafeKey otherwise."""
    if len(key) > _MAX_KEY_LENGTH or not _KEY.fullmatch(key):
        raise UnsafeKey
    return key


def storage_from_url(url: str, *, durable: bool = True) -> LocalStorage | S3Storage:
    """`file:///folder` or `s3://bucket/prefix?endpoint=…&region=…`; ValueError otherwise.

    `durable=False` is for what can be made anew: a power cut may take the last seconds' writes.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path:
        return LocalStorage(Path(unquote(parts.path)), durable=durable)
    if parts.scheme == "s3" and parts.netloc:
        from reviewapp.core.storage_s3 import S3Storage  # boto3: 0.5 s, an extra

        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if unknown := options.keys() - {"endpoint", "region"}:
            raise ValueError(f"storage URL: unknown option {', '.join(sorted(unknown))}")
        return S3Storage(parts.netloc, unquote(parts.path).strip("/"), **options)
    raise ValueError(f"storage URL must begin with file:/// or s3://bucket, not {url!r}")


class LocalStorage:
    """A folder; the file system keeps no content type, so the key's suffix has to say it."""

    def __init__(self, root: Path, *, durable: bool = True) -> None:
        self.root = root
        self._durable = durable

    def put(
        self,
        key: str,
        data: bytes | BinaryIO,
        *,
        content_type: str,
        headers: WebHeaders | None = None,
    ) -> None:
        """See Storage. Temporary file, fsync, rename: a crash leaves the old object or the new."""
        target = f"{self.root}/{checked_key(key)}"
        with disk_errors("written"):
            part = f"{self.root}/{_UNFINISHED}/{secrets.token_hex(16)}"
            try:
                with _created(part) as file:
                    if isinstance(data, bytes):
                        file.write(data)
                    else:
                        copyfileobj(data, file)
                    if self._durable:
                        file.flush()
                        os.fsync(file.fileno())
                _move(part, target)
            except BaseException:
                Path(part).unlink(missing_ok=True)
                raise
            if self._durable:
                _sync_folder(Path(target).parent)

    def open(self, key: str) -> BinaryIO:
        """See Storage."""
        path = self._path(key)
        try:
            return path.open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise NotFound from error
        except OSError as error:
            raise _failed("read", error) from error

    def read(self, key: str) -> bytes:
        """See Storage."""
        with self.open(key) as file, disk_errors("read"):
            return file.read()

    def exists(self, key: str) -> bool:
        """See Storage."""
        path = self._path(key)
        with disk_errors("read"):
            return path.is_file()

    def delete(self, key: str) -> None:
        """See Storage. Empty folders stay: removing them would race with a `put`."""
        path = self._path(key)
        with disk_errors("written"), contextlib.suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()

    def list(self, prefix: str) -> Iterator[str]:
        """See Storage; no more than one folder's names are held at a time."""
        folder = prefix.rpartition("/")[0]
        start = self._path(folder) if folder else self.root
        within = f"{folder}/" if folder else ""
        with disk_errors("read"):
            yield from (key for key in _keys_below(start, within) if key.startswith(prefix))

    def entries(self, prefix: str) -> Iterator[Stored]:
        """See Storage."""
        for key in self.list(prefix):
            with disk_errors("read"):
                try:
                    seen = self._path(key).stat()
                except FileNotFoundError:
                    continue  # deleted since it was listed
            yield Stored(key, seen.st_size, datetime.fromtimestamp(seen.st_mtime, UTC))

    def readable_by_anyone(self, key: str) -> bool:
        """False: a folder has no address."""
        checked_key(key)
        return False

    def url(self, key: str, *, expires_seconds: int) -> str | None:
        """None: private files leave a folder only through the app's own signed routes."""
        checked_key(key)
        return None

    def forget_unfinished(self, older_than_seconds: float) -> int:
        """Delete what a killed process left of a `put`; how many. No key can name it."""
        before, forgotten = time.time() - older_than_seconds, 0
        with disk_errors("written"), contextlib.suppress(FileNotFoundError):
            for part in (self.root / _UNFINISHED).iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if part.stat().st_mtime < before:
                        part.unlink()
                        forgotten += 1
        return forgotten

    def _path(self, key: str) -> Path:
        return self.root / checked_key(key)


# Plain strings: a published review is 15 files, and pathlib costs as much as the file system.
def _created(part: str) -> BinaryIO:
    """A new file; its folder is made only where it is missing."""
    try:
        return open(part, "xb")  # noqa: PTH123 - see above; the caller closes it
    except FileNotFoundError:
        Path(part).parent.mkdir(parents=True, exist_ok=True)
        return Path(part).open("xb")


def _move(part: str, target: str) -> None:
    """Rename, making the folder only where it is missing: most files replace older ones."""
    try:
        os.replace(part, target)  # noqa: PTH105 - see above
    except FileNotFoundError:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(part).replace(target)


def _keys_below(folder: Path, within: str) -> Iterator[str]:
    """In byte order: a folder sorts by its name and the slash that follows."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(each.name + "/" * each.is_dir(follow_symlinks=False) for each in entries)
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in names:
        if not name.endswith("/"):
            yield within + name
        elif name != f"{_UNFINISHED}/":
            yield from _keys_below(folder / name, within + name)


def _sync_folder(folder: Path) -> None:
    """Make a rename outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_full(error: OSError) -> bool:
    """Whether a write failed because the disk, or the share of it that is ours, is full."""
    return error.errno in _FULL


def _failed(verb: str, error: OSError) -> OutsideFailed:
    if is_full(error):
        return NoRoom()
    return OutsideFailed(message=f"The storage cannot be {verb} ({error.strerror}).")


@contextlib.contextmanager
def disk_errors(verb: str) -> Iterator[None]:
    """Turn errors of the disk into NoRoom or OutsideFailed; `verb` is what was being done."""
    try:
        yield
    except OSError as error:
        raise _failed(verb, error) from error
