"""The desk's door for incidents: low public reviews and how far each is put right."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy import Select, func, select
from werkzeug.wrappers import Response

from reviewapp.core.errors import NotFound
from reviewapp.models.case import Case, Incident, Pause
from reviewapp.models.catalog import Product
from reviewapp.models.review import Review
from reviewapp.support.incidents import resume
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import chosen, listing
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session

blueprint = Blueprint("incidents", __name__, url_prefix="/admin/incidents")
gate_members(blueprint)

VIEWS = ("open", "closed")


@blueprint.get("", strict_slashes=False)
@require("case.read")
def index() -> str:
    """Open incidents, the oldest first; or those put right."""
    view = chosen("view", VIEWS) or "open"
    return render_template(
        "support/admin_incidents.html",
        found=listing(
            _rows(actor().shop.id, view),
            (Incident.opened_at, Incident.id),
            newest_first=view == "closed",
        ),
        view=view,
        counts=_counts(actor().shop.id),
    )


@blueprint.post("/<uuid:incident_id>/resume")
@require("case.work")
def lift(incident_id: UUID) -> Response:
    """Let automation write to this customer again before all is done."""
    incident = session().scalar(
        select(Incident)
        .where(Incident.shop_id == actor().shop.id, Incident.id == incident_id)
        .with_for_update()
    )
    if incident is None:
        raise NotFound
    resume(session(), incident, by=actor().label)
    say("good", _("Automation may write to this customer again."))
    return redirect(url_for("incidents.index"))


def _rows(shop_id: UUID, view: str) -> Select[Incident, Review, Product, Case, Pause]:
    return (
        select(Incident, Review, Product, Case, Pause)
        .join(Review, Review.id == Incident.review_id)
        .join(Product, Product.id == Review.product_id)
        .outerjoin(Case, Case.id == Incident.case_id)
        .outerjoin(Pause, Pause.id == Incident.pause_id)
        .where(
            Incident.shop_id == shop_id,
            Incident.closed_at.is_(None) if view == "open" else Incident.closed_at.is_not(None),
        )
    )


def _counts(shop_id: UUID) -> dict[str, int]:
    row = session().execute(
        select(
            func.count().filter(Incident.closed_at.is_(None)),
            func.count().filter(Incident.closed_at.is_not(None)),
        ).where(Incident.shop_id == shop_id)
    ).one()  # fmt: skip
    return dict(zip(VIEWS, row, strict=True))
