"""The command line of `run`: what it lists, what it passes on, and what its exit code says."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run() -> ModuleType:
    """The script as a module."""
    loader = importlib.machinery.SourceFileLoader("run_script", str(ROOT / "run"))
    spec = importlib.util.spec_from_loader("run_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_alone_it_lists_all_commands(run: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([]) == 0
    listed = capsys.readouterr().out
    assert all(f"./run {name}" in listed for name in run.COMMANDS)


def test_an_unknown_command_is_refused_with_the_list(
    run: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["tset"]) == 2
    assert "unknown command: tset" in capsys.readouterr().out


def test_it_needs_nothing_installed(tmp_path: Path) -> None:
    command = [sys.executable, "-E", "-S", ROOT / "run"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "./run demo" in done.stdout


def test_port_and_data_folder_reach_the_product(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.setenv("DATA_DIR", "here")
    env = run.environment()
    assert env["REVIEWAPP_PORT"] == "8123"
    assert env["REVIEWAPP_DATA_DIR"] == str(tmp_path / "here")
    assert env["PYTHONPATH"] == str(ROOT)


def test_a_check_runs_every_step_and_fails_when_one_did(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(run, "prepare", lambda kind: None)
    monkeypatch.setattr(run, "test_environment", dict)
    steps = [("first", ["/bin/false"]), ("second", ["/bin/echo", "ran"]), ("third", None)]
    monkeypatch.setattr(run, "check_steps", lambda arguments: steps)
    assert run.main(["check"]) == 1
    printed = capfd.readouterr().out
    assert "ran" in printed
    table = printed.split("== result")[1].split()
    assert [table[i] for i in range(len(table)) if table[i] in {"FAILED", "passed", "not"}] == [
        "FAILED",
        "passed",
        "not",
    ]
    monkeypatch.setattr(run, "check_steps", lambda arguments: steps[1:])
    assert run.main(["check"]) == 0


def test_what_is_not_on_the_machine_is_told_and_left_unset(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CHROME_BIN", raising=False)
    monkeypatch.setattr(run, "find_browser", lambda: None)
    monkeypatch.setattr(run, "find_nginx", lambda: "/usr/sbin/nginx")
    monkeypatch.setattr(run, "find_caddy", lambda: "/usr/bin/caddy")
    monkeypatch.setattr(run, "find_dovecot", lambda: "/usr/sbin/dovecot")
    env = run.test_environment()
    assert "CHROME_BIN" not in env
    assert env["NGINX_BIN"] == "/usr/sbin/nginx"
    assert "CHROME_BIN: not found" in capsys.readouterr().out
