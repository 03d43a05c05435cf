"""The desk for reports: what readers found wrong with published reviews, and the answer to them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Conflict, Invalid
from reviewapp.models.review import Review
from reviewapp.moderate import queries, texts
from reviewapp.moderate.admin import asked_for
from reviewapp.moderate.blind import blind
from reviewapp.moderate.candidate import shown
from reviewapp.moderate.carrying_out import Decision
from reviewapp.moderate.reports import DISMISS, reported_reviews, reports_of, settle
from reviewapp.moderate.rules import decision_options
from reviewapp.moderate.service import By
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.pages import ngettext
from reviewapp.web.session import session

blueprint = Blueprint("reports", __name__, url_prefix="/admin/reports")
gate_members(blueprint)


@blueprint.get("", strict_slashes=False)
@require("review.decide")
def index() -> str:
    """Reviews with open reports, longest waiting first."""
    found = reported_reviews(session(), actor().shop.id)
    return render_template("moderate/admin_reports.html", found=found, texts=texts)


@blueprint.get("/<uuid:review_id>")
@require("review.decide")
def one(review_id: UUID) -> str:
    """One reported review, what readers said of it, and the decision; without its stars."""
    return _page(_review(review_id))


@blueprint.post("/<uuid:review_id>")
@require("review.decide")
def decision(review_id: UUID) -> Response | tuple[str, int]:
    """Settle all open reports of the review; errors keep what was typed."""
    review, action = _review(review_id), request.form.get("action", "")
    answer = request.form.get("answer", "").replace("\x00", "")
    by = By("member", actor().label, actor().id)
    try:
        asked = Decision(DISMISS) if action == DISMISS else asked_for(shown(review), action)
        if action not in (DISMISS, "refuse", "redact"):
            raise Invalid(fields={"action": [_("Choose what happens to the review.")]})
        number = settle(session(), review, asked, answer, by=by)
    except Invalid as error:
        return _page(review, error.fields), error.status
    except Conflict:
        say("info", _("Somebody was faster: these reports are settled."))
        return redirect(url_for("reports.index"), 303)
    say("good", ngettext("%(num)s report is settled and answered.",
                         "%(num)s reports are settled and answered.", number))  # fmt: skip
    return redirect(url_for("reports.index"), 303)


def _page(review: Review, wrong: dict[str, list[str]] | None = None) -> str:
    wrong = wrong or {}
    return render_template(
        "moderate/admin_report.html",
        item=blind(review, shown(review)),
        reports=reports_of(session(), review),
        options=decision_options(review.state).reasons,
        wrong={name: " ".join(map(_, told)) for name, told in wrong.items()},
        errors=[(name, _(text)) for name, told in wrong.items() for text in told],
        typed=request.form,
        texts=texts,
    )


def _review(review_id: UUID) -> Review:
    return queries.the_review(session(), actor().shop.id, review_id)
