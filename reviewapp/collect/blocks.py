"""The blocks of the page behind a link, rendered one by one so that they can be compared (G4)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app, make_response, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from reviewapp.collect.answering import SeasonWord, help_look
from reviewapp.collect.intake import HELP_FORM, Entered, file_field, review_form, staged_here
from reviewapp.collect.link import address, other_languages, too_many, visit
from reviewapp.collect.pages import Item, latest_answer
from reviewapp.core import clock
from reviewapp.models.case import ROUTES
from reviewapp.models.catalog import Product
from reviewapp.models.form_questions import Question, questions_for
from reviewapp.rights.wording import texts_shown
from reviewapp.web.language import page_language, page_translator
from reviewapp.web.pages import gettext
from reviewapp.web.session import session

NOTHING = Entered()
SEASON_WORD = "collect.season_word"
"""Where the app keeps what it handed in for `SeasonWord`."""


def questions_about(product: Product) -> tuple[Question, ...]:
    """What is asked about a product, in the page's language."""
    return questions_for(
        product.product_type,
        visit().shop.settings.questions_by_product_type,
        page_language(),
    )


def current_item() -> Item | None:
    """The product the review form is about: the one that was picked, else the first open one."""
    picked = visit().item(request.values.get("line", ""))
    if picked is not None and picked.review is None:
        return picked
    return next(iter(visit().open_items), None)


def review_block(item: Item | None, entered: Entered = NOTHING) -> Markup:
    """`section#review`; it is told nothing of any score, so it cannot differ by one (G4)."""
    form = review_form(item.line.id) if item else ""
    if item and entered is NOTHING:
        entered = Entered(photos=staged_here(form))
    return _block(
        "customer_block_review.html",
        files=file_field(form),
        item=item,
        questions=questions_about(item.product) if item else (),
        display_name=_suggested_name(),
        licences=texts_shown(session(), visit().shop.id, page_language()),
        expired=visit().expired(clock.now()),
        incentive=visit().request.incentive_disclosure,
        entered=entered,
    )


def help_block(look: str, entered: Entered = NOTHING) -> Markup:
    """`section#help`, as `answering.help_look` has it; open wherever something was entered."""
    if entered is NOTHING:
        entered = Entered(photos=staged_here(HELP_FORM))
    season_word: SeasonWord = current_app.extensions[SEASON_WORD]
    return _block(
        "customer_block_help.html",
        season_word=season_word(session(), visit().shop, page_language()),
        files=file_field(HELP_FORM),
        look="open" if (entered.values or entered.photos) and look == "folded" else look,
        routes=ROUTES,
        entered=entered,
    )


def look_now(*, answered: bool) -> str:
    """How the help block is shown to this visitor, by the shop's setting."""
    newest = latest_answer(session(), visit().request.id) if answered else None
    return help_look(
        visit().shop.settings.experience_page,
        answered=newest is not None,
        score=newest.score if newest else None,
    )


def fingerprint(*blocks: Markup) -> str:
    """SHA-256 over blocks as they are shown (G30)."""
    return hashlib.sha256("\n".join(blocks).encode()).hexdigest()


def page(template: str, *, faults: Mapping[str, str] | None = None, **values: Any) -> Response:
    """A whole page of this link; 422 (or 429) with a summary where something is wrong."""
    errors = [(_target(name), text) for name, text in (faults or {}).items()]
    over = too_many() if errors or faults is not None else None
    if over is not None:
        errors.insert(0, ("main", gettext(over.message)))
    shown = render_template(
        f"collect/{template}",
        errors=errors,
        visit=visit(),
        address=address,
        exactly=exactly,
        languages=other_languages(),
        help_href=address("customer.ask") + "#help",
        **values,
    )
    response = make_response(shown)
    if over is not None:
        response.headers["Retry-After"] = str(over.retry_after_seconds)
    response.status_code = 429 if over is not None else 422 if errors else 200
    return response


def exactly(instant: datetime) -> str:
    """Day and time in the shop's zone, as a promise is told; the letter says the same."""
    return page_translator().date_time(instant, visit().shop.time_zone)


def _block(template: str, **values: Any) -> Markup:
    shown = render_template(f"collect/{template}", visit=visit(), address=address, **values)
    return Markup(shown)  # noqa: S704  # our own template: what came from outside is escaped in it


def _suggested_name() -> str:
    """First name and initial: what most people choose to be shown as; theirs to change."""
    first, *others = (visit().customer.name or "").split() or [""]
    return f"{first} {others[-1][0]}." if others else first


def _target(name: str) -> str:
    return {"help_media": "help-media", "permission": "permission-site"}.get(name, name)
