"""The desk: cases by the oldest promise, one case with its thread, answers and notes."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Invalid
from reviewapp.core.i18n import zone_of
from reviewapp.models.case import PRIORITIES, ROUTES
from reviewapp.support import answering, queries, searching
from reviewapp.support.admin_case import again, back, case_page, locked, the_by, typed_instant
from reviewapp.support.clocks import due_at
from reviewapp.support.clockwork import WARNED_AHEAD
from reviewapp.support.drafts import lacking
from reviewapp.support.hours import hours_of
from reviewapp.support.links import customer_page
from reviewapp.support.queries import Filters
from reviewapp.support.service import MOST_CHARACTERS
from reviewapp.support.texts import priorities, routes, views
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import chosen, listing, words
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import kit, session
from reviewapp.web.typed import text

blueprint = Blueprint("cases", __name__, url_prefix="/admin/cases")
gate_members(blueprint)

Page = str | tuple[str, int] | Response
SMALL_PHOTO_WIDTH = 640


@blueprint.get("", strict_slashes=False)
@require("case.read")
def index() -> str:
    """Cases, the oldest promise first."""
    wanted = _filters()
    return render_template(
        "support/admin_cases.html",
        found=listing(
            *searching.listed(session(), actor().shop.id, wanted),
            newest_first=wanted.view in queries.NEWEST_FIRST,
        ),
        wanted=wanted,
        views=views(),
        counts=queries.counts(session(), actor().shop.id, wanted),
        routes=routes(),
        priorities=priorities(),
        priority_options=[(name, label) for name, (label, _tone) in priorities().items()],
        owner_options=[(one.id, one.name) for one in queries.workers(session(), actor().shop.id)],
        tag_options=[(tag, tag) for tag in queries.tags_in_use(session(), actor().shop.id)],
    )


@blueprint.get("/<uuid:case_id>")
@require("case.read")
def case(case_id: UUID) -> str:
    """One case."""
    return case_page(queries.case_of(session(), actor().shop.id, case_id))


@blueprint.post("/<uuid:case_id>/answer")
@require("case.work")
def answer(case_id: UUID) -> Page:
    """Send an answer to the customer; `solve` solves the case with it."""
    found = locked(case_id)
    try:
        answering.answer(
            session(), actor().shop, found, text("body", MOST_CHARACTERS + 1), the_by(),
            page_url=customer_page(found), next_update_at=typed_instant("next_update_at"),
            macro=request.form.get("macro_mark") or None,
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        return again(case_id, error)
    if "solve" in request.form:
        answering.set_state(session(), actor().shop, found, "solved", the_by())
        say("good", _("Your answer is on its way, and the case is solved."))
    else:
        say("good", _("Your answer is on its way to the customer."))
    return back(found)


@blueprint.post("/<uuid:case_id>/check")
@require("case.work")
def check(case_id: UUID) -> str:
    """Read the draft as its reader would, without sending it."""
    found = queries.case_of(session(), actor().shop.id, case_id)
    problems = [("body", told) for told in answering.problems_in(text("body"))]
    return case_page(found, checked=True, problems=problems)


@blueprint.post("/<uuid:case_id>/lacking")
@require("case.work")
def lacks(case_id: UUID) -> dict[str, list[str]]:
    """The same while somebody types: which of the five things are missing, and what stops it."""
    found = queries.case_of(session(), actor().shop.id, case_id)
    body = text("body")
    asked, names = queries.said_and_named(session(), found)
    return {"missing": lacking(body, asked, names), "stops": answering.problems_in(body)}


@blueprint.post("/<uuid:case_id>/note")
@require("case.work")
def note(case_id: UUID) -> Page:
    """Keep a word among the team."""
    found = locked(case_id)
    try:
        answering.add_note(session(), found, text("body"), the_by())
    except Invalid as error:
        return again(case_id, error)
    say("good", _("Noted. Only the team sees it."))
    return back(found)


@blueprint.get("/<uuid:case_id>/photos/<uuid:asset_id>")
@require("case.read")
def photo(case_id: UUID, asset_id: UUID) -> Response:
    """A photo the customer sent with the case; private, as the whole case is."""
    found = queries.case_of(session(), actor().shop.id, case_id)
    asset = queries.photo_of(session(), found.id, asset_id)
    small = asset.picture(SMALL_PHOTO_WIDTH) if "small" in request.args else None
    if small is None and "small" in request.args and asset.poster_key:
        # A film whose poster has no sizes yet: the still itself, never the film as a picture.
        return Response(kit().storage.read(asset.poster_key), content_type="image/jpeg")
    shown = small or asset
    return Response(kit().storage.read(shown.key), content_type=shown.content_type)


def _filters() -> Filters:
    shop, now = actor().shop, clock.now()
    hours = hours_of(session(), shop)
    try:
        owner = UUID(request.args.get("owner", ""))
    except ValueError:
        owner = None
    return Filters(
        view=chosen("view", queries.VIEWS) or "open",
        member_id=actor().id,
        horizon=due_at(hours, now, WARNED_AHEAD) or now,
        today=now.astimezone(zone_of(shop.time_zone)).date(),
        route=chosen("route", ROUTES),
        owner=owner,
        tag=request.args.get("tag", "").replace("\x00", "")[:60],
        priority=chosen("priority", PRIORITIES),
        words=words(),
    )
