"""Looks at every part an installation needs, and says how to mend what is wrong."""

from __future__ import annotations

import json
import smtplib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import click
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import AppError
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit, KitOpener
from reviewapp.media.images import render, sanitise
from reviewapp.models.mailbox import MailConnection

POSTGRES_LEAST = 150_000
REDIS_LEAST = 7
SMTP_SECONDS = 10


@dataclass(frozen=True)
class Finding:
    """One part: how it is, and what to do when it is not well."""

    part: str
    well: bool
    seen: str
    mend: str = ""


def examine(kit: Kit) -> Iterator[Finding]:
    """Every finding, in the order in which they build on one another."""
    checks: tuple[Callable[[Kit], Finding], ...] = (
        _settings, _database, _walls, _queue, _storage, _publishing,
        _pictures, _mail, _mailboxes,
    )  # fmt: skip
    for check in checks:
        yield check(kit)


def _settings(kit: Kit) -> Finding:
    public = urlsplit(kit.settings.public_url)
    local = public.hostname in ("127.0.0.1", "localhost")
    if public.scheme == "https" and not kit.settings.trusted_proxies:
        mend = "Set REVIEWAPP_TRUSTED_PROXIES to how many proxies stand before this installation."
        return Finding("settings", False, "https without a proxy that is told of", mend)
    well = public.scheme == "https" or local
    return Finding(
        "settings", well, f"public address {kit.settings.public_url}",
        "Set REVIEWAPP_PUBLIC_URL to the https address customers reach this installation at.",
    )  # fmt: skip


def _database(kit: Kit) -> Finding:
    try:
        with kit.database.transaction(EVERY_SHOP) as session:
            version = int(session.scalar(text("SHOW server_version_num")) or 0)
            shown = session.scalar(text("SHOW server_version"))
    except SQLAlchemyError as error:
        mend = "Check REVIEWAPP_DATABASE_URL, that the server runs, and that it lets us in."
        return Finding("database", False, _first_line(error), mend)
    mend = "Use PostgreSQL 15 or newer."
    return Finding("database", version >= POSTGRES_LEAST, f"PostgreSQL {shown}", mend)


def _walls(kit: Kit) -> Finding:
    statement = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    try:
        with kit.database.transaction(EVERY_SHOP) as session:
            passes = bool(session.scalar(statement))
    except SQLAlchemyError as error:
        return Finding("walls between shops", False, _first_line(error), "Mend the database first.")
    seen = "the role passes through row-level security" if passes else "row-level security binds"
    mend = "Connect as a role without SUPERUSER and BYPASSRLS."
    return Finding("walls between shops", not passes, seen, mend)


def _queue(kit: Kit) -> Finding:
    if not kit.queues.alive():
        mend = "Check REVIEWAPP_REDIS_URL; nothing is lost, but nothing goes out until it is back."
        return Finding("queue", False, "no answer", mend)
    told = kit.queues.redis.info("server")
    shown = str(told.get("valkey_version") or told.get("redis_version"))
    policy = kit.queues.redis.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    return Finding(
        "queue", int(shown.split(".")[0]) >= REDIS_LEAST and policy == "noeviction",
        f"version {shown}, {policy}",
        "Use Redis 7 or newer (or Valkey) with maxmemory-policy noeviction.",
    )  # fmt: skip


def _storage(kit: Kit) -> Finding:
    """Puts, reads and deletes; and asks for it as a stranger would."""
    key = f"doctor/{new_id().hex}"
    try:
        kit.storage.put(key, b"probe", content_type="text/plain")
        same = kit.storage.read(key) == b"probe"
        public = kit.storage.readable_by_anyone(key)
        kit.storage.delete(key)
        gone = not kit.storage.exists(key)
    except AppError as error:
        mend = "Check REVIEWAPP_STORAGE_URL, the rights on it and the free space."
        return Finding("storage", False, error.message, mend)
    if public or _lies_within(kit.settings.storage_at, kit.settings.publish_at):
        mend = "Take public access off the bucket, or keep it apart from what is published."
        return Finding("storage", False, "anyone can read private files", mend)
    mend = "What was written did not come back, or could not be deleted."
    return Finding("storage", same and gone, kit.settings.storage_at, mend)


def _lies_within(inner: str, outer: str) -> bool:
    return f"{inner.rstrip('/')}/".startswith(f"{outer.rstrip('/')}/")


def _pictures(kit: Kit) -> Finding:
    """A picture through both image programs, whose start loads every codec."""
    dot = BytesIO()
    Image.new("RGB", (8, 8), "#336699").save(dot, "PNG")
    mend = "Install the package again with its wheels; see docs/operations.md, photos and videos."
    try:
        with tempfile.TemporaryDirectory(prefix="reviewapp-doctor-") as folder:
            path = Path(folder) / "dot.png"
            path.write_bytes(dot.getvalue())
            found = sanitise(path)
            sizes = render(found.data)
    except (AppError, OSError) as error:
        return Finding("pictures", False, str(error), mend)
    whole = found.width == 8 and {one.width for one in sizes} == {8}
    return Finding("pictures", whole, "decoded in a process of its own", mend)


def _publishing(kit: Kit) -> Finding:
    try:
        kit.published.put("doctor/probe", b"probe", content_type="text/plain")
        kit.published.delete("doctor/probe")
    except AppError as error:
        mend = "Check REVIEWAPP_PUBLISH_URL and the rights on it."
        return Finding("publishing", False, error.message, mend)
    return Finding("publishing", True, kit.settings.publish_at)


def _mail(kit: Kit) -> Finding:
    if kit.settings.smtp_url is None:
        return Finding(
            "mail", kit.settings.demo, "kept in the mailbox folder, nothing is sent",
            "Set REVIEWAPP_SMTP_URL to the server that takes your mail.",
        )  # fmt: skip
    parts = urlsplit(kit.settings.smtp_url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    port = parts.port or (465 if parts.scheme == "smtps" else 587)
    try:
        with kind(parts.hostname or "", port, timeout=SMTP_SECONDS) as server:
            server.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as error:
        mend = "Check REVIEWAPP_SMTP_URL and that this machine may connect to it."
        return Finding("mail", False, f"{parts.hostname}:{port}: {error}", mend)
    return Finding("mail", True, f"{parts.hostname}:{port} greets us")


def _mailboxes(kit: Kit) -> Finding:
    """Mailboxes that fail, or that nobody has fetched for an hour."""
    late = clock.now() - timedelta(hours=1)
    try:
        with kit.database.transaction(EVERY_SHOP) as session:
            active = session.scalars(
                select(MailConnection).where(
                    MailConnection.kind == "imap", MailConnection.state == "active"
                )
            ).all()
    except SQLAlchemyError as error:
        return Finding("mailboxes", False, _first_line(error), "Mend the database first.")
    failing = [one for one in active if one.last_error]
    stale = [one for one in active if (one.fetched_at or one.created_at) < late]
    if failing:
        mend = "Look at Mailboxes in the admin: test it there, and mend what it says."
        return Finding("mailboxes", False, f"{failing[0].address}: {failing[0].last_error}", mend)
    mend = "Check that worker and clock run: reviewapp run, or both on their own."
    seen = f"{len(active)} fetched" if not stale else f"{stale[0].address}: not fetched for long"
    return Finding("mailboxes", not stale, seen, mend)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.pass_obj
def doctor(opened_kit: KitOpener, as_json: bool) -> None:
    """Check settings, database, queue, storage, mail and publishing; say how to mend each."""
    with opened_kit() as kit:
        findings = list(examine(kit))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.well else 'MEND'}  {finding.part}: {finding.seen}")
            if not finding.well:
                click.echo(f"      {finding.mend}")
    if not all(finding.well for finding in findings):
        raise SystemExit(1)
