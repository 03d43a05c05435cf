"""What marketers do with customers' content: asks for permission, exports, and take-downs."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    cast,
    func,
    literal,
    select,
    text,
    union,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.core import clock
from reviewapp.models.base import Base, OwnedByShop

if TYPE_CHECKING:
    from reviewapp.models.account import Member

ASK_STATES = ("open", "granted", "declined", "expired", "moot")
EXPORT_STATES = ("waiting", "made", "failed")
TAKE_DOWN_REASONS = (
    "withdrawn",
    "expired",
    "superseded",
    "erased",
    "term",
    "objected",
    "unreleased",
)


class PermissionAsk(OwnedByShop, Base):
    """One later question to an author: may we use this very content for this very use?

    One for a use of a review, ever: a decline is final, and so is silence. What was allowed with
    an end may be asked about again, whether it may run longer: once for each end, one question at
    a time, and never after a no.
    """

    __tablename__ = "permission_ask"
    __table_args__ = (
        CheckConstraint(f"state IN {ASK_STATES}", name="state"),
        CheckConstraint(
            "state IN ('open', 'expired', 'moot') OR answered_at IS NOT NULL", name="answered"
        ),
        Index("ix_permission_ask_review_id", "review_id", "use"),
        Index(
            "uq_permission_ask_first",
            "review_id",
            "use",
            unique=True,
            postgresql_where=text("runs_until IS NULL"),
        ),
        Index(
            "uq_permission_ask_renewal",
            "review_id",
            "use",
            unique=True,
            postgresql_where=text("runs_until IS NOT NULL AND state = 'open'"),
        ),
        Index("ix_permission_ask_shop", "shop_id", "asked_at", "id"),
        Index("ix_permission_ask_open", "asked_at", postgresql_where=text("state = 'open'")),
    )

    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    use: Mapped[str]
    """One of `rights.USES`."""
    subjects: Mapped[list[Any]]
    """[{"sha256", "asset_id" or null, "renews"}]: what was shown and asked for (P2).

    `renews` is the hash of the grant whose term is to be made longer, in a renewal only.
    """
    runs_until: Mapped[datetime | None]
    """Of a renewal: when the first of what is to run longer ends by itself; None: a first question.
    """
    language: Mapped[str]
    note: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """Where the shop would use it, in its own words; shown to the author."""
    ends_on: Mapped[date | None] = mapped_column(Date)
    """The last day it would be used; None: until taken back."""
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    state: Mapped[str] = mapped_column(default="open", server_default=text("'open'"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    reminded_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]


class Export(OwnedByShop, Base):
    """Content that was taken out: who, what for, where it runs, until when (playbook 7)."""

    __tablename__ = "export"
    __table_args__ = (
        CheckConstraint(f"state IN {EXPORT_STATES}", name="state"),
        CheckConstraint("length(btrim(place)) > 0", name="place"),
        Index("ix_export_shop", "shop_id", "created_at", "id"),
        Index("ix_export_waiting", "created_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_export_until", "until", postgresql_where=text("until IS NOT NULL")),
    )

    use: Mapped[str]
    place: Mapped[str]
    """Where it will run, such as "Spring campaign, Meta ads"."""
    until: Mapped[date | None] = mapped_column(Date)
    """The last day that any of it runs there; None: until further notice.

    A piece whose permission ends before then runs as long as that.
    """
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    state: Mapped[str] = mapped_column(default="waiting", server_default=text("'waiting'"))
    failure: Mapped[str | None]
    key: Mapped[str | None]
    """Where the bundle lies in private storage."""
    sha256: Mapped[str | None]
    byte_count: Mapped[int | None]
    claimed_at: Mapped[datetime | None]

    member: Mapped[Member | None] = relationship(lazy="raise")
    items: Mapped[list[ExportItem]] = relationship(
        lazy="raise", order_by="ExportItem.id", back_populates="export"
    )


class ExportItem(OwnedByShop, Base):
    """One picture, film or text in an export, bound to what its permission is bound to.

    Names what it took by hash and id only, so that it outlives an erasure.
    """

    __tablename__ = "export_item"
    __table_args__ = (
        UniqueConstraint("export_id", "subject_sha256"),
        Index("ix_export_item_review_id", "review_id"),
        Index("ix_export_item_subject", "subject_sha256"),
        Index("ix_export_item_ends_at", "ends_at", postgresql_where=text("ends_at IS NOT NULL")),
    )

    export_id: Mapped[UUID] = mapped_column(ForeignKey("export.id", ondelete="CASCADE"))
    review_id: Mapped[UUID]
    asset_id: Mapped[UUID | None]
    """None: the words."""
    subject_sha256: Mapped[str]
    permission_hash: Mapped[str]
    """Of the ledger entry under which it left (P4)."""
    ends_at: Mapped[datetime | None]
    """When that permission ends by itself."""
    focus: Mapped[list[Any]] = mapped_column(default=lambda: [0.5, 0.5])
    """The point crops keep in view, as parts of width and height."""
    excerpt: Mapped[str | None]
    """The passage of the words that left; None: all of them, or a file."""
    files: Mapped[list[Any]] = mapped_column(default=list)
    """[{"name", "sha256"}] as they lie in the bundle."""

    export: Mapped[Export] = relationship(lazy="raise", back_populates="items")


RUNS_UNTIL = func.least(
    Export.until, cast(func.timezone("UTC", ExportItem.ends_at), Date) - literal(1)
)
"""The last day a piece may run: the export's, or the last whole one of its own permission.

NULL: until further notice. For a query over both tables.
"""


def ends_between(first: date, last: date) -> ColumnElement[bool]:
    """Whether the last day of a piece (`RUNS_UNTIL`) is one of these, found by two indexes."""
    starts, ends = (datetime.combine(day, time(), UTC) for day in (first, last))
    near = union(
        select(Export.id).where(Export.until.between(first, last)),
        select(ExportItem.export_id).where(
            ExportItem.ends_at.between(starts, ends + timedelta(days=2))
        ),
    )
    return and_(Export.id.in_(near), RUNS_UNTIL.between(first, last))


class TakeDown(OwnedByShop, Base):
    """A place where content runs whose permission ended: to be removed by a day, with proof."""

    __tablename__ = "take_down"
    __table_args__ = (
        CheckConstraint(f"reason IN {TAKE_DOWN_REASONS}", name="reason"),
        CheckConstraint("done_at IS NULL OR length(btrim(proof)) > 0", name="proven"),
        CheckConstraint("lifted_at IS NULL OR done_at IS NULL", name="done_or_lifted"),
        UniqueConstraint("export_item_id"),
        Index("ix_take_down_open", "shop_id", "due_on", postgresql_where=text("done_at IS NULL")),
    )

    export_item_id: Mapped[UUID] = mapped_column(ForeignKey("export_item.id", ondelete="CASCADE"))
    reason: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_on: Mapped[date] = mapped_column(Date)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    proof: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """What shows that it is gone: an address looked at, a screenshot's name, a ticket."""
    lifted_at: Mapped[datetime | None]
    """Everybody in it agreed before it was taken down: it may run on."""

    item: Mapped[ExportItem] = relationship(lazy="raise")
