"""Variants that show one set of reviews; reviews stay with their product (G24)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core.errors import Conflict
from reviewapp.integrations.likeness import Likeness, differences
from reviewapp.models.catalog import Product
from reviewapp.models.listing import RatingSummary
from reviewapp.outbox.messages import emit

DIFFERENT = (
    "These are different products: their {facts} do not match. Reviews stay with their product; "
    "an owner can group them with `reviewapp product group`, which is logged and can be undone."
)


def likeness(product: Product) -> Likeness:
    """What tells one product from another."""
    return Likeness(product.title, product.brand, product.product_type)


def regroup(
    session: Session, product: Product, left: str | None, *, by: str, reason: str | None = None
) -> None:
    """Settle who is shown with whom after `product.item_group_id` changed from `left`.

    A substantially different product is refused (Conflict) unless a person gives a `reason`.
    Either way the act is logged with what it was before, and setting the group back undoes it:
    no review ever changes its product.
    """
    found = _members(session, product.shop_id, product.item_group_id)
    unlike = _unlike(product, found)
    if unlike and not reason:
        raise Conflict("different_product", DIFFERENT.format(facts=" and ".join(unlike)))
    record(
        session,
        shop_id=product.shop_id,
        actor=by,
        action="product.grouped" if product.item_group_id else "product.ungrouped",
        subject=f"product:{product.id}",
        group=product.item_group_id,
        group_before=left,
        different=",".join(unlike),
        reason=reason,
    )
    if not product.item_group_id:
        _show_with(session, product, None)
    _lead(session, found)
    _lead(session, _members(session, product.shop_id, left))


def watch_identity(session: Session, product: Product, before: Likeness, *, by: str) -> None:
    """Log that a reviewed product was made into something else; its old facts undo it (G24)."""
    unlike = differences(before, likeness(product))
    if not unlike:
        return
    summary = session.get(RatingSummary, product.listing_id or product.id)
    if summary is None or not summary.count:
        return
    record(
        session,
        shop_id=product.shop_id,
        actor=by,
        action="product.identity_changed",
        subject=f"product:{product.id}",
        different=",".join(unlike),
        title_before=before.title,
        brand_before=before.brand,
        type_before=before.product_type,
        reviews=summary.count,
    )


def _members(session: Session, shop_id: UUID, group: str | None) -> Sequence[Product]:
    if not group:
        return ()
    return session.scalars(
        select(Product)
        .where(Product.shop_id == shop_id, Product.item_group_id == group)
        .order_by(Product.id)
        .with_for_update()
    ).all()


def _unlike(product: Product, members: Sequence[Product]) -> tuple[str, ...]:
    others = [member for member in members if member.id != product.id]
    return differences(likeness(others[0]), likeness(product)) if others else ()


def _lead(session: Session, members: Sequence[Product]) -> None:
    """The member that was there first leads: its listing holds everybody's reviews."""
    for member in members:
        _show_with(session, member, None if member is members[0] else members[0].id)


def _show_with(session: Session, product: Product, listing_id: UUID | None) -> None:
    if product.listing_id != listing_id:
        product.listing_id = listing_id
        emit(session, "product.grouped", shop_id=product.shop_id, product_id=product.id)
