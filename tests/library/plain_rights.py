"""What may be used, as a plain list of acts would have it: no ledger, no fold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

FOREVER = datetime.max.replace(tzinfo=UTC)
PHOTO, TEXT = "photo", "words"


@dataclass
class Plain:
    """The acts as a list would have them: no ledger, no fold."""

    until: dict[tuple[str, str], datetime] = field(default_factory=dict)
    objections: set[tuple[str, str]] = field(default_factory=set)
    releases: set[tuple[str, str]] = field(default_factory=set)
    seen: frozenset[str] | None = None
    published: bool = True
    hidden: bool = False
    superseded: bool = False
    """The words that are shown are not those the author allowed things for."""

    def permits(self, use: str, kind: str, now: datetime) -> bool:
        """Its author does, and it is shown."""
        held = self.until.get((use, kind), datetime.min.replace(tzinfo=UTC)) > now
        return self.published and held and not (kind == PHOTO and self.hidden)

    def allows(self, use: str, kind: str, now: datetime) -> bool:
        """A person has looked at it too, and nobody's release is missing."""
        if not self.permits(use, kind, now) or kind == TEXT:
            return self.permits(use, kind, now)
        needed = {"people": "depicted", "children": "guardian"}
        if self.seen is None:
            return False
        return all((use, needed[one]) in self.releases for one in self.seen if one in needed)

    def grant(self, use: str, kinds: list[str], until: datetime = FOREVER) -> None:
        for kind in kinds:
            blocked = kind == PHOTO and any(one == use for one, _party in self.objections)
            held = self.until.get((use, kind))
            if not blocked and not (held and held > datetime.now(UTC)):
                self.until[use, kind] = until
