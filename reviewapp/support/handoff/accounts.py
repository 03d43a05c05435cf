"""A helpdesk's row as something that can be asked: its secret opened, its kind's module chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from reviewapp.core.sealing import Sealer
from reviewapp.core.settings import Settings
from reviewapp.models.handoff import Helpdesk
from reviewapp.support.handoff.chatwoot import Chatwoot
from reviewapp.support.handoff.freshdesk import Freshdesk
from reviewapp.support.handoff.gorgias import Gorgias
from reviewapp.support.handoff.tickets import Helpdesk as Asked
from reviewapp.support.handoff.webhook import Webhook
from reviewapp.support.handoff.zendesk import Zendesk


@dataclass(frozen=True)
class Account:
    """What opens one: where it is, its options, its key in clear."""

    address: str
    options: dict[str, str]
    secret: str
    private_allowed: bool


OPENERS: dict[str, Callable[[Account], Asked]] = {
    "webhook": lambda a: Webhook.open(a.address, a.secret, private_allowed=a.private_allowed),
    "zendesk": lambda a: Zendesk.open(
        a.address, a.options["user"], a.secret, private_allowed=a.private_allowed
    ),
    "gorgias": lambda a: Gorgias.open(
        a.address, a.options["user"], a.secret, a.options["inbox"],
        private_allowed=a.private_allowed,
    ),
    "chatwoot": lambda a: Chatwoot.open(
        a.address, a.options["account"], a.secret, a.options["inbox"],
        private_allowed=a.private_allowed,
    ),
    "freshdesk": lambda a: Freshdesk.open(a.address, a.secret, private_allowed=a.private_allowed),
}  # fmt: skip
"""Kind → how it is opened; "mail" is not here, for letters go another way."""
CLASSES: dict[str, type[Asked]] = {
    "webhook": Webhook,
    "zendesk": Zendesk,
    "gorgias": Gorgias,
    "chatwoot": Chatwoot,
    "freshdesk": Freshdesk,
}
PULLED = tuple(kind for kind, each in CLASSES.items() if each.pulls)
"""Kinds whose tickets can be looked at from here."""
UNDELIVERED = tuple(kind for kind, each in CLASSES.items() if not each.delivers)
"""Kinds that bring no answer to the customer by themselves: we write the letter."""


def open_helpdesk(helpdesk: Helpdesk, settings: Settings) -> Asked:
    """The account behind a row; SealBroken where the installation's key is not the one it had."""
    secret = unseal_secret(settings, helpdesk.id, helpdesk.secret) if helpdesk.secret else ""
    options = {key: str(value) for key, value in helpdesk.options.items()}
    account = Account(helpdesk.address, options, secret, settings.private_helpdesks)
    return OPENERS[helpdesk.kind](account)


def seal_secret(settings: Settings, helpdesk_id: UUID, secret: str) -> bytes:
    """The key as it is kept: sealed, and bound to its row."""
    sink = BytesIO()
    Sealer(settings.secret_keys).seal(BytesIO(secret.encode()), sink, _bound(helpdesk_id))
    return sink.getvalue()


def unseal_secret(settings: Settings, helpdesk_id: UUID, kept: bytes) -> str:
    """The key in clear; SealBroken when it was changed or moved."""
    sealer = Sealer(settings.secret_keys)
    return b"".join(sealer.unseal(BytesIO(kept), _bound(helpdesk_id))).decode()


def _bound(helpdesk_id: UUID) -> bytes:
    return f"helpdesk:{helpdesk_id}".encode()
