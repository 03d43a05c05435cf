"""The first page after signing in: what needs me now, and this week's four numbers."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from reviewapp.accounts import needs, queries
from reviewapp.accounts.fairness_alarm import fairness_alarm
from reviewapp.accounts.queries import Trend
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import kit, session

blueprint = Blueprint("home", __name__, url_prefix="/admin")
gate_members(blueprint)

NEEDS = (
    ("cases", "case.work", queries.cases_due_soon),
    ("reviews", "review.decide", queries.reviews_to_decide),
    ("alerts", "improvement.work", needs.alerts_open),
    ("low", "review.reply", queries.low_reviews_unanswered),
    ("approvals", "review.reply", needs.replies_to_approve),
    ("questions", "review.reply", needs.questions_waiting),
    ("improvements", "improvement.work", needs.improvements_due),
    ("take_downs", "library.use", needs.take_downs_late),
    ("uses", "library.use", needs.uses_ending),
    ("unknown", "request.work", queries.messages_unknown),
    ("events", "log.read", queries.events_failed),
)
"""What may need somebody: only those are asked who could do something about it."""


@blueprint.get("/", strict_slashes=False)
@require("report.read")
def home() -> str | Response:
    """Home."""
    shop_id = actor().shop.id
    found = {name: look(session(), shop_id) for name, action, look in NEEDS if actor().may(action)}
    steps = queries.first_steps(session(), shop_id)
    return render_template(
        "accounts/home.html",
        alarm=fairness_alarm(session(), shop_id),
        needs=found,
        may_act=bool(found),
        trends={name: _told(name, trend) for name, trend in _trends().items()},
        steps=steps,
        steps_left=sum(not done for done in steps.values()),
        demo=kit().settings.demo,
    )


def _trends() -> dict[str, Trend]:
    return dict(queries.trends(session(), actor().shop.id))


def _told(name: str, trend: Trend) -> dict[str, object]:
    """A number as people read it, and how it compares with the seven days before."""
    spoken = _hours if name == "first_response" else _whole
    return {
        "value": _("none yet") if trend.now is None else spoken(trend.now),
        "change": _change(trend, spoken),
        "values": [0 if value is None and name != "first_response" else value
                   for value in trend.values],
    }  # fmt: skip


def _change(trend: Trend, spoken: Callable[[float], str]) -> str:
    if trend.now is None or trend.before is None:
        return ""
    difference = trend.now - trend.before
    amount = spoken(abs(difference))
    if amount == spoken(0):
        return _("as in the 7 days before")
    if difference > 0:
        return _("%(amount)s more than in the 7 days before", amount=amount)
    return _("%(amount)s less than in the 7 days before", amount=amount)


def _whole(number: float) -> str:
    return f"{round(number):,}"


def _hours(hours: float) -> str:
    minutes = round(hours * 60)
    if minutes < 60:
        return _("%(minutes)s min", minutes=minutes)
    if minutes < 48 * 60:
        hours, left = divmod(minutes, 60)
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=left) if left else f"{hours} h"
    return _("%(days)s days", days=round(minutes / 60 / 24, 1))
