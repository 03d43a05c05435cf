"""A review from its author: submitted, edited, withdrawn; every version kept (G10, G15, G28)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.collect.pages import Item, Visit
from reviewapp.collect.versions import Words, hashes_of, latest_version, wait_anew
from reviewapp.core import clock
from reviewapp.core.errors import Gone
from reviewapp.media import service as media
from reviewapp.models.catalog import OrderLine, Product
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import ModerationDecision, Review, ReviewVersion
from reviewapp.outbox.mail import queue_letter
from reviewapp.outbox.messages import emit
from reviewapp.rights import service as rights
from reviewapp.rights.ledger import Act, Origin, Subject

MOST_DECISION_DAYS = 14
"""G14: whatever a shop sets, nothing waits longer."""
AUTHOR_RULES = "author-1"
_STANDING = ("state", "version", "edit_version", "redactions", "decided_at", "decide_by")
"""Read again under a lock: a moderator may have decided meanwhile."""


@dataclass(frozen=True)
class Sent:
    """A filled-in review form: words, staged photos, ticked uses, and how it was read."""

    words: Words
    photos: Sequence[UUID]
    uses: Collection[str]
    language: str
    mine_url: str
    origin: Origin = field(default_factory=Origin)
    contents: Sequence[str] = ()
    """What can be seen in the files, as the author says (P5)."""
    licence: str | None = None
    """Version of the licence text that stood on the form (P2)."""

    def act(self, action: str, request_id: UUID) -> Act:
        """The proof of what was allowed with it."""
        proof = {"request": str(request_id), "action": action}
        return Act(self.language, proof, self.origin, text_version=self.licence)


def submit_review(session: Session, visit: Visit, item: Item, sent: Sent) -> Review:
    """Take a review of one order line; sent again, it is the author's edit: nothing is lost.

    The caller holds the request's row. Verified only with a delivered line and an unexpired link.
    """
    if item.review is not None:
        return _submit_again(session, visit, item.review, sent)
    verified = was_bought(item.line) and not visit.expired(clock.now())
    review = _new_review(session, visit, item.product, sent, line=item.line, verified=verified)
    photos = media.attach(
        session, visit.request.id, sent.photos, review_id=review.id, declared=sent.contents
    )
    rights.record_permissions(
        session,
        review,
        granted=sent.uses,
        subjects=[Subject(sent.words.sha256), *map(_subject, photos)],
        act=sent.act("submitted", visit.request.id),
    )
    _tell(session, review, "review.submitted", sent.words, review.version)
    _confirm(session, visit, item.product, review, sent)
    return review


def submit_written(
    session: Session, visit: Visit, product: Product, line: OrderLine | None, sent: Sent
) -> Review:
    """Take a review that was written on a storefront and confirmed from its author's mailbox.

    `line` is an order line of this very customer for this product, without a review yet; verified
    only where the goods of such a line came (G19). No use was asked about, so none is noted.
    """
    verified = line is not None and was_bought(line)
    review = _new_review(session, visit, product, sent, line=line, verified=verified)
    _tell(session, review, "review.submitted", sent.words, review.version)
    _confirm(session, visit, product, review, sent)
    return review


def edit_review(
    session: Session,
    visit: Visit,
    review: Review,
    sent: Sent,
    removed: Sequence[MediaAsset] = (),
) -> Review:
    """Make the author's next version; it is screened and decided on like the first.

    What is published stays shown as it was decided, until the new version is decided on too.
    Permissions for the old words end with them (they were given for that very text, P2); those
    for photos stay. Gone once the review is withdrawn; nothing happens when nothing changed.
    """
    session.refresh(review, _STANDING, with_for_update=True)
    if review.state == "withdrawn":
        raise Gone
    words, before = sent.words, Words.of(latest_version(session, review))
    if words == before and not sent.photos and not removed:
        return review
    act = sent.act("edited", visit.request.id)
    _remove_photos(session, review, removed, act)
    attached = media.attach(
        session, visit.request.id, sent.photos, review_id=review.id, declared=sent.contents
    )
    if words != before:  # an older text may be shown still, and allowed since: it ends as well
        for old in sorted(hashes_of(session, review) | {before.sha256}):
            rights.withdraw(session, review, act, subject_sha256=old, kind="superseded")
    version = latest_version(session, review).version + 1
    for asset in attached:
        asset.review_version = version
    wait_anew(review, words, version)
    review.decide_by = clock.now() + _decision_days(visit)
    _keep_version(session, review, words, version)
    _tell(session, review, "review.edited", words, version)
    return review


def withdraw_review(session: Session, review: Review, act: Act) -> None:
    """Take the review back at its author's word, with every permission; once is enough."""
    session.refresh(review, _STANDING, with_for_update=True)
    if review.state == "withdrawn":
        return
    now = clock.now()
    version = latest_version(session, review)
    review.state, review.decided_at, review.decide_by = "withdrawn", now, None
    review.edit_version = review.edit_state = review.edit_sent_at = None
    session.add(
        ModerationDecision(
            shop_id=review.shop_id,
            review_id=review.id,
            version=version.version,
            action="refuse",
            reason="author_withdrew",
            note="Withdrawn by its author.",
            actor="author",
            decided_at=now,
            rules_version=AUTHOR_RULES,
        )
    )
    rights.withdraw(session, review, act)
    _tell(session, review, "review.withdrawn", Words.of(version), version.version)


def subjects_of(session: Session, review: Review) -> list[Subject]:
    """What a permission for this review is about: its newest words and the photos in use."""
    words = Subject(Words.of(latest_version(session, review)).sha256)
    return [words, *(_subject(asset) for asset in review.media if asset.state != "hidden")]


def _submit_again(session: Session, visit: Visit, review: Review, sent: Sent) -> Review:
    edited = edit_review(session, visit, review, sent)
    session.refresh(edited, ["media"])
    act = sent.act("submitted", visit.request.id)
    for use in sorted(sent.uses):
        rights.grant(session, edited, use, subjects_of(session, edited), act)
    return edited


def was_bought(line: OrderLine) -> bool:
    """Whether an order stands behind the review (G19): the goods came, or went out to come.

    Shops without delivery events know of the shipment only; their buyers are buyers too.
    """
    kept = not (line.cancelled_at or line.lost_at)
    return line.delivered_at is not None or (line.shipped_at is not None and kept)


def _new_review(
    session: Session,
    visit: Visit,
    product: Product,
    sent: Sent,
    *,
    line: OrderLine | None,
    verified: bool,
) -> Review:
    now, request = clock.now(), visit.request
    review = Review(
        shop_id=visit.shop.id,
        product_id=product.id,
        order_line_id=line.id if line else None,
        request_id=request.id,
        customer_id=visit.customer.id,
        locale=sent.language,
        submitted_at=now,
        decide_by=now + _decision_days(visit),
        verified_buyer=verified,
        incentivized=request.incentive is not None,
        incentive_disclosure=request.incentive_disclosure,
        **asdict(sent.words),
    )
    session.add(review)
    session.flush()
    _keep_version(session, review, sent.words, review.version)
    return review


def _keep_version(session: Session, review: Review, words: Words, version: int) -> None:
    session.add(
        ReviewVersion(
            shop_id=review.shop_id,
            review_id=review.id,
            version=version,
            sha256=words.sha256,
            **asdict(words),
        )
    )
    session.flush()


def _remove_photos(
    session: Session, review: Review, removed: Sequence[MediaAsset], act: Act
) -> None:
    for asset in removed:
        rights.withdraw(session, review, act, subject_sha256=asset.sha256)
        media.hide(session, asset, "author")


def _tell(session: Session, review: Review, happened: str, words: Words, version: int) -> None:
    told: dict[str, Any] = {"review_id": review.id, "version": version}
    if happened == "review.submitted":
        emit(session, "review.submitted", shop_id=review.shop_id, **told)
    elif happened == "review.edited":
        emit(session, "review.edited", shop_id=review.shop_id, **told)
    else:
        emit(session, "review.withdrawn", shop_id=review.shop_id, **told)
    record(
        session,
        shop_id=review.shop_id,
        actor=f"customer:{review.customer_id}",
        action=happened,
        subject=f"review:{review.id}",
        version=version,
        words=words.sha256,
    )


def _confirm(session: Session, visit: Visit, product: Product, review: Review, sent: Sent) -> None:
    if not visit.customer.email:
        return
    queue_letter(
        session,
        shop_id=visit.shop.id,
        letter="review_received",
        to=(visit.customer.name, visit.customer.email),
        customer_id=visit.customer.id,
        language=sent.language,
        key=f"review_received:{review.id}",
        params={
            "mine_url": sent.mine_url,
            "days": _decision_days(visit).days,
            "products": [{"name": product.title, "picture_url": product.image_url}],
        },
    )


def _decision_days(visit: Visit) -> timedelta:
    return timedelta(days=min(max(visit.shop.settings.auto_publish_days, 1), MOST_DECISION_DAYS))


def _subject(asset: MediaAsset) -> Subject:
    return Subject(asset.sha256, asset.id, asset.source_sha256)
