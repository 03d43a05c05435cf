"""Each time a case was solved: the facts that a shop's numbers are made of."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop


class CaseSolution(OwnedByShop, Base):
    """One solving, measured by the calendar of that moment; a later calendar changes nothing."""

    __tablename__ = "case_solution"
    __table_args__ = (
        Index("ix_case_solution_shop", "shop_id", "solved_at"),
        Index("ix_case_solution_case_id", "case_id"),
        Index(
            "ix_case_solution_unmeasured",
            "shop_id",
            postgresql_where=text("working_seconds IS NULL"),
        ),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"))
    number: Mapped[int]
    """1 the first time the case was solved."""
    route: Mapped[str]
    """What the case was about then."""
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    """Whose case it was then; where it was nobody's, who solved it."""
    solved_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """By when it should have been solved."""
    working_seconds: Mapped[int | None]
    """Working time on our side since the case was opened: neither what it waited for the customer
    counts, nor the time it was solved before it was reopened. None: from before this was kept, and
    not measured yet."""
    one_answer: Mapped[bool]
    """One answer had been enough: the customer did not write after it."""
    reopened_at: Mapped[datetime | None]
