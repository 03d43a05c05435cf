"""The desk: cases by the oldest promise, one case with its thread, answers and notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Conflict, Invalid
from reviewapp.core.i18n import zone_of
from reviewapp.models.case import ROUTES, Case
from reviewapp.support import answering, queries
from reviewapp.support.answering import By
from reviewapp.support.drafts import PARTS, lacking
from reviewapp.support.handoff.setup import handoffs_of, helpdesks
from reviewapp.support.links import customer_page
from reviewapp.support.service import MOST_CHARACTERS
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import chosen, listing, words
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import enter_shop, kit, release, session
from reviewapp.web.typed import line, text

blueprint = Blueprint("cases", __name__, url_prefix="/admin/cases")
gate_members(blueprint)

Page = str | tuple[str, int] | Response
SMALL_PHOTO_WIDTH = 640


@blueprint.get("", strict_slashes=False)
@require("case.read")
def index() -> str:
    """Cases, the oldest promise first."""
    who = actor()
    view, route, typed = chosen("view", queries.VIEWS) or "open", chosen("route", ROUTES), words()
    found = listing(
        queries.case_rows(who.shop.id, view, who.id, route, typed),
        (queries.promise_at(), Case.id),
        newest_first=False,
    )
    return render_template(
        "support/admin_cases.html",
        found=found,
        view=view,
        views=_views(),
        counts=queries.counts(session(), who.shop.id, who.id),
        route=route,
        routes=_routes(),
        typed=typed,
    )


@blueprint.get("/<uuid:case_id>")
@require("case.read")
def case(case_id: UUID) -> str:
    """One case."""
    return _page(queries.case_of(session(), actor().shop.id, case_id))


@blueprint.post("/<uuid:case_id>/answer")
@require("case.work")
def answer(case_id: UUID) -> Page:
    """Send an answer to the customer."""
    found = _locked(case_id)
    try:
        answering.answer(
            session(), actor().shop, found, text("body", MOST_CHARACTERS + 1), _by(),
            page_url=customer_page(found), next_update_at=_next_update_at(),
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        return _again(case_id, error)
    say("good", _("Your answer is on its way to the customer."))
    return _back(found)


@blueprint.post("/<uuid:case_id>/check")
@require("case.work")
def check(case_id: UUID) -> str:
    """Read the draft as its reader would, without sending it."""
    found = queries.case_of(session(), actor().shop.id, case_id)
    problems = [("body", told) for told in answering.problems_in(text("body"))]
    return _page(found, checked=True, problems=problems)


@blueprint.post("/<uuid:case_id>/note")
@require("case.work")
def note(case_id: UUID) -> Page:
    """Keep a word among the team."""
    found = _locked(case_id)
    try:
        answering.add_note(session(), found, text("body"), _by())
    except Invalid as error:
        return _again(case_id, error)
    say("good", _("Noted. Only the team sees it."))
    return _back(found)


@blueprint.post("/<uuid:case_id>/assign")
@require("case.work")
def assign(case_id: UUID) -> Page:
    """Take the case, or give it to somebody."""
    found, wanted = _locked(case_id), line("member")
    people = {str(member.id): member for member in queries.workers(session(), found.shop_id)}
    people.setdefault(str(actor().id), actor())  # type: ignore[arg-type]  # has an id and a name
    if wanted and wanted not in people:
        raise Invalid(fields={"member": ["Somebody of this team who works on cases."]})
    answering.assign(session(), found, people[wanted].id if wanted else None, _by())
    say("good", _("%(name)s has this case.", name=people[wanted].name) if wanted
        else _("Nobody has this case now."))  # fmt: skip
    return _back(found)


@blueprint.post("/<uuid:case_id>/state")
@require("case.work")
def state(case_id: UUID) -> Page:
    """Solve, wait for the customer, or open again."""
    found = _locked(case_id)
    answering.set_state(session(), actor().shop, found, line("state"), _by())
    said = {"solved": _("Solved."), "open": _("Open again."), "waiting": _("Waiting.")}
    say("good", said[found.state])
    return _back(found)


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


def _page(found: Case, *, checked: bool = False, problems: Sequence[tuple[str, str]] = ()) -> str:
    beside = queries.evidence(session(), found)
    typed = text("body")
    asked = "\n".join(said.body for said in found.messages if said.direction == "in")
    names = [item.product.title for item in beside["order"].lines] if beside["order"] else []
    missing = lacking(typed, asked, names)
    people = queries.workers(session(), found.shop_id)
    return render_template(
        "support/admin_case.html",
        case=found,
        **beside,
        people=people,
        names={member.id: member.name for member in people},
        routes=_routes(),
        states=_states(),
        parts=[(part, _parts()[part], typed and part not in missing) for part in PARTS],
        checked=checked,
        typed=typed,
        next_update=line("next_update_at"),
        errors=list(problems),
        promise_at=_promise(found),
        handoffs=handoffs_of(session(), found.id),
        helpdesks=[(each.id, each.name) for each in helpdesks(session(), found.shop_id)],
        me=actor().id,
    )


def _again(case_id: UUID, error: Invalid | Conflict) -> Page:
    """The page as it was left, with what is wrong; nothing that was typed is lost."""
    release()
    enter_shop(actor().shop.id)
    found = queries.case_of(session(), actor().shop.id, case_id)
    problems = [(name, told) for name, texts in error.fields.items() for told in texts]
    return _page(found, checked=True, problems=problems or [("body", error.message)]), error.status


def _locked(case_id: UUID) -> Case:
    return queries.case_of(session(), actor().shop.id, case_id, lock=True)


def _back(found: Case) -> Response:
    return redirect(url_for("cases.case", case_id=found.id))


def _by() -> By:
    return By(actor().label, actor().name, actor().id)


def _next_update_at() -> datetime | None:
    typed = line("next_update_at")
    if not typed:
        return None
    try:
        local = datetime.fromisoformat(typed)
        return local.replace(tzinfo=zone_of(actor().shop.time_zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # year 1 and 9999 have no UTC in every zone
        raise Invalid(fields={"next_update_at": ["A day and a time."]}) from error


def _promise(found: Case) -> datetime | None:
    if found.state == "solved":
        return None
    return found.next_update_due_at if found.first_responded_at else found.first_response_due_at


def _routes() -> dict[str, Any]:
    return {
        "question": _("Question before buying"),
        "delay": _("Late or missing parcel"),
        "return": _("Refund or return"),
        "damaged": _("Damaged or wrong item"),
        "chargeback": _("Chargeback risk"),
        "other": _("Something else"),
    }


def _views() -> dict[str, str]:
    return {
        "open": _("Open"),
        "mine": _("Mine"),
        "unassigned": _("Nobody’s"),
        "overdue": _("Late"),
        "waiting": _("Waiting for the customer"),
        "solved": _("Solved"),
        "all": _("All"),
    }


def _states() -> dict[str, tuple[str, str]]:
    return {
        "open": (_("Open"), "info"),
        "waiting": (_("Waiting for the customer"), ""),
        "solved": (_("Solved"), "good"),
    }


def _parts() -> dict[str, str]:
    return {
        "issue": _("The very problem, by name"),
        "state": _("Where it stands and why"),
        "next_step": _("The next step, when, and who takes it"),
        "needed": _("What is needed from the customer, or that nothing is"),
        "contact": _("How to reach you"),
    }
