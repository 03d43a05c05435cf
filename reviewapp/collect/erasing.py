"""Erasing a customer: out of sight at once, out of storage and database right after.

What stays names nobody: the log and the permission ledger with their ids and hashes
(GDPR 17(3)(e)), orders without a person, and the address's digest, so that nothing is asked of
them again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.collect import erased_rows
from reviewapp.collect.opting_out import unsubscribe
from reviewapp.collect.reviewing import withdraw_review
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, ping_after_commit
from reviewapp.core.ids import email_digest
from reviewapp.core.kit import Kit
from reviewapp.models.catalog import Customer
from reviewapp.models.outbox import Mail
from reviewapp.models.review import Review
from reviewapp.outbox.messages import emit
from reviewapp.rights.ledger import Act

log = structlog.get_logger()

Unpublish = Callable[[Kit, UUID, Collection[str]], None]
"""Takes files out of a shop's published folder by their keys; handed over by reactions.py."""


@dataclass(frozen=True)
class Owed:
    """A customer who is to be erased, and the files that go with them."""

    customer_id: UUID
    shop_id: UUID
    files: erased_rows.Files


def ask_to_erase(session: Session, customer: Customer, act: Act, *, actor: str) -> bool:
    """Take everything of theirs out of sight now and owe the rest; False when it was owed before.

    Reviews and permissions end as if each had been taken back by hand, so that every surface
    follows by the usual way.
    """
    if customer.erasing_since is not None:
        return False
    unsubscribe(session, customer)
    for review in session.scalars(select(Review).where(Review.customer_id == customer.id)):
        withdraw_review(session, review, act)
    session.execute(
        update(Mail)
        .where(Mail.customer_id == customer.id, Mail.state == "planned")
        .values(state="cancelled", reason="erased")
    )
    customer.erasing_since = clock.now()
    record(
        session,
        shop_id=customer.shop_id,
        actor=actor,
        action="customer.erasing",
        subject=f"customer:{customer.id}",
    )
    ping_after_commit(session, "erasures")
    return True


def customers_with(session: Session, email: str) -> Sequence[Customer]:
    """Who has this address, in every shop the transaction sees."""
    digest = email_digest(email)
    return session.scalars(select(Customer).where(Customer.email_digest == digest)).all()


def erase_owed(kit: Kit, unpublish: Unpublish) -> int:
    """The errand "erasures": delete what is out of sight by now; returns how many customers.

    Files first, outside any transaction, then the rows that name them: killed in between, the
    next run finds the rows and deletes again what may be left.
    """
    owed = _owed(kit)
    for customer in owed:
        unpublish(kit, customer.shop_id, customer.files.public)
        for key in customer.files.private:
            kit.storage.delete(key)
        with kit.database.transaction(customer.shop_id) as session:
            _erase(session, customer.customer_id)
    if owed:
        log.info("customers.erased", count=len(owed))
    return len(owed)


def _owed(kit: Kit) -> list[Owed]:
    """Whoever still has a review in a product's numbers waits for the reaction that ends that."""
    with kit.database.transaction(EVERY_SHOP) as session:
        counted = select(Review.id).where(
            Review.customer_id == Customer.id, Review.counted_rating.is_not(None)
        )
        rows = session.execute(
            select(Customer.id, Customer.shop_id).where(
                Customer.erasing_since.is_not(None),
                Customer.erased_at.is_(None),
                ~counted.exists(),
            )
        ).all()
        return [Owed(*row, erased_rows.files_of(session, row.id)) for row in rows]


def _erase(session: Session, customer_id: UUID) -> None:
    customer = session.scalars(
        select(Customer)
        .where(Customer.id == customer_id, Customer.erased_at.is_(None))
        .with_for_update(skip_locked=True)
    ).first()
    if customer is None:
        return  # another worker was faster
    for product_id in erased_rows.delete_of(session, customer):
        emit(session, "product.changed", shop_id=customer.shop_id, product_id=product_id)
    customer.email = customer.name = customer.locale = None
    customer.country = customer.time_zone = None
    customer.erased_at = clock.now()
    record(
        session,
        shop_id=customer.shop_id,
        actor="system",
        action="customer.erased",
        subject=f"customer:{customer_id}",
    )
