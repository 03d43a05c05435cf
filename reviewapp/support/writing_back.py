"""Where the lesson of a case is written back to, by its kind (playbook 4)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models.case import Case
from reviewapp.models.insight import Improvement
from reviewapp.web.pages import gettext as _

PLACES = {
    "question": "page",
    "delay": "policy",
    "return": "policy",
    "damaged": "supplier",
    "chargeback": "policy",
    "other": "script",
}
"""Route → where its lesson belongs, in the words of improvements."""


def proposal(case: Case, products: Sequence[str], owner_id: UUID | None) -> dict[str, str]:
    """The fields of an improvement as the form for it opens: what, where, whose, from which case.

    `products` are the titles it is about; the words are a beginning that a person completes.
    """
    return {
        "case": str(case.id),
        "place": "page" if case.review_id else PLACES[case.route],
        "change": _beginning(case, ", ".join(products)),
        "owner": str(owner_id or ""),
    }


def written_back(session: Session, case: Case) -> Sequence[Improvement]:
    """The improvements that this case led to, the oldest first."""
    return session.scalars(
        select(Improvement)
        .where(Improvement.shop_id == case.shop_id, Improvement.case_id == case.id)
        .order_by(Improvement.created_at, Improvement.id)
    ).all()


def improvement_states() -> dict[str, tuple[str, str]]:
    """(Label, tone) of each state of an improvement."""
    return {
        "proposed": (_("Proposed"), "info"),
        "open": (_("To do"), ""),
        "done": (_("Done"), "good"),
        "dropped": (_("Nothing changes"), ""),
    }


def _beginning(case: Case, titles: str) -> str:
    about = {"products": titles or _("the product")}
    if case.review_id:
        return _("What the page says about %(products)s: ", **about)
    return {
        "question": _("The page or the FAQ of %(products)s: ", **about),
        "delay": _("Shipping policy and notices: "),
        "return": _("Return policy and size notes: "),
        "damaged": _("Packing, supplier or name of %(products)s: ", **about),
        "chargeback": _("Where refunds end, and what is kept as evidence: "),
        "other": _("What we answer: "),
    }[case.route]
