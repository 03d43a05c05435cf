"""The environment in .venv is made when needed, and only then."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import venv
from tools.console import NotPossibleError


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A checkout of our own with real environments, where installing only takes a note."""
    locks = tmp_path / "requirements"
    locks.mkdir()
    for kind in ("runtime", "dev"):
        (locks / f"{kind}.lock").write_text(f"{kind}==1\n")
    done: list[str] = []
    monkeypatch.setattr(venv, "ROOT", tmp_path)
    monkeypatch.setattr(venv, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(venv, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(venv, "STAMP", tmp_path / ".venv" / "installed.json")
    monkeypatch.setattr(venv, "install", lambda lock: done.append(lock.stem))
    monkeypatch.setattr(shutil, "which", _only("uv"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    return done


def _only(*present: str) -> Callable[..., str | None]:
    return lambda name, **_: f"/usr/bin/{name}" if name in present else None


def test_a_second_start_installs_nothing(installed: list[str]) -> None:
    venv.prepare("runtime")
    venv.prepare("runtime")
    assert installed == ["runtime"]


def test_the_developers_packages_serve_the_demo_too_and_stay(installed: list[str]) -> None:
    venv.prepare("dev")
    venv.prepare("runtime")
    assert installed == ["dev"]
    venv.lock_file("dev").write_text("dev==2\n")
    venv.prepare("runtime")
    assert installed == ["dev", "dev"]


def test_a_changed_lock_file_is_installed(installed: list[str]) -> None:
    venv.prepare("runtime")
    venv.lock_file("runtime").write_text("runtime==2\n")
    venv.prepare("runtime")
    assert installed == ["runtime", "runtime"]


def test_an_interrupted_install_is_done_again(
    installed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(lock: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(venv, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            venv.prepare("runtime")
    venv.prepare("runtime")
    assert installed == ["runtime"]


def test_an_environment_whose_python_is_gone_is_made_anew(installed: list[str]) -> None:
    venv.prepare("runtime")
    venv.PYTHON.unlink()
    venv.prepare("runtime")
    assert installed == ["runtime", "runtime"]
    assert venv.is_usable()


def test_an_environment_from_another_place_is_made_anew(installed: list[str]) -> None:
    venv.prepare("runtime")
    cfg = venv.VENV / "pyvenv.cfg"
    cfg.write_text(cfg.read_text().replace(str(venv.VENV), "/elsewhere/.venv"))
    venv.prepare("runtime")
    assert installed == ["runtime", "runtime"]


def test_without_venv_the_message_names_the_package_and_nothing_is_made(
    installed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", _only())
    with pytest.raises(NotPossibleError, match="apt-get install python3-venv"):
        venv.prepare("runtime")
    assert installed == []
    assert not venv.VENV.exists()


def test_a_failed_install_says_what_mostly_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "broken.lock"
    lock.write_text("a line that is no requirement\n")
    monkeypatch.setattr(venv, "ROOT", tmp_path)
    monkeypatch.setattr(venv, "PYTHON", Path(sys.executable))
    with pytest.raises(NotPossibleError, match="package index can be reached"):
        venv.install(lock)
