"""Asking who can be seen in a picture, or a child's guardian: once, by mail or by a link (P5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import structlog
from sqlalchemy import String, cast, delete, func, select, update
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, exactly_one, rows_changed
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.i18n import LANGUAGES
from reviewapp.core.ids import email_digest
from reviewapp.core.kit import Kit
from reviewapp.library.acting import Doer, member_id
from reviewapp.library.contents import Content
from reviewapp.library.release_letter import LETTER, key_of, message_of, send_question
from reviewapp.library.rules import ASK_OPEN_FOR
from reviewapp.models.media import MediaAsset
from reviewapp.models.outbox import Mail
from reviewapp.models.release_ask import RELEASE_PARTIES, ReleaseAsk
from reviewapp.models.review import Review
from reviewapp.models.rights import USES
from reviewapp.outbox.addresses import BadAddress, path_of
from reviewapp.outbox.suppressions import is_suppressed
from reviewapp.rights import releases
from reviewapp.rights.ledger import Origin, Subject

MOST_NOTE, LONGEST_NAME = 300, 100
ANSWERS = {"yes": "granted", "no": "declined", "back": "withdrawn"}

log = structlog.get_logger()


@dataclass(frozen=True)
class Question:
    """What somebody in a picture is to be asked."""

    party: str
    use: str
    language: str
    address: str = ""
    """Empty: nobody is written to, the link is handed over."""
    note: str = ""


def ask_depicted(
    session: Session, kit: Kit, review: Review, content: Content, question: Question, *, by: Doer
) -> ReleaseAsk:
    """Write the question down, in the ledger too, and mail it; Invalid with each field."""
    _check(session, review, content, question)
    digest = email_digest(question.address) if question.address else None
    asked = ReleaseAsk(
        shop_id=review.shop_id,
        review_id=review.id,
        asset_id=content.asset_id,
        subject_sha256=content.sha256,
        use=question.use,
        party=question.party,
        address=question.address or None,
        address_digest=digest,
        language=question.language,
        note=" ".join(question.note.split())[:MOST_NOTE],
        member_id=member_id(by),
    )
    session.add(asked)
    session.flush()
    act = releases.person_act(asked.id, asked.party, asked.language, "asked")
    releases.ask(session, review, asked.use, subject_of(asked), act)
    _log(session, asked, "release.asked", by.label)
    if asked.address:
        send_question(session, kit, asked, shown_asset(asked, review), review, asked.address)
    return asked


def open_question(session: Session, ask_id: UUID) -> ReleaseAsk:
    """The question behind a link, whatever its state; NotFound without one."""
    found = session.get(ReleaseAsk, ask_id)
    if found is None:
        raise NotFound("link_unknown")
    return found


def answer(
    session: Session, asked: ReleaseAsk, review: Review, word: str, *, name: str, origin: Origin,
    language: str, version: str | None,
) -> None:  # fmt: skip
    """Their `yes` or `no`, good once, or a yes taken `back`; Conflict for any other order.

    The name of who agrees is kept apart, with the address the answer came from.
    """
    state = ANSWERS[word]
    if word == "yes" and not 2 <= len(name) <= LONGEST_NAME:
        raise Invalid(fields={"name": ["Write your name."]})
    before = ("granted",) if word == "back" else ("open", "expired")
    _move(session, asked, before, state)
    act = releases.person_act(asked.id, asked.party, language, state)
    proof = act.proof | message_of(session, asked)
    named = replace(origin, credit_line=name if word == "yes" else None)
    act = replace(act, proof=proof, origin=named, text_version=version)
    if word == "yes":
        releases.grant(session, review, asked.use, subject_of(asked), act)
    else:
        releases.refuse(session, review, asked.use, subject_of(asked), state, act)
    _log(session, asked, f"release.{state}", f"person:{asked.id}")


def take_back(session: Session, asked: ReleaseAsk, review: Review, *, by: Doer) -> None:
    """A question asked by mistake is none any more; Conflict once it was answered."""
    _move(session, asked, ("open", "expired"), "taken_back")
    session.execute(
        update(Mail)
        .where(Mail.shop_id == asked.shop_id, Mail.key == key_of(asked), Mail.state == "planned")
        .values(state="cancelled", reason="taken_back")
    )
    act = releases.person_act(asked.id, asked.party, asked.language, "taken_back")
    releases.take_back(session, review, asked.use, subject_of(asked), act)
    _log(session, asked, "release.taken_back", by.label)


def close_and_forget(kit: Kit) -> int:
    """The errand "release_asks": silence after 30 days ends the wait; addresses go when settled.

    Letters go too, for they hold the address; returns how many questions ended.
    """
    with kit.database.transaction(EVERY_SHOP) as session:
        closed = rows_changed(
            session,
            update(ReleaseAsk)
            .where(ReleaseAsk.state == "open", ReleaseAsk.asked_at <= clock.now() - ASK_OPEN_FOR)
            .values(state="expired", address=None),
        )
        key = func.concat(f"{LETTER}:", cast(ReleaseAsk.id, String))
        waiting = select(ReleaseAsk.id).where(ReleaseAsk.state == "open", key == Mail.key)
        session.execute(
            delete(Mail)
            .where(
                Mail.letter == LETTER,
                Mail.state.not_in(("planned", "claimed")),
                ~waiting.exists(),
            )
            .execution_options(synchronize_session=False)
        )
    if closed:
        log.info("release_asks.closed", count=closed)
    return closed


def questions_about(session: Session, asset_id: UUID) -> list[ReleaseAsk]:
    """Everybody who was asked about a file, the newest first."""
    return list(
        session.scalars(
            select(ReleaseAsk)
            .where(ReleaseAsk.asset_id == asset_id)
            .order_by(ReleaseAsk.asked_at.desc(), ReleaseAsk.id.desc())
        )
    )


def subject_of(asked: ReleaseAsk) -> Subject:
    """The very file the question is about (P2)."""
    return Subject(asked.subject_sha256, asked.asset_id)


def _move(session: Session, asked: ReleaseAsk, before: tuple[str, ...], state: str) -> None:
    """To another state, once, whoever else answers at the same time; the address goes."""
    answered = {} if state == "taken_back" else {"answered_at": clock.now()}
    moved = session.execute(
        update(ReleaseAsk)
        .where(ReleaseAsk.id == asked.id, ReleaseAsk.state.in_(before))
        .values(state=state, address=None, **answered)
        .returning(ReleaseAsk.id)
    ).all()
    exactly_one(len(moved), "answered_already")


def _check(session: Session, review: Review, content: Content, question: Question) -> None:
    wrong: dict[str, list[str]] = {}
    if question.party not in RELEASE_PARTIES:
        wrong["ask_party"] = ["Say who is to be asked."]
    if question.use not in USES:
        wrong["ask_use"] = ["Choose one use."]
    if question.language not in LANGUAGES:
        wrong["ask_language"] = ["Choose one of these languages."]
    if review.state != "published" or content.asset is None or content.asset.state != "ready":
        wrong["ask_use"] = ["Only pictures that are published can be asked about."]
    if question.address and (fault := _why_not(session, review, content, question)):
        wrong["ask_address"] = [fault]
    if wrong:
        raise Invalid(fields=wrong)


def _why_not(session: Session, review: Review, content: Content, question: Question) -> str | None:
    try:
        path = path_of(question.address)
    except BadAddress:
        path = None
    if path is None or "." not in path.domain:
        return "This is no e-mail address. It should look like name@example.com."
    digest = email_digest(question.address)
    if is_suppressed(session, review.shop_id, digest):
        return "This address wants no mail, or cannot be reached."
    before = select(ReleaseAsk.id).where(
        ReleaseAsk.asset_id == content.asset_id,
        ReleaseAsk.use == question.use,
        ReleaseAsk.address_digest == digest,
    )
    if session.scalar(before) is not None:
        return "This address was asked about it before. A decision is asked for once."
    return None


def _log(session: Session, asked: ReleaseAsk, action: str, actor: str) -> None:
    record(
        session,
        shop_id=asked.shop_id,
        actor=actor,
        action=action,
        subject=f"release_ask:{asked.id}",
        asset=asked.asset_id,
        use=asked.use,
        party=asked.party,
    )


def shown_asset(asked: ReleaseAsk, review: Review) -> MediaAsset | None:
    """The very file that is asked about, while it is shown; None when it is another by now."""
    if review.state != "published":
        return None
    return next(
        (
            one
            for one in review.media
            if one.sha256 == asked.subject_sha256 and one.state == "ready"
        ),
        None,
    )


def one_question(session: Session, asset_id: UUID, ask_id: UUID) -> ReleaseAsk:
    """A question about this very file; NotFound for any other."""
    found = session.get(ReleaseAsk, ask_id)
    if found is None or found.asset_id != asset_id:
        raise NotFound
    return found
