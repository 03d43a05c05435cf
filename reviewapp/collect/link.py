"""The gate of the pages behind a link: token, shop, language, origin, limits, addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, request, url_for

from reviewapp.collect.pages import Visit, open_visit
from reviewapp.core.errors import NotFound, TooMany
from reviewapp.core.i18n import negotiate
from reviewapp.models.review_request import ReviewRequest
from reviewapp.rights.ledger import Origin
from reviewapp.web.forms import READING, check_same_origin
from reviewapp.web.language import chosen_language, page_language, speak
from reviewapp.web.limits import client_address, client_agent, limit
from reviewapp.web.session import enter_shop, kit, session

MOST_TEXT_BYTES = 1_000_000
LANGUAGE_NAMES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "pt": "Português",
}


def gate_links(blueprint: Blueprint) -> None:
    """Open the blueprint to holders of a request's link only, at a human pace."""

    @blueprint.before_request
    def enter() -> None:
        token = str((request.view_args or {})["token"])
        bound_text()
        limit("link.address", client_address(), burst=300, per_minute=300)
        enter_link(token)
        if request.method not in READING:
            check_same_origin()
            g.too_many = _over_limit(token)


def enter_link(token: str) -> None:
    """Read the link, load its visit, speak its language; NotFound for what is no link."""
    g.token, g.request_id = token, kit().links.read("request", token)
    enter_visit()
    speak(chosen_language() or negotiate(visit().request.language))


def bound_text() -> None:
    """A form without files has no use for the room that files are given."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = MOST_TEXT_BYTES


def visit() -> Visit:
    """Who is behind the link, as the gate found them."""
    found: Visit = g.visit
    return found


def enter_visit() -> Visit:
    """Load the visit into the request's transaction, bound to its shop; again after `release`."""
    row = session().get(ReviewRequest, g.request_id)
    if row is None:
        raise NotFound("link_unknown")
    enter_shop(row.shop_id)
    g.visit = open_visit(session(), g.request_id)
    g.shop = g.visit.shop
    return visit()


def too_many() -> TooMany | None:
    """The limit that this sending broke, for a page that keeps what was typed."""
    found: TooMany | None = g.get("too_many")
    return found


def origin(credit_line: str) -> Origin:
    """Where a permission comes from and whose name goes with it: kept apart, for a time (P3)."""
    return Origin(client_address(), client_agent(), credit_line)


def address(endpoint: str, **values: Any) -> str:
    """The address of another page of this link, in the language the reader picked."""
    return url_for(endpoint, token=g.token, lang=chosen_language(), **values)


def outside_address(endpoint: str, **values: Any) -> str:
    """The same for a letter: with the installation's public name in front."""
    return kit().settings.public_url + url_for(endpoint, token=g.token, **values)


def other_languages() -> list[tuple[str, str, str]]:
    """(address, language, its own name) of this very page in every other language."""
    kept = {name: value for name, value in request.args.items() if name in ("line", "score")}
    path = request.path
    return [
        (f"{path}?{urlencode(kept | {'lang': language})}", language, name)
        for language, name in LANGUAGE_NAMES.items()
        if language != page_language()
    ]


def _over_limit(token: str) -> TooMany | None:
    try:
        limit("link.send", token, burst=30, per_minute=15)
        limit("link.send.address", client_address(), burst=60, per_minute=30)
    except TooMany as error:
        return error
    return None
