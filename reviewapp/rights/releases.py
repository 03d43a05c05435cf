"""Changing what people in a picture, and guardians of children, allow: entries of their own (P5).

None of them gives a right, that is the author's; without them nothing leaves, and each can end it.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from reviewapp.models.review import Review
from reviewapp.outbox.messages import emit
from reviewapp.rights.ledger import Act, Subject, append
from reviewapp.rights.release_texts import release_text
from reviewapp.rights.rules import Right
from reviewapp.rights.service import end, grantor_of, ledger_of, tell_given
from reviewapp.rights.texts import LicenceText
from reviewapp.rights.wording import texts_shown


def record(
    session: Session, review: Review, uses: Collection[str], subject: Subject, act: Act
) -> None:
    """Note that somebody agrees to these uses on paper; `act.party` says who."""
    texts = texts_shown(session, review.shop_id, act.language, act.text_version)
    given = [("granted", subject, text) for text in texts if text.use in uses]
    append(session, grantor_of(review), given, act)
    for use in sorted(uses):
        tell_given(session, review, use)


def end_all(session: Session, review: Review, subject: Subject, act: Act) -> None:
    """End every use of a file at the word of somebody in it, or of a guardian (P3, P5).

    The author's rights in it end with it: nobody has to stay in an advert.
    """
    entries = [one for one in ledger_of(session, review.id) if one.kind == "granted"]
    uses = {one.use for one in entries if one.subject_sha256 == subject.sha256}
    ending = sorted(Right(use, subject.sha256) for use in uses)
    end(session, grantor_of(review), ending, "withdrawn", act)


def ask(session: Session, review: Review, use: str, subject: Subject, act: Act) -> None:
    """Note that somebody in it is asked: until they say yes, their party's release is missing."""
    _write(session, review, "asked", use, subject, act)
    _tell_changed(session, review, use)


def take_back(session: Session, review: Review, use: str, subject: Subject, act: Act) -> None:
    """Note that a question was asked by mistake; it is as if it had never been."""
    _write(session, review, "superseded", use, subject, act)
    _tell_changed(session, review, use)


def grant(session: Session, review: Review, use: str, subject: Subject, act: Act) -> None:
    """Their yes to one use, under the text for people in a picture."""
    _write(session, review, "granted", use, subject, act)
    tell_given(session, review, use)


def refuse(
    session: Session, review: Review, use: str, subject: Subject, kind: str, act: Act
) -> None:
    """Their no, `declined` or `withdrawn`: the use ends for the author and everybody, at once."""
    _write(session, review, kind, use, subject, act)
    emit(
        session,
        "permission.withdrawn",
        shop_id=review.shop_id,
        review_id=review.id,
        use=use,
    )


def _write(
    session: Session, review: Review, kind: str, use: str, subject: Subject, act: Act
) -> None:
    text = _text(use, act)
    append(session, grantor_of(review), [(kind, subject, text)], act)


def _text(use: str, act: Act) -> LicenceText:
    return release_text(act.party, use, act.language, act.text_version)


def _tell_changed(session: Session, review: Review, use: str) -> None:
    emit(
        session,
        "release.changed",
        shop_id=review.shop_id,
        review_id=review.id,
        use=use,
    )


def person_act(ask_id: UUID, party: str, language: str, action: str) -> Act:
    """An act about one asked person, whom the ledger knows by the id of their question."""
    return Act(language, {"person": str(ask_id), "action": action}, party=party)
