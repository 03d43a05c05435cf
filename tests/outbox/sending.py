"""A sender in a process of its own, to be killed."""

from __future__ import annotations

from contextlib import suppress

from reviewapp.core.db import Database
from reviewapp.core.settings import Settings
from reviewapp.models.outbox import Mail
from reviewapp.outbox.delivery import deliver
from reviewapp.outbox.mail import composer
from reviewapp.outbox.smtp import RelayDown, SmtpSender
from reviewapp.outbox.smtp_relay import Relay


def send_until_killed(settings: Settings, port: int) -> None:
    """Deliver again and again."""
    database = Database(str(settings.database_url), pool_size=2)
    sender = SmtpSender(Relay.from_url(f"smtp://127.0.0.1:{port}"))
    while True:
        with suppress(RelayDown):
            deliver(
                database,
                Mail,
                lambda session, rows: composer(session, rows, settings),
                sender,
                batch=40,
            )
