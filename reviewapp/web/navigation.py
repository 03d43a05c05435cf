"""The admin's side bar: where a role may go, and how much waits there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask, g, url_for
from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError

from reviewapp.models.case import Case, Incident
from reviewapp.models.feedback import ReviewReport
from reviewapp.models.insight import Improvement
from reviewapp.models.mailbox import InboundMail
from reviewapp.models.question import Question
from reviewapp.models.review import Review
from reviewapp.web.auth import Actor
from reviewapp.web.flashes import heard
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session


@dataclass(frozen=True)
class Place:
    """One entry: `action` is the right that shows it, `counts` what waits there."""

    key: str
    href: str
    label: str
    icon: str
    action: str
    section: str = ""


def N_(message: str) -> str:  # noqa: N802  # gettext's own name for a marked message
    """Mark a message for translation where it is not shown yet."""
    return message


WORK, CATALOG, SETUP = N_("Work"), N_("Catalogue"), N_("Set up")
PLACES = (
    Place("home", "/admin/", N_("Home"), "house", "report.read"),
    Place("cases", "/admin/cases", N_("Cases"), "life-buoy", "case.read", WORK),
    Place("incoming", "/admin/incoming", N_("Incoming mail"), "inbox", "case.read", WORK),
    Place("queue", "/admin/queue", N_("Queue"), "inbox", "review.decide", WORK),
    Place("reviews", "/admin/reviews", N_("Reviews"), "star", "review.read", WORK),
    Place("reports", "/admin/reports", N_("Reports"), "flag", "review.decide", WORK),
    Place("questions", "/admin/questions", N_("Questions"), "messages-square", "review.read", WORK),
    Place("incidents", "/admin/incidents", N_("Incidents"), "triangle-alert", "case.read", WORK),
    Place("pauses", "/admin/pauses", N_("Pauses"), "pause", "case.read", WORK),
    Place(
        "improvements",
        "/admin/improvements",
        N_("Improvements"),
        "list-checks",
        "report.read",
        WORK,
    ),
    Place("library", "/admin/library", N_("Library"), "image", "library.use", WORK),
    Place("requests", "/admin/requests", N_("Requests"), "send", "request.read", WORK),
    Place("orders", "/admin/orders", N_("Orders"), "package", "catalog.read", CATALOG),
    Place("products", "/admin/products", N_("Products"), "tag", "catalog.read", CATALOG),
    Place("imports", "/admin/imports", N_("Imports"), "upload", "catalog.write", CATALOG),
    Place("shop", "/admin/settings", N_("Settings"), "settings", "shop.edit", SETUP),
    Place("helping", "/admin/helping/macros", N_("Helping"), "clock", "case.read", SETUP),
    Place("policies", "/admin/policies", N_("Policies"), "quote", "case.read", SETUP),
    Place("helpdesks", "/admin/helpdesks", N_("Helpdesks"), "life-buoy", "shop.edit", SETUP),
    Place("mailboxes", "/admin/mailboxes", N_("Mailboxes"), "mail", "shop.edit", SETUP),
    Place("letters", "/admin/letters", N_("Mail templates"), "mail", "request.read", SETUP),
    Place("selections", "/admin/selections", N_("Selections"), "list-checks", "library.use", SETUP),
    Place(
        "reply_templates",
        "/admin/reply-templates",
        N_("Answer templates"),
        "reply",
        "review.reply",
        SETUP,
    ),
    Place("widget", "/admin/widget", N_("Widget"), "globe", "catalog.read", SETUP),
    Place("feeds", "/admin/feeds", N_("Feeds"), "link", "catalog.read", SETUP),
    Place("team", "/admin/team", N_("Team"), "users", "team.edit", SETUP),
    Place("keys", "/admin/keys", N_("API keys"), "key-round", "key.edit", SETUP),
)
SEARCHES = (
    ("request.read", "/admin/requests?q=", N_("Search requests for")),
    ("catalog.read", "/admin/orders?q=", N_("Search orders for")),
    ("case.read", "/admin/cases?q=", N_("Search cases for")),
)
"""What the command bar offers for typed words."""
MOST_COUNTED = 100


_WAITS: Mapping[str, tuple[Any, ColumnElement[bool]]] = {
    "cases": (Case, Case.state == "open"),
    "incoming": (InboundMail, InboundMail.state == "waiting"),
    "incidents": (Incident, Incident.closed_at.is_(None)),
    "improvements": (Improvement, Improvement.state == "proposed"),
    "questions": (Question, Question.state == "pending"),
    "reports": (ReviewReport, ReviewReport.state == "open"),
    "queue": (Review, Review.waiting_since.is_not(None)),
}
_WAITING = select(
    *(
        select(func.count())
        .select_from(
            select(model.id)
            .where(model.shop_id == bindparam("shop"), condition)
            .limit(MOST_COUNTED)
            .subquery()
        )
        .scalar_subquery()
        for model, condition in _WAITS.values()
    )
)
"""Built once: putting it together took longer than its answer."""


def bind_navigation(app: Flask) -> None:
    """Give every page of a signed-in member its side bar, command bar and passing messages."""

    @app.context_processor
    def places() -> dict[str, Any]:
        actor: Actor | None = g.get("actor")
        if actor is None or actor.kind != "member":
            return {}
        navigation = places_for(actor, _waiting(actor.shop.id))
        return {
            "navigation": navigation,
            "commands": [*navigation, _profile(), *_searches(actor)],
            "sign_out_href": url_for("signin.sign_out"),
            "messages": heard(),
        }


def places_for(actor: Actor, waiting: Mapping[str, int | str]) -> list[Mapping[str, Any]]:
    """The entries `actor` may open; `waiting` tells by key how many things wait there."""
    return [
        {
            "key": place.key,
            "href": place.href,
            "label": _(place.label),
            "icon": place.icon,
            "section": _(place.section) if place.section else "",
            "count": waiting.get(place.key, 0),
        }
        for place in PLACES
        if actor.may(place.action)
    ]


def _profile() -> Mapping[str, Any]:
    return {"href": "/admin/profile", "label": _("Your profile and password"), "icon": "user"}


def _searches(actor: Actor) -> list[Mapping[str, Any]]:
    return [
        {"href": href, "label": _(label), "icon": "search", "query": True}
        for action, href, label in SEARCHES
        if actor.may(action)
    ]


def _waiting(shop_id: UUID) -> dict[str, int | str]:
    """Counted in one statement and up to a bound, so that a side bar never reads a long table."""
    try:
        found = session().execute(_WAITING, {"shop": shop_id}).one()
    except SQLAlchemyError:  # the page that says what failed has a side bar too
        return {}
    bound = f"{MOST_COUNTED - 1}+"
    return {
        key: bound if count >= MOST_COUNTED else count
        for key, count in zip(_WAITS, found, strict=True)
    }
