"""Reactions that gave up: what did not follow, and trying it again."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy import select, update
from werkzeug.wrappers import Response

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import exactly_one, ping_after_commit, rows_changed
from reviewapp.models.outbox import OutboxEvent
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import listing
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session

blueprint = Blueprint("failures", __name__, url_prefix="/admin/failures")
gate_members(blueprint)


@blueprint.get("", strict_slashes=False)
@require("log.read")
def index() -> str:
    """Events whose reactions gave up, the newest first."""
    failed = select(OutboxEvent).where(
        OutboxEvent.shop_id == actor().shop.id, OutboxEvent.state == "failed"
    )
    return render_template(
        "accounts/failures.html", found=listing(failed, (OutboxEvent.id,), newest_first=True)
    )


@blueprint.post("/<uuid:event_id>/again")
@require("log.read")
def again(event_id: UUID) -> Response:
    """Owe the reactions anew; those that are through are not repeated."""
    retry = (
        update(OutboxEvent)
        .where(
            OutboxEvent.shop_id == actor().shop.id,
            OutboxEvent.id == event_id,
            OutboxEvent.state == "failed",
        )
        .values(state="pending", attempts=0, due_at=clock.now(), claimed_at=None)
    )
    exactly_one(rows_changed(session(), retry))
    record(
        session(), shop_id=actor().shop.id, actor=actor().label, action="event.retried",
        subject=f"event:{event_id}",
    )  # fmt: skip
    ping_after_commit(session(), "events")
    say("good", _("It is being tried again."))
    return redirect(url_for("failures.index"))
