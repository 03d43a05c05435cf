"""Browser and nginx are found in the promised order; what cannot be found is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import debian, programs


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty PATH, where we are not root and Playwright has no browser."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROME_BIN", raising=False)
    monkeypatch.delenv("NGINX_BIN", raising=False)
    monkeypatch.delenv("CADDY_BIN", raising=False)
    monkeypatch.delenv("DOVECOT_BIN", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(programs, "PYTHON", program(tmp_path / "python", "exit 1"))
    return tmp_path


def program(file: Path, script: str = "exit 0") -> str:
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


def test_the_named_browser_comes_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(path / "chromium")
    monkeypatch.setenv("CHROME_BIN", program(path / "mine"))
    assert programs.find_browser() == str(path / "mine")


def test_a_named_browser_that_does_not_run_is_told_and_passed_over(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program(path / "chromium", "exit 127")
    program(path / "google-chrome")
    monkeypatch.setenv("CHROME_BIN", str(path / "gone"))
    assert programs.find_browser() == str(path / "google-chrome")
    monkeypatch.setattr(programs, "BROWSERS", ())
    assert programs.find_browser() is None
    assert "gone does not run" in capsys.readouterr().out


def test_playwrights_own_browser_is_taken_when_it_runs(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = program(path / "playwrights-chrome")
    monkeypatch.setattr(programs, "PYTHON", program(path / "python", f"echo {own}"))
    assert programs.find_browser() == own


def test_a_named_nginx_comes_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NGINX_BIN", "/opt/nginx")
    assert programs.find_nginx() == "/opt/nginx"
    monkeypatch.delenv("NGINX_BIN")
    assert programs.find_nginx() != str(path / "nginx")
    program(path / "nginx")
    assert programs.find_nginx() == str(path / "nginx")


def test_a_named_caddy_comes_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert programs.find_caddy() is None
    program(path / "caddy")
    assert programs.find_caddy() == str(path / "caddy")
    monkeypatch.setenv("CADDY_BIN", "/opt/caddy")
    assert programs.find_caddy() == "/opt/caddy"


def test_exiftool_is_taken_from_the_path(path: Path) -> None:
    assert programs.find_exiftool() is None
    program(path / "exiftool")
    assert programs.find_exiftool() == str(path / "exiftool")


def test_only_root_on_debian_installs_packages(path: Path) -> None:
    program(path / "apt-get", f"touch {path}/asked")
    assert debian.install_system_packages("chromium") is False
    assert not (path / "asked").exists()


def test_a_named_imap_server_comes_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOVECOT_BIN", "/opt/dovecot")
    assert programs.find_dovecot() == "/opt/dovecot"
