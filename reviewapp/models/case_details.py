"""What belongs to one case and is looked up apart: alarms, ticked steps, tags and words as rows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop

PROMISES = ("first_response", "next_update", "resolution")
ALARM_LEVELS = ("warning", "breach")
STEPS = ("reply", "proof", "resolution", "write_back", "stop_line")
"""How the first incidents of a shop are walked through (playbook 4)."""


class CaseAlarm(OwnedByShop, Base):
    """A promise about to break, or broken: told once for each moment it was due."""

    __tablename__ = "case_alarm"
    __table_args__ = (
        UniqueConstraint("case_id", "promise", "level", "due_at"),
        CheckConstraint(f"promise IN {PROMISES}", name="promise"),
        CheckConstraint(f"level IN {ALARM_LEVELS}", name="level"),
        Index("ix_case_alarm_shop", "shop_id", "created_at", "id"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"))
    promise: Mapped[str]
    level: Mapped[str]
    due_at: Mapped[datetime]
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    """Who was told: the owner of the case at that moment."""


class CaseTag(Base):
    """A case's tags as rows, kept by a trigger: row-level security lets no index of arrays be used.

    Only read; `case.tags` is what is written.
    """

    __tablename__ = "case_tag"
    __table_args__ = (Index("ix_case_tag", "shop_id", "tag", "opened_at", "case_id"),)

    case_id: Mapped[UUID] = mapped_column(
        ForeignKey("case.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    opened_at: Mapped[datetime]


class CaseWord(Base):
    """The words of a case, its customer's name and address, kept by triggers; only read.

    Stemmed in the case's language, whose code stands in front: `en:handl`.
    """

    __tablename__ = "case_word"
    __table_args__ = (
        Index("ix_case_word", "shop_id", "word", "opened_at", "case_id"),
        Index(
            "ix_case_word_unsolved", "shop_id", "word", "case_id", postgresql_where=text("unsolved")
        ),
    )

    case_id: Mapped[UUID] = mapped_column(
        ForeignKey("case.id", ondelete="CASCADE"), primary_key=True
    )
    word: Mapped[str] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    opened_at: Mapped[datetime]
    unsolved: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether the case still is: the few words of open work are found apart from all others."""


class CaseStep(OwnedByShop, Base):
    """One step of the walk through a first incident, ticked by a person."""

    __tablename__ = "case_step"
    __table_args__ = (
        UniqueConstraint("case_id", "step"),
        CheckConstraint(f"step IN {STEPS}", name="step"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"))
    step: Mapped[str]
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
