"""The environment in .venv: made, and brought to the locked packages."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools.console import NotPossibleError, say, succeeds
from tools.debian import install_system_packages

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"

NO_VENV = """\
Python's `venv` is not complete on this machine. Debian and Ubuntu keep it in a package of its own:

    apt-get install python3-venv

Then start this command again. Nothing is ever installed outside of .venv beside this script.
"""


def prepare(kind: str) -> None:
    """Bring .venv to the locked packages: `runtime`, or `dev`, which holds `runtime` as well."""
    with (ROOT / "requirements" / "runtime.lock").open() as turn:
        # Two commands started at once must not install into one folder.
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not is_usable():
            make_venv()
        kind = wider_kind(kind, read_stamp())
        stamp = {"kind": kind, "digest": digest_of(lock_file(kind))}
        if read_stamp() != stamp:
            STAMP.unlink(missing_ok=True)
            install(lock_file(kind))
            STAMP.write_text(json.dumps(stamp))


def is_usable() -> bool:
    """Whether .venv has a Python that runs and was made in this very place.

    A copied or moved one has programs that start the Python of its old place.
    """
    with contextlib.suppress(OSError):
        return str(VENV) in (VENV / "pyvenv.cfg").read_text() and succeeds([PYTHON, "-c", ""])
    return False


def wider_kind(wanted: str, stamp: dict[str, str]) -> str:
    """Never take the developers' packages away again."""
    return "dev" if "dev" in (wanted, stamp.get("kind")) else "runtime"


def lock_file(kind: str) -> Path:
    """The file of exact versions and hashes."""
    return ROOT / "requirements" / f"{kind}.lock"


def digest_of(lock: Path) -> str:
    """Changes with the lock file and with the interpreter of .venv."""
    interpreter = (VENV / "pyvenv.cfg").read_bytes()
    return hashlib.sha256(lock.read_bytes() + interpreter).hexdigest()


def read_stamp() -> dict[str, str]:
    """What was installed last, or nothing."""
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads(STAMP.read_text()))
    return {}


def make_venv() -> None:
    """Make .venv anew; NotPossibleError with advice when this Python cannot."""
    can_pip = importlib.util.find_spec("ensurepip") is not None
    if not can_pip and not shutil.which("uv"):
        if not install_system_packages("python3-venv"):
            raise NotPossibleError(NO_VENV)
        can_pip = True
    options = [] if can_pip else ["--without-pip"]
    command = [sys.executable, "-m", "venv", "--clear", *options, str(VENV)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        advice = NO_VENV if "ensurepip" in done.stdout else done.stderr or done.stdout
        raise NotPossibleError(f"{VENV} cannot be made.\n{advice}")


def install(lock: Path) -> None:
    """Install a lock file by uv where possible (10 s), else by pip (a minute or two)."""
    say(f"preparing .venv from {lock.relative_to(ROOT)}; the first time takes a minute …")
    started = time.monotonic()
    environment = {
        **os.environ,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet"]
    options: list[str | Path] = ["--require-hashes", "-r"]
    uv = shutil.which("uv") or VENV / "bin" / "uv"
    if not succeeds([uv, "--version"]):
        installer = ROOT / "requirements" / "installer.lock"
        succeeds([*pip, *options, installer], seconds=300, env=environment)
    if succeeds([uv, "--version"]):
        pip = [uv, "pip", "install", "--quiet", "--python", PYTHON]
    if subprocess.run([*pip, *options, lock], env=environment).returncode != 0:
        raise NotPossibleError(
            "The packages could not be installed; the reason is above. Mostly it is the network:\n"
            "check that the package index can be reached (a proxy? HTTPS_PROXY), and try again."
        )
    say(f"prepared in {time.monotonic() - started:.0f} s")
