"""A shop's own templates of public answers: versions in the database, shipped ones as defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core.errors import Invalid
from reviewapp.core.i18n import LANGUAGES, negotiate
from reviewapp.models.account import Shop
from reviewapp.models.reply_template import ReplyTemplate
from reviewapp.moderate.reply_phrases import REFUSED
from reviewapp.moderate.reply_rules import ReplyFacts, check_words
from reviewapp.moderate.reply_templates import (
    LONGEST_TEMPLATE,
    REPLY_KINDS,
    has_field,
    shipped_template,
    template_words,
)
from reviewapp.moderate.service import By


@dataclass(frozen=True)
class Template:
    """What an answer of a kind begins with: version 0 is the shipped text."""

    kind: str
    text: str
    version: int


def templates_in_force(session: Session, shop_id: UUID, language: str) -> Mapping[str, Template]:
    """The newest version of every kind in the review's language; kinds in their fixed order."""
    language = negotiate(language)
    own = {
        row.kind: row
        for row in session.scalars(
            select(ReplyTemplate)
            .ext(distinct_on(ReplyTemplate.kind))
            .where(ReplyTemplate.shop_id == shop_id, ReplyTemplate.language == language)
            .order_by(ReplyTemplate.kind, ReplyTemplate.version.desc())
        )
    }
    found = {}
    for kind in REPLY_KINDS:
        row = own.get(kind)
        text, version = (row.body, row.version) if row and row.body else ("", 0)
        found[kind] = Template(kind, text or shipped_template(language, kind), version)
    return found


def words_of_templates(session: Session, shop_id: UUID, language: str) -> str:
    """All words of the shop's own templates in force: those name nothing of a review."""
    own = templates_in_force(session, shop_id, language).values()
    return " ".join(template_words(one.text) for one in own if one.version)


def versions(session: Session, shop_id: UUID, language: str, kind: str) -> Sequence[ReplyTemplate]:
    """Every version the shop ever kept, the newest first."""
    return session.scalars(
        select(ReplyTemplate)
        .where(
            ReplyTemplate.shop_id == shop_id,
            ReplyTemplate.language == language,
            ReplyTemplate.kind == kind,
        )
        .order_by(ReplyTemplate.version.desc())
    ).all()


def save_template(
    session: Session, shop: Shop, kind: str, language: str, body: str, *, by: By
) -> ReplyTemplate | None:
    """Keep a new version, or with no words go back to the shipped text; None: nothing changed.

    Invalid for a text without a part to fill in, or with words no answer may hold (G27): a
    template is what many answers begin with.
    """
    body = " ".join(body.split())
    if kind not in REPLY_KINDS or language not in LANGUAGES:
        raise Invalid(fields={"kind": ["Choose one of the listed kinds and languages."]})
    if body and (wrong := template_problems(shop, body, language)):
        raise Invalid(fields={"body": wrong})
    in_force = templates_in_force(session, shop.id, language)[kind]
    if body == (in_force.text if in_force.version else ""):
        return None
    newest = session.scalar(
        select(func.max(ReplyTemplate.version)).where(
            ReplyTemplate.shop_id == shop.id,
            ReplyTemplate.kind == kind,
            ReplyTemplate.language == language,
        )
    )
    row = ReplyTemplate(
        shop_id=shop.id,
        kind=kind,
        language=language,
        version=(newest or 0) + 1,
        body=body,
        member_id=by.member_id,
    )
    session.add(row)
    session.flush()
    _log(session, row, by)
    return row


def template_problems(shop: Shop, body: str, language: str) -> list[str]:
    """Why a text cannot be a template, each as a sentence."""
    wrong = []
    if len(body) > LONGEST_TEMPLATE:
        wrong.append(f"At most {LONGEST_TEMPLATE:,} characters.")
    if not has_field(body):
        wrong.append("Leave at least one part in square brackets to fill in for each review.")
    facts = ReplyFacts("", "", "", "", locale=language)
    refused = [one for one in check_words(template_words(body), facts) if one.code in REFUSED]
    return wrong + [f"{one.text} (“{one.passage}”)" for one in refused]


def _log(session: Session, row: ReplyTemplate, by: By) -> None:
    record(
        session,
        shop_id=row.shop_id,
        actor=by.label,
        action="reply_template.changed",
        subject=f"shop:{row.shop_id}",
        template=row.id,
        kind=row.kind,
        language=row.language,
        version=row.version,
    )
