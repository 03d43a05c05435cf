"""Programs that tests drive: found on the machine, or fetched where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tools.console import say, succeeds
from tools.debian import install_system_packages
from tools.venv import PYTHON

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLAYWRIGHTS_BROWSER = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def find_browser() -> str | None:
    """CHROME_BIN, one on PATH, Playwright's own download, Debian's package (root only)."""
    named = os.environ.get("CHROME_BIN")
    for candidate in (named, *(shutil.which(name) for name in BROWSERS)):
        if candidate and succeeds([candidate, "--version"]):
            return candidate
    if named:
        say(f"CHROME_BIN={named} does not run; looking for another browser")
    own = subprocess.run(
        [PYTHON, "-c", PLAYWRIGHTS_BROWSER], capture_output=True, text=True
    ).stdout.strip()
    if own and not Path(own).exists():
        say("no browser on this machine: trying Playwright's download …")
        quick = {**os.environ, "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000"}
        succeeds([PYTHON, "-m", "playwright", "install", "chromium"], seconds=300, env=quick)
    if own and succeeds([own, "--version"]):
        return own
    if install_system_packages("chromium", "fonts-dejavu-core"):
        return shutil.which("chromium")
    return None


def find_nginx() -> str | None:
    """NGINX_BIN, one on PATH, Debian's package (root only)."""
    path = os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/sbin"
    found = os.environ.get("NGINX_BIN") or shutil.which("nginx", path=path)
    if not found and install_system_packages("nginx"):
        found = shutil.which("nginx", path=path)
    return found


def find_caddy() -> str | None:
    """CADDY_BIN, one on PATH, Debian's package (root only)."""
    found = os.environ.get("CADDY_BIN") or shutil.which("caddy")
    if not found and install_system_packages("caddy"):
        found = shutil.which("caddy")
    return found


def find_dovecot() -> str | None:
    """DOVECOT_BIN, an IMAP server on PATH, Debian's package (root only)."""
    path = os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/sbin"
    found = os.environ.get("DOVECOT_BIN") or shutil.which("dovecot", path=path)
    if not found and install_system_packages("dovecot-imapd"):
        found = shutil.which("dovecot", path=path)
    return found


def find_exiftool() -> str | None:
    """The reader of metadata on PATH, or Debian's package (root only)."""
    if shutil.which("exiftool") is None:
        install_system_packages("libimage-exiftool-perl")
    return shutil.which("exiftool")
