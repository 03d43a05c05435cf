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
    papers: set[tuple[str, str, str]] = field(default_factory=set)
    """(use, party, file number) of each release that was signed on paper."""
    persons: dict[object, list[str]] = field(default_factory=dict)
    """Question → [use, party, what they said last]; nothing of one that was taken back."""
    seen: frozenset[str] | None = None
    people: int = 1
    published: bool = True
    hidden: bool = False
    superseded: bool = False
    """The words that are shown are not those the author allowed things for."""

    def permits(self, use: str, kind: str, now: datetime) -> bool:
        """Its author does, and it is shown."""
        held = self.until.get((use, kind), datetime.min.replace(tzinfo=UTC)) > now
        return self.published and held and not (kind == PHOTO and self.hidden)

    def allows(self, use: str, kind: str, now: datetime) -> bool:
        """A person has looked at it too, and everybody in it has agreed."""
        if not self.permits(use, kind, now) or kind == TEXT:
            return self.permits(use, kind, now)
        return self.seen is not None and self.released(use)

    def released(self, use: str) -> bool:
        """Nobody who was asked is missing, and as many agreed as were counted."""
        told = [one for one in self.persons.values() if one[0] == use]
        if any(word != "yes" for _use, _party, word in told):
            return False
        needed = {"people": "depicted", "children": "guardian"}
        agreed = [party for _use, party, _word in told]
        agreed += [party for at, party, _paper in self.papers if at == use]
        parties = {needed[one] for one in self.seen or () if one in needed}
        many = sum(party in parties for party in agreed)
        return parties <= set(agreed) and (not parties or many >= self.people)

    def refused(self, use: str) -> bool:
        """Somebody in it said no, and has not agreed since."""
        said = {word for at, _party, word in self.persons.values() if at == use}
        return any(at == use for at, _party in self.objections) or bool(said & {"no", "back"})

    def grant(self, use: str, kinds: list[str], until: datetime = FOREVER) -> None:
        for kind in kinds:
            held = self.until.get((use, kind))
            if kind == PHOTO and self.refused(use):
                continue
            if not (held and held > datetime.now(UTC)):
                self.until[use, kind] = until
