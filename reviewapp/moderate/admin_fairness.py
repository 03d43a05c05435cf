"""The admin's door for fairness: what became of reviews by their stars, and every alarm."""

from __future__ import annotations

from flask import Blueprint, render_template

from reviewapp.moderate import texts
from reviewapp.moderate.fairness import WINDOW_DAYS, alarms, fairness, last_check
from reviewapp.moderate.fairness_rules import ERROR_RATE, STARS
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.session import session

blueprint = Blueprint("fairness", __name__, url_prefix="/admin/fairness")
gate_members(blueprint)


@blueprint.get("", strict_slashes=False)
@require("report.read")
def index() -> str:
    """Decided reviews by stars, the gaps beyond chance, refusals by reason, alarms on record."""
    shop_id = actor().shop.id
    return render_template(
        "moderate/admin_fairness.html",
        found=fairness(session(), shop_id),
        last=last_check(session(), shop_id),
        alarms=alarms(session(), shop_id),
        days=WINDOW_DAYS,
        error_rate=ERROR_RATE,
        stars=STARS,
        texts=texts,
    )
