"""An author's answer to whether a use may run longer than they allowed it (P1, P3)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from reviewapp.models.review import Review
from reviewapp.rights.ledger import Act, Subject, Terms, append
from reviewapp.rights.rules import Right, terms_of
from reviewapp.rights.service import grantor_of, ledger_of, tell_given
from reviewapp.rights.wording import text_shown


def renew(
    session: Session,
    review: Review,
    use: str,
    subjects: Sequence[Subject],
    act: Act,
    terms: Terms,
) -> None:
    """Allow one use of these subjects for longer; what reaches as far already is not written again.

    The new term begins at once, while the old one runs: there is no gap, and nothing is shortened.
    """
    standing = terms_of(ledger_of(session, review.id))
    text = text_shown(session, review.shop_id, use, act.language, act.text_version)
    longer = [
        ("granted", subject, text)
        for subject in subjects
        if not (held := standing.get(Right(use, subject.sha256))) or not held.reaches(terms.ends_at)
    ]
    append(session, grantor_of(review), longer, act, terms)
    if longer:
        tell_given(session, review, use)


def decline(
    session: Session, review: Review, use: str, subjects: Sequence[Subject], act: Act
) -> None:
    """Note that the author does not allow it for longer; what they allowed runs to its end.

    Each of `subjects` names the grant that it does not renew: that is what makes it no withdrawal.
    """
    text = text_shown(session, review.shop_id, use, act.language, act.text_version)
    declined = [("declined", one, text) for one in subjects if one.renews]
    append(session, grantor_of(review), declined, act)
