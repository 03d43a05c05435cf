"""What every process holds: settings, database, queue, storage, link signer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property

from reviewapp.core.db import Database
from reviewapp.core.ids import LinkSigner
from reviewapp.core.queues import Queues
from reviewapp.core.settings import Settings
from reviewapp.core.storage import Storage, storage_from_url


@dataclass(frozen=True)
class Kit:
    """One per process; its parts connect when first used."""

    settings: Settings

    @cached_property
    def database(self) -> Database:
        """PostgreSQL; commits wake the workers through the queue."""
        if self.settings.database_url is None:
            raise RuntimeError("no database address: start the embedded servers first")
        database = Database(self.settings.database_url)
        database.ping = self.queues.ping
        return database

    @cached_property
    def queues(self) -> Queues:
        """Redis or Valkey."""
        if self.settings.redis_url is None:
            raise RuntimeError("no queue address: start the embedded servers first")
        return Queues(self.settings.redis_url)

    @cached_property
    def storage(self) -> Storage:
        """Private objects."""
        return storage_from_url(self.settings.storage_at)

    @cached_property
    def published(self) -> Storage:
        """Published documents: what storefronts read; made anew by `publish rebuild`."""
        return storage_from_url(self.settings.publish_at, durable=False)

    @cached_property
    def links(self) -> LinkSigner:
        """Signs and reads the links in letters."""
        return LinkSigner(self.settings.secret_keys)

    def close(self) -> None:
        """Let go of connections; also right after a fork."""
        if "database" in self.__dict__:
            self.database.close()


KitOpener = Callable[[], AbstractContextManager[Kit]]
"""How a command line opens the kit; handed to the rooms' commands as click's object."""
