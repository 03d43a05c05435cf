"""A real IMAP server to fetch from: Dovecot on free ports, one mailbox, nothing of the system's."""

from __future__ import annotations

import getpass
import imaplib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.outbox.relays import certificate

USER, PASSWORD = "help@kiln.example", "correct horse 'battery' \"staple\""

CONFIG = """
base_dir = {run}
state_dir = {run}
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/relay.pem
ssl_key = <{folder}/relay.key
disable_plaintext_auth = no
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
auth_mechanisms = plain login
mail_location = maildir:{folder}/mail
first_valid_uid = 1
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail
}}
"""


@dataclass(frozen=True)
class ImapServer:
    """Where it listens, and the mailbox behind it."""

    folder: Path
    plain: int
    tls: int

    @property
    def ca_file(self) -> Path:
        return self.folder / "relay.pem"

    def deliver(self, *mails: bytes) -> None:
        """Put mails into the inbox, in this order."""
        with self.talk() as talk:
            for raw in mails:
                status, _ = talk.append("INBOX", None, None, raw)
                assert status == "OK"

    def flags(self) -> list[bytes]:
        """What is marked on each mail."""
        with self.talk() as talk:
            talk.select("INBOX", readonly=True)
            return [bytes(part) for part in talk.fetch("1:*", "(FLAGS)")[1]]

    def number_anew(self) -> None:
        """What a restored or moved mailbox looks like: the same mails under other numbers."""
        for name in (
            "dovecot-uidlist",
            "dovecot.index",
            "dovecot.index.log",
            "dovecot-uidvalidity",
        ):
            (self.folder / "mail" / name).unlink(missing_ok=True)
        for marker in (self.folder / "mail").glob("dovecot-uidvalidity.*"):
            marker.unlink()

    @contextmanager
    def talk(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.plain, timeout=60) as talk:
            talk.login(USER, PASSWORD)
            yield talk


def binary() -> str | None:
    """DOVECOT_BIN, or the one on PATH."""
    path = os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/sbin"
    return os.environ.get("DOVECOT_BIN") or shutil.which("dovecot", path=path)


@contextmanager
def running(program: str, folder: Path) -> Iterator[ImapServer]:
    """Serve an empty mailbox below `folder`, whose path is short: sockets lie in it."""
    certificate(folder)
    root = os.geteuid() == 0
    internal, login, group = (
        ("dovecot", "dovenull", "dovecot") if root else (getpass.getuser(),) * 3
    )
    uid, gid = (65534, 65534) if root else (os.getuid(), os.getgid())
    server = ImapServer(folder, _free_port(), _free_port())
    (folder / "mail").mkdir()
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    if root:
        os.chown(folder / "mail", uid, gid)
        folder.chmod(0o755)
    ports = {"plain": server.plain, "tls": server.tls}
    people = {"internal": internal, "login": login, "group": group, "uid": uid, "gid": gid}
    values = {"folder": folder, "run": folder / "run", **ports, **people}
    config = folder / "dovecot.conf"
    config.write_text(CONFIG.format(**values))
    process = subprocess.Popen([program, "-F", "-c", str(config)])
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(60)


def _wait(server: ImapServer, process: subprocess.Popen[bytes]) -> None:
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at:
        assert process.poll() is None, (server.folder / "dovecot.log").read_text()
        try:
            with server.talk():
                return
        except (OSError, imaplib.IMAP4.error):
            time.sleep(0.05)
    raise AssertionError((server.folder / "dovecot.log").read_text())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
