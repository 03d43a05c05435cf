"""What the pages behind a link show: the request, its products, reviews and cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from reviewapp.core.errors import Gone, NotFound
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.catalog import Customer, Order, OrderLine, Product
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.review_request import ExperienceAnswer, ReviewRequest


@dataclass(frozen=True)
class Item:
    """One product of the order, and the review written about it, if there is one."""

    line: OrderLine
    product: Product
    review: Review | None


@dataclass(frozen=True)
class Visit:
    """Somebody behind a link: what was asked, of whom, about what."""

    request: ReviewRequest
    shop: Shop
    customer: Customer
    items: tuple[Item, ...] = field(default=())

    @property
    def open_items(self) -> tuple[Item, ...]:
        """What has no review yet."""
        return tuple(item for item in self.items if item.review is None)

    @property
    def uninvited(self) -> bool:
        """Whether nobody was asked: the review came by itself and this is only its link."""
        return self.request.reason == "written_on_page"

    def expired(self, now: datetime) -> bool:
        """Whether the link's term is over: it still takes a review, unverified (G9)."""
        return self.request.expires_at is not None and self.request.expires_at <= now

    def item(self, line_id: UUID | str) -> Item | None:
        """The item of an order line."""
        return next((item for item in self.items if str(item.line.id) == str(line_id)), None)


def open_visit(session: Session, request_id: UUID) -> Visit:
    """The visit behind a link to a request or to one of its reminders.

    NotFound without one; Gone once its customer asked to be erased.
    """
    request = session.get(ReviewRequest, request_id)
    if request is not None and request.parent_id is not None:
        request = session.get(ReviewRequest, request.parent_id)
    if request is None:
        raise NotFound("link_unknown")
    customer = session.get_one(Customer, request.customer_id)
    if customer.erasing_since is not None:
        raise Gone("erased")
    return Visit(
        request,
        session.get_one(Shop, request.shop_id),
        customer,
        _items(session, request.id),
    )


def lock_request(session: Session, request_id: UUID) -> ReviewRequest:
    """The request, held until the transaction ends: whatever comes twice comes in turn."""
    return session.scalars(
        select(ReviewRequest)
        .where(ReviewRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def latest_answer(session: Session, request_id: UUID) -> ExperienceAnswer | None:
    """The newest private answer."""
    return session.scalars(
        select(ExperienceAnswer)
        .where(ExperienceAnswer.request_id == request_id)
        .order_by(ExperienceAnswer.created_at.desc(), ExperienceAnswer.id.desc())
        .limit(1)
    ).first()


def cases_of(session: Session, request_id: UUID) -> Sequence[Case]:
    """The help asked for through this link, newest first, with what was written.

    A case that was merged is shown as the one that carries on with its conversation.
    """
    merged = select(Case.merged_into_id).where(Case.request_id == request_id)
    here = (Case.request_id == request_id) & Case.merged_into_id.is_(None)
    return session.scalars(
        select(Case)
        .where(here | Case.id.in_(merged))
        .order_by(Case.opened_at.desc(), Case.id.desc())
        .options(selectinload(Case.messages))
    ).all()


def reviews_of(session: Session, request_id: UUID) -> Sequence[Review]:
    """Every review sent through this link, withdrawn ones too, newest first, with its photos."""
    return session.scalars(
        select(Review)
        .where(_of_link(request_id))
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .options(
            selectinload(Review.product),
            selectinload(Review.decisions),
            selectinload(Review.replies),
            selectinload(Review.media).selectinload(MediaAsset.renditions),
        )
    ).all()


def own_review(session: Session, request_id: UUID, review_id: UUID) -> Review:
    """One review of this link with its photos; NotFound for anybody else's."""
    found = session.scalars(
        select(Review)
        .where(Review.id == review_id, _of_link(request_id))
        .options(
            selectinload(Review.product),
            selectinload(Review.media).selectinload(MediaAsset.renditions),
        )
    ).first()
    if found is None:
        raise NotFound
    return found


def _of_link(request_id: UUID) -> ColumnElement[bool]:
    """Reviews sent through a link, or written on a storefront about a line of its orders."""
    lines = (
        select(OrderLine.id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.request_id == request_id)
    )
    return or_(Review.request_id == request_id, Review.order_line_id.in_(lines))


@dataclass(frozen=True)
class StoredPhoto:
    """Where a photo's bytes lie."""

    key: str
    content_type: str


def own_photo(session: Session, request_id: UUID, asset_id: UUID) -> StoredPhoto:
    """A photo of this link: its smallest size, else the master; NotFound for any other."""
    asset = session.scalars(
        select(MediaAsset)
        .where(MediaAsset.id == asset_id, MediaAsset.request_id == request_id)
        .options(selectinload(MediaAsset.renditions))
    ).first()
    if asset is None:
        raise NotFound
    smallest = asset.picture(0)
    if smallest is None and asset.poster_key:
        return StoredPhoto(asset.poster_key, "image/jpeg")
    shown = smallest or asset
    return StoredPhoto(shown.key, shown.content_type)


def _items(session: Session, request_id: UUID) -> tuple[Item, ...]:
    """The products that can have been tried, each once, in the order of purchase.

    Lines that never reached the customer are left out; where nothing is known to have arrived
    (the delivery was estimated), whatever was not cancelled or lost is there. Without any such
    line all are shown: a review is never turned away.
    """
    rows = session.execute(
        select(OrderLine, Product, Review)
        .join(Order, Order.id == OrderLine.order_id)
        .join(Product, Product.id == OrderLine.product_id)
        .outerjoin(Review, (Review.order_line_id == OrderLine.id) & (Review.state != "withdrawn"))
        .where(Order.request_id == request_id)
        .order_by(Order.ordered_at, OrderLine.id)
    ).all()
    all_items = [Item(*row) for row in rows]
    arrived = [item for item in all_items if item.line.delivered_at or item.review]
    expected = [item for item in all_items if not (item.line.cancelled_at or item.line.lost_at)]
    asked = [item for item in arrived or expected if not item.product.excluded or item.review]
    once: dict[UUID, Item] = {}
    for item in asked or arrived or expected or all_items:
        kept = once.get(item.product.id)
        if kept is None or (kept.review is None and item.review is not None):
            once[item.product.id] = item
    return tuple(once.values())
