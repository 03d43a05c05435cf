"""Where embedded servers keep things: the lock on a data folder, and short folders for sockets."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from reviewapp.embedded.process import EmbeddedError, ServerUser

STATE_DIR = Path("/var/lib/reviewapp")
"""For root only: what a server user must reach when the checkout or data folder is closed to it."""

MAX_SOCKET_PATH_BYTES = 107
LOG_KEPT_BYTES = 10 * 1024 * 1024

_locked_here: set[Path] = set()


class FolderLock:
    """At most one live process runs the server of a folder; freed by the kernel at its death.

    A POSIX record lock: unlike flock(2) it is not inherited, so a forked worker that outlives
    its killed parent does not keep the folder locked.
    """

    def __init__(self, folder: Path, what: str) -> None:
        self._file = folder / "lock"
        self._what = what
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock; EmbeddedError names the process that has it."""
        if self._file in _locked_here:
            raise self._refusal(os.getpid())
        try:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise EmbeddedError(
                f"{self._what}: {self._file} cannot be written ({error.strerror}).\n"
                "Start as the user who owns the data folder, or choose another one with DATA_DIR."
            ) from error
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(descriptor, 20).decode().strip() or "unknown"
            os.close(descriptor)
            raise self._refusal(holder) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        _locked_here.add(self._file)

    def release(self) -> None:
        """Give the lock back; harmless when not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
            _locked_here.discard(self._file)

    def _refusal(self, holder: int | str) -> EmbeddedError:
        return EmbeddedError(
            f"{self._what} for {self._file.parent} is already run by process {holder}.\n"
            "Stop that one first, or choose another data folder with DATA_DIR."
        )


def prepare_data_dir(data_dir: Path) -> Path:
    """Make the folder, resolved; EmbeddedError when it cannot be."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        return data_dir.resolve(strict=True)
    except OSError as error:
        raise EmbeddedError(
            f"{data_dir} cannot be made ({error.strerror}). Choose another folder with DATA_DIR."
        ) from error


def runtime_folder(data_dir: Path, user: ServerUser) -> Path:
    """A private folder for sockets, short whatever the data folder's path: 107 bytes is the limit.

    `data_dir/socket` points to it, so that a later process finds it whatever its own TMPDIR.
    Made anew: a killed server's socket lock would stop its successor for as long as its process
    number is taken, be it by its own zombie.
    """
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    base = Path(tempfile.gettempdir())
    if len(os.fsencode(base)) > MAX_SOCKET_PATH_BYTES - 50:
        base = Path("/tmp")  # noqa: S108  made private, its owner checked
    folder = base / f"reviewapp-{digest}"
    if os.path.lexists(folder):
        if folder.is_symlink() or folder.stat().st_uid not in {user.uid, os.geteuid()}:
            raise EmbeddedError(f"{folder} belongs to somebody else: remove it, or set TMPDIR")
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    if user.is_other:
        os.chown(folder, user.uid, user.gid)
    link = data_dir / "socket"
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    return folder


def folder_of_running(data_dir: Path) -> Path | None:
    """Where a server of `data_dir` has its socket, if one was started and not stopped."""
    link = data_dir / "socket"
    return link.readlink() if link.is_symlink() else None


def forget_runtime_folder(data_dir: Path, folder: Path) -> None:
    """Remove the socket's folder after a stop, with what a killed server left in it."""
    (data_dir / "socket").unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def state_folder() -> Path:
    """`STATE_DIR`, made when missing: others may enter it, only root may write."""
    try:
        STATE_DIR.mkdir(mode=0o755, parents=True, exist_ok=True)
        STATE_DIR.chmod(0o755)
    except OSError as error:
        raise EmbeddedError(
            f"{STATE_DIR} cannot be written ({error.strerror}). Move the checkout and the data to\n"
            "a folder other users may enter (for example /srv), or start as an ordinary user."
        ) from error
    return STATE_DIR


def copied_for_all(folders: list[Path], key: str) -> Path:
    """Copies of sibling `folders` where every user may run them; made once for each `key`."""
    target = state_folder() / key
    if not target.is_dir():
        with tempfile.TemporaryDirectory(dir=STATE_DIR, ignore_cleanup_errors=True) as scratch:
            whole = Path(scratch) / key
            whole.mkdir(mode=0o755)
            for folder in folders:
                shutil.copytree(folder, whole / folder.name, symlinks=True)
            # Another process may have been quicker: its copy is as good as ours.
            with contextlib.suppress(OSError):
                whole.rename(target)
    return target


def started_log(file: Path) -> Path:
    """The log for a new start; the old one is set aside once it is large."""
    with contextlib.suppress(FileNotFoundError):
        if file.stat().st_size > LOG_KEPT_BYTES:
            file.replace(file.with_suffix(".log.1"))
    return file
