"""The files of an embedded PostgreSQL: made whole or not at all, where its user can reach them."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from reviewapp.embedded.binaries import Binary
from reviewapp.embedded.place import state_folder
from reviewapp.embedded.process import (
    EmbeddedError,
    ServerUser,
    may_enter,
    processes_in,
    run,
)

SUPERUSER = "postgres"
BUILTIN_LOCALE_SINCE = 17


def cluster_link(data_dir: Path) -> Path:
    """Where a data folder's cluster is found: a folder, or a link to one."""
    return data_dir / "cluster"


def major_of(data_dir: Path) -> int | None:
    """The PostgreSQL major version that wrote the cluster; None when there is none yet."""
    with contextlib.suppress(FileNotFoundError):
        return int((cluster_link(data_dir) / "PG_VERSION").read_text())
    return None


def make_cluster(data_dir: Path, user: ServerUser, binary: Binary, *, durable: bool) -> None:
    """Make the cluster under a passing name: killed halfway, the next start begins anew."""
    link = cluster_link(data_dir)
    if link.is_symlink():
        raise EmbeddedError(
            f"The database's files at {link.readlink()} are gone.\n"
            f"Restore them from a backup, or remove {link} to begin with an empty database."
        )
    for unfinished in data_dir.glob("cluster-*.new"):
        shutil.rmtree(unfinished, ignore_errors=True)
    fresh = _parent(data_dir, user, durable=durable) / f"cluster-{secrets.token_hex(6)}.new"
    fresh.mkdir(mode=0o700)
    if user.is_other:
        os.chown(fresh, user.uid, user.gid)
    code, printed = run(_initdb(binary, fresh, durable=durable), user)
    if code != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise EmbeddedError(f"PostgreSQL could not make its files in {fresh}:\n{printed}")
    if fresh.parent == data_dir:
        fresh.rename(link)
    else:
        link.symlink_to(fresh.rename(fresh.with_suffix("")))


def discard_if_elsewhere(data_dir: Path) -> None:
    """Remove a cluster that had to live outside its data folder."""
    link = cluster_link(data_dir)
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)
        link.unlink()


def forget_stale_pid(cluster: Path) -> None:
    """Remove the pid file a killed server left: its number may now be another program's.

    PostgreSQL would refuse to start then. Only for Linux, where we can see that nobody works in
    the folder; elsewhere PostgreSQL judges by itself.
    """
    if Path("/proc/self/cwd").exists() and not processes_in(cluster):
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def _parent(data_dir: Path, user: ServerUser, *, durable: bool) -> Path:
    """The data folder itself, or an open place when a folder above it is closed to the server."""
    if user.is_other:
        data_dir.chmod(data_dir.stat().st_mode | 0o011)
    if may_enter(data_dir, user):
        return data_dir
    return state_folder() if durable else Path(tempfile.gettempdir())


def _initdb(binary: Binary, folder: Path, *, durable: bool) -> list[str | Path]:
    # The builtin provider sorts alike on every machine, whatever its C library.
    builtin = binary.major >= BUILTIN_LOCALE_SINCE
    return [
        binary.program.with_name("initdb"),
        "--pgdata",
        folder,
        f"--username={SUPERUSER}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        *(["--locale-provider=builtin"] if builtin else []),
        *([] if durable else ["--no-sync"]),
        "--no-instructions",
    ]
