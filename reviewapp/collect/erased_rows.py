"""What an erasure deletes: every row and every file that is a customer's, table by table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from reviewapp.models.case import Case, CaseMessage, Incident, Pause
from reviewapp.models.case_feedback import NpsAnswer
from reviewapp.models.catalog import Customer, Order, OrderEvent
from reviewapp.models.feedback import ReviewReport
from reviewapp.models.mailbox import InboundMail
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.models.outbox import Mail
from reviewapp.models.question import Question
from reviewapp.models.review import Review
from reviewapp.models.review_request import ExperienceAnswer, ReviewRequest
from reviewapp.models.review_submission import ReviewSubmission
from reviewapp.models.rights import PermissionDetail, PermissionEntry
from reviewapp.models.touchpoint import Touchpoint
from reviewapp.models.upload import Upload


@dataclass(frozen=True)
class Files:
    """Storage keys that nobody else's asset names."""

    private: list[str]
    public: list[str]
    """Of renditions: they may lie in the published folder as well."""


def files_of(session: Session, customer_id: UUID) -> Files:
    """Every stored file of a customer: masters, sealed originals, renditions, staged uploads."""
    theirs = _assets_of(customer_id)
    rows = session.execute(
        select(MediaAsset.key, MediaAsset.poster_key, MediaAsset.sealed_key).where(theirs)
    )
    own = {key for row in rows for key in row if key}
    parts = session.scalars(
        select(func.jsonb_array_elements_text(Upload.parts)).where(
            Upload.request_id.in_(_requests_of(customer_id))
        )
    )
    renditions = session.scalars(
        select(Rendition.key).join(MediaAsset, MediaAsset.id == Rendition.asset_id).where(theirs)
    )
    mails = session.scalars(select(InboundMail.raw_key).where(_mails_of(session, customer_id)))
    unshared = _unshared(session, renditions, theirs)
    private = {*own, *parts, *filter(None, mails), *unshared}
    return Files(sorted(private), sorted(unshared))


def delete_of(session: Session, customer: Customer) -> list[UUID]:
    """Delete a customer's rows and empty what stays; the products whose questions changed."""
    session.execute(text("SELECT set_config('reviewapp.erasing', 'on', true)"))
    mine, requests = customer.id, _requests_of(customer.id)
    entries = select(PermissionEntry.id).where(PermissionEntry.customer_id == mine)
    orders = select(Order.id).where(Order.customer_id == mine)
    for statement in (
        delete(PermissionDetail).where(PermissionDetail.entry_id.in_(entries)),
        delete(Upload).where(Upload.request_id.in_(requests)),
        delete(MediaAsset).where(_assets_of(mine)),
        delete(ExperienceAnswer).where(ExperienceAnswer.request_id.in_(requests)),
        delete(Incident).where(Incident.customer_id == mine),
        delete(Pause).where(Pause.customer_id == mine),
        delete(InboundMail).where(_mails_of(session, mine)),
        delete(Mail).where(Mail.customer_id == mine),
        delete(Review).where(Review.customer_id == mine),
        delete(Case).where(Case.customer_id == mine),
        delete(NpsAnswer).where(NpsAnswer.customer_id == mine),
        delete(Touchpoint).where(Touchpoint.customer_id == mine),
        update(OrderEvent).where(OrderEvent.order_id.in_(orders)).values(tracking=None),
        update(Order)
        .where(Order.customer_id == mine)
        .values(tracking=None, locale=None, country=None, time_zone=None, tags=[]),
    ):
        session.execute(statement)
    return _forget_address(session, customer)


def _forget_address(session: Session, customer: Customer) -> list[UUID]:
    """What is kept under a mail address without a customer: submissions, reports, questions."""
    session.execute(
        delete(ReviewSubmission).where(
            ReviewSubmission.shop_id == customer.shop_id,
            ReviewSubmission.email_digest == customer.email_digest,
        )
    )
    if not customer.email:
        return []
    address = customer.email.casefold()
    session.execute(
        update(ReviewReport)
        .where(ReviewReport.shop_id == customer.shop_id, func.lower(ReviewReport.email) == address)
        .values(email=None, note="")
    )
    told = session.scalars(
        delete(Mail)
        .where(
            Mail.shop_id == customer.shop_id,
            Mail.letter == "question_answered",
            func.lower(Mail.to_email) == address,
        )
        .returning(Mail.key)
    )
    answered = [UUID(key.partition(":")[2]) for key in told]  # their address is forgotten by then
    asked = session.scalars(
        update(Question)
        .where(
            Question.shop_id == customer.shop_id,
            or_(func.lower(Question.author_email) == address, Question.id.in_(answered)),
        )
        .values(author_email=None, author_name="")
        .returning(Question.product_id)
    )
    return sorted(set(asked))


def _mails_of(session: Session, customer_id: UUID) -> ColumnElement[bool]:
    """Mails of their cases, and every other that says it is from them."""
    customer = session.get_one(Customer, customer_id)
    return or_(
        InboundMail.customer_id == customer_id,
        and_(
            InboundMail.shop_id == customer.shop_id,
            InboundMail.sender_digest == customer.email_digest,
        ),
    )


def _requests_of(customer_id: UUID) -> Select[UUID]:
    return select(ReviewRequest.id).where(ReviewRequest.customer_id == customer_id)


def _assets_of(customer_id: UUID) -> ColumnElement[bool]:
    messages = (
        select(CaseMessage.id)
        .join(Case, Case.id == CaseMessage.case_id)
        .where(Case.customer_id == customer_id)
    )
    reviews = select(Review.id).where(Review.customer_id == customer_id)
    return or_(
        MediaAsset.request_id.in_(_requests_of(customer_id)),
        MediaAsset.case_message_id.in_(messages),
        MediaAsset.review_id.in_(reviews),
    )


def _unshared(session: Session, keys: Iterable[str], theirs: ColumnElement[bool]) -> set[str]:
    """Keys that no other customer's rendition names: names are content hashes, two may share."""
    wanted = set(keys)
    kept = session.scalars(
        select(Rendition.key)
        .join(MediaAsset, MediaAsset.id == Rendition.asset_id)
        .where(Rendition.key.in_(wanted), theirs.is_not(True))
    )
    return wanted - set(kept)
