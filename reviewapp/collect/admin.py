"""The admin's door for requests: the list, one request's record, and the dry run."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.collect import mending, queries
from reviewapp.collect.dry_run import dry_run
from reviewapp.collect.reasons import AWAITING, CANCELLED, DELAYED, REASONS, SKIPPED, sentence
from reviewapp.collect.timeline import timeline
from reviewapp.models.base import DELIVERY_STATES
from reviewapp.models.review_request import ReviewRequest
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import chosen, listing, words
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session

blueprint = Blueprint("requests", __name__, url_prefix="/admin/requests")
gate_members(blueprint)

PERIODS = (7, 30, 90)
MOST_ORDERS = 20_000
"""A dry run on a page answers at once; the command line reads everything."""
MOST_SHOWN = 200


@blueprint.get("", strict_slashes=False)
@require("request.read")
def index() -> str:
    """All requests and reminders, newest first, with counts by outcome."""
    shop_id = actor().shop.id
    state = chosen("state", DELIVERY_STATES)
    reason = chosen("reason", tuple(REASONS))
    found = queries.requests(shop_id, state=state, reason=reason, words=words())
    counts = queries.outcome_counts(session(), shop_id)
    page = listing(found, (ReviewRequest.created_at, ReviewRequest.id), newest_first=True)
    return render_template(
        "collect/admin_requests.html",
        page=page,
        numbers=queries.order_numbers(session(), page.rows),
        state=state,
        reason=reason,
        words=words(),
        states=_by_state(counts),
        outcomes=_reasons(counts, state),
        reasons=sorted(AWAITING | SKIPPED | CANCELLED | DELAYED),
        sentence=sentence,
    )


@blueprint.get("/dry-run")
@require("request.read")
def try_rules() -> str:
    """What the rules would have sent for the orders of the last days; writes nothing."""
    days = int(chosen("days", tuple(str(period) for period in PERIODS)) or PERIODS[-1])
    run = dry_run(session(), actor().shop, days, most_orders=MOST_ORDERS)
    reason = chosen("reason", (*REASONS, "sent"))
    wanted = None if reason == "sent" else reason
    shown = [found for found in run.requests if not reason or found.reason == wanted]
    return render_template(
        "collect/admin_dry_run.html",
        run=run,
        days=days,
        periods=PERIODS,
        reason=reason,
        shown=shown[-MOST_SHOWN:][::-1],
        shown_of=len(shown),
        sentence=sentence,
    )


@blueprint.get("/<uuid:request_id>")
@require("request.read")
def one(request_id: UUID) -> str:
    """One request with its reminders, orders and everything that happened."""
    file = queries.request_file(session(), actor().shop.id, request_id)
    return render_template(
        "collect/admin_request.html", file=file, happenings=timeline(file), sentence=sentence
    )


@blueprint.post("/<uuid:request_id>/send-again")
@require("request.work")
def send_again(request_id: UUID) -> Response:
    """A person decides that an unknown message goes out once more."""
    found = queries.one_request(session(), actor().shop.id, request_id)
    mending.send_again(session(), found, by=actor().label)
    say("good", _("The message is planned again."))
    return redirect(url_for("requests.one", request_id=request_id))


@blueprint.post("/<uuid:request_id>/leave")
@require("request.work")
def leave(request_id: UUID) -> Response:
    """A person decides that an unknown message stays as it is."""
    found = queries.one_request(session(), actor().shop.id, request_id)
    mending.leave(session(), found, by=actor().label)
    say("good", _("The message is left as it is."))
    return redirect(url_for("requests.one", request_id=request_id))


def _by_state(counts: dict[tuple[str, str | None], int]) -> list[tuple[str, int, str]]:
    """(state, count, address) for the tabs; the first is all."""
    totals = [
        (state, sum(count for (of, _reason), count in counts.items() if of == state))
        for state in DELIVERY_STATES
    ]
    everything = ("", sum(counts.values()))
    kept = words() or None
    return [
        (state, count, url_for("requests.index", state=state or None, q=kept))
        for state, count in (everything, *totals)
        if count or not state or state == request.args.get("state")
    ]


def _reasons(counts: dict[tuple[str, str | None], int], state: str) -> list[tuple[str, int]]:
    """(reason, count) within the chosen state, most frequent first."""
    totals: dict[str, int] = {}
    for (of, reason), count in counts.items():
        if reason and (not state or of == state):
            totals[reason] = totals.get(reason, 0) + count
    return sorted(totals.items(), key=lambda item: (-item[1], item[0]))
