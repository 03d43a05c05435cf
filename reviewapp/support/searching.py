"""Search among cases: by a whole address or order number, else by words, which stand as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    TextClause,
    any_,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import Uuid

from reviewapp.core.ids import email_digest
from reviewapp.models.case import Case
from reviewapp.models.case_details import CaseTag, CaseWord
from reviewapp.models.catalog import Customer, Order
from reviewapp.support.queries import NEWEST_FIRST, Filters, case_rows, list_keys, walks_tag

RARE = 1_000
"""Cases: of a word in no more of them all are looked up, else the list's own order is walked."""
MOST_WORDS = 8
"""Words of a search that are looked at, the rarest first."""

FORMS = text("""
SELECT code, array_agg(word) FROM unnest(ARRAY['en', 'de', 'fr', 'es', 'pt', '']) AS code,
  case_words(code, :typed) AS word GROUP BY code
""")
_COUNTED = """
SELECT word, (SELECT count(*) FROM (SELECT 1 FROM case_word
  WHERE shop_id = :shop AND word = asked.word AND {} LIMIT :most) known)
FROM unnest(CAST(:words AS text[])) AS asked(word)
"""
COUNTS, COUNTS_UNSOLVED = text(_COUNTED.format("true")), text(_COUNTED.format("unsolved"))
MAY_BE_SOLVED = (*NEWEST_FIRST, "follow_up")
"""Views that hold more than unsolved cases."""

Rows = Select[*tuple[Any, ...]]


def listed(session: Session, shop_id: UUID, wanted: Filters) -> tuple[list[Rows], Sequence[Any]]:
    """The statements whose rows together are the list, and the keys that order it.

    Words are found in the forms of each language, one statement each, for a case has one.
    """
    rows, keys = case_rows(shop_id, wanted), list_keys(wanted.view)
    if not wanted.words:
        return [rows], (CaseTag.opened_at, CaseTag.case_id) if walks_tag(wanted) else keys
    exact = _exactly(session, shop_id, wanted.words)
    if exact is not None:
        return [rows.where(exact)], keys
    unsolved = wanted.view not in MAY_BE_SOLVED
    ways = _ways(session, shop_id, wanted.words, COUNTS_UNSOLVED if unsolved else COUNTS)
    if wanted.view in NEWEST_FIRST:
        walked = [_walked(rows, shop_id, words) for words, _ in ways]
        return walked, (CaseWord.opened_at, CaseWord.case_id)
    places = [CaseWord.shop_id == shop_id, *([CaseWord.unsolved] if unsolved else [])]
    return [rows.where(*_within(session, places, *way)) for way in ways], keys


def _exactly(session: Session, shop_id: UUID, typed: str) -> ColumnElement[bool] | None:
    """Cases of the customer with this address, or of the order with this number; None: neither."""
    buyers = session.scalars(
        select(Customer.id).where(
            Customer.shop_id == shop_id, Customer.email_digest == email_digest(typed)
        )
    ).all()
    orders = session.scalars(
        select(Order.id).where(
            Order.shop_id == shop_id, Order.external_id.in_((typed, typed.lstrip("#")))
        )
    ).all()
    if not buyers and not orders:
        return None
    return or_(Case.customer_id.in_(buyers), Case.order_id.in_(orders))


def _ways(
    session: Session, shop_id: UUID, typed: str, counting: TextClause
) -> list[tuple[list[str], int]]:
    """Per language the words to be found, the rarest first, and in how many cases that one is."""
    forms = session.execute(FORMS, {"typed": typed}).all()
    every = sorted({word for _, words in forms for word in words})
    asked = {"shop": shop_id, "words": every, "most": RARE + 1}
    counts: dict[str, int] = dict(session.execute(counting, asked).all())
    sorted_forms = [sorted(words, key=counts.__getitem__)[:MOST_WORDS] for _, words in forms]
    return [(words, counts[words[0]]) for words in sorted_forms if counts[words[0]]]


def _walked(rows: Rows, shop_id: UUID, words: Sequence[str]) -> Rows:
    """The cases of the rarest word, in the order in which its rows stand."""
    rarest, *others = words
    return rows.join(CaseWord, CaseWord.case_id == Case.id).where(
        CaseWord.shop_id == shop_id,
        CaseWord.word == rarest,
        *(_said(CaseWord.case_id, word) for word in others),
    )


def _within(
    session: Session, places: Sequence[SQLColumnExpression[bool]], words: Sequence[str], count: int
) -> list[ColumnElement[bool]]:
    """What a case of another order must be: one of a few, or one whose words are looked at."""
    rarest, *others = words
    if count > RARE:
        return [_said(Case.id, word) for word in words]
    found = session.scalars(
        select(CaseWord.case_id).where(
            *places, CaseWord.word == rarest, *(_said(CaseWord.case_id, word) for word in others)
        )
    ).all()
    return [Case.id == any_(literal(found, ARRAY(Uuid)))]


def _said(case_id: Any, word: str) -> ColumnElement[bool]:
    """Looked up case by case: of EXISTS the planner would make a join that reads every row."""
    other = aliased(CaseWord)
    found = select(other.word).where(other.case_id == case_id, other.word == word)
    return found.scalar_subquery().is_not(None)
