"""The admin's page of one review: its words, decisions, flags, and the editor of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import render_template, request

from reviewapp.core import clock
from reviewapp.models.review import Reply, Review
from reviewapp.moderate import queries, texts
from reviewapp.moderate.blind import blind, question_labels
from reviewapp.moderate.candidate import shown
from reviewapp.moderate.drafting import suggest_kind
from reviewapp.moderate.drafts import draft_facts
from reviewapp.moderate.passages import Piece, marked
from reviewapp.moderate.replies import Draft
from reviewapp.moderate.reply_rules import Objection
from reviewapp.moderate.reply_store import Template, templates_in_force
from reviewapp.moderate.reply_templates import fill_template
from reviewapp.moderate.rules import WAITING, decision_options, stars_shown
from reviewapp.moderate.signals import Span
from reviewapp.web.auth import actor
from reviewapp.web.listing import chosen
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import kit, session


@dataclass(frozen=True)
class Editor:
    """The answer as it is being written, and what the checks say about it."""

    draft: Draft | None = None
    remarks: Sequence[Objection] = ()
    suggested: str = ""
    pieces: Sequence[Piece] = field(default_factory=list)


def review_page(
    review: Review,
    *,
    draft: Draft | None = None,
    remarks: Sequence[Objection] = (),
    doing: str = "",
    wrong: Mapping[str, Sequence[str]] | None = None,
    notice: str = "",
) -> str:
    """The page; `draft` is what was typed, `remarks` what stands against it, `wrong` by field."""
    shop, wrong = actor().shop, wrong or {}
    standing, waiting, returned = _replies(review)
    templates = templates_in_force(session(), shop.id, review.locale)
    return render_template(
        "moderate/admin_review.html",
        review=review,
        item=blind(review, shown(review), question_labels(shop.settings.questions_by_product_type)),
        decided=review.state not in WAITING,
        stars=stars_shown(review.waiting_since, review.decided_at, clock.now()),
        evidence=queries.evidence(session(), review),
        options=decision_options(review.state).reasons,
        standing=standing,
        waiting=waiting,
        returned=returned,
        editor=_editor(review, _begun(review, draft, templates) or _last(review), remarks),
        people=[("", _("Nobody yet")), *_people()],
        endpoint=bool(kit().settings.drafts_url),
        case_id=queries.case_about(session(), review) if review.state == "published" else None,
        doing=doing or chosen("do", ("refuse", "redact")),
        wrong={name: " ".join(map(_, told)) for name, told in wrong.items()},
        errors=[(name, _(text)) for name, told in wrong.items() for text in told],
        typed=request.form,
        notice=notice,
        texts=texts,
    )


def _people() -> list[tuple[str, str]]:
    return [(str(one.id), one.name) for one in queries.team(session(), actor().shop.id)]


def _replies(review: Review) -> tuple[Reply | None, Reply | None, Reply | None]:
    """The answer that stands, the one that waits, and the last one when it was sent back."""
    live = [row for row in review.replies if row.withdrawn_at is None]
    standing = next((row for row in live if row.published_at is not None), None)
    waiting = next((row for row in live if row.published_at is None), None)
    last = review.replies[-1] if review.replies else None
    return standing, waiting, last if last and last.returned_note else None


def _last(review: Review) -> Draft | None:
    """What the editor begins with: the waiting, returned or standing answer."""
    standing, waiting, returned = _replies(review)
    row = waiting or returned or standing
    return Draft(row.kind, row.body, row.improvement, row.place) if row else None


def _begun(
    review: Review, draft: Draft | None, templates: Mapping[str, Template]
) -> Draft | None:  # fmt: skip
    """A draft of a kind that was only chosen begins with the kind's template."""
    if draft is None or draft.body or request.method == "POST":
        return draft
    text = fill_template(
        templates[draft.kind].text, name=review.display_name, email=actor().shop.email
    )
    return replace(draft, body=text)


def _editor(review: Review, draft: Draft | None, remarks: Sequence[Objection]) -> Editor:
    suggested = (
        suggest_kind(draft_facts(review, actor().shop)) if review.state == "published" else ""
    )
    body = draft.body if draft else ""
    marks = [(Span(one.start, one.end), one.code) for one in remarks if one.end > one.start]
    return Editor(draft, remarks, suggested, marked(body, marks))


def as_json(remarks: Sequence[Objection]) -> list[dict[str, Any]]:
    """Remarks for the script that checks while somebody types; places in code points."""
    return [
        {
            "code": one.code,
            "text": _(one.text),
            "stops": one.stops,
            "start": one.start,
            "end": one.end,
            "passage": one.passage,
        }
        for one in remarks
    ]
