"""Who asks, takes out or takes down: a member or a program, as the log and the rows name them."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class Doer(Protocol):
    """A member or a program."""

    @property
    def kind(self) -> str:
        """member or key."""

    @property
    def id(self) -> UUID:
        """The member's or key's id."""

    @property
    def label(self) -> str:
        """As the log names them."""


def member_id(by: Doer) -> UUID | None:
    """For a row's reference to a member; None for a program."""
    return by.id if by.kind == "member" else None
