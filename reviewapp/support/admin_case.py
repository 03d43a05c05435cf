"""One case as a page: its thread, its clocks, what is at hand, and a draft as it was left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Invalid
from reviewapp.core.i18n import zone_of
from reviewapp.models.case import TAGS, Case
from reviewapp.models.case_details import STEPS
from reviewapp.support import queries
from reviewapp.support.answering import By
from reviewapp.support.clocks import due_at
from reviewapp.support.clockwork import WARNED_AHEAD
from reviewapp.support.drafts import PARTS, lacking
from reviewapp.support.escalating import facts_of
from reviewapp.support.escalation_rules import refund_kind
from reviewapp.support.handoff.setup import handoffs_of, helpdesks
from reviewapp.support.hours import hours_of
from reviewapp.support.macro_facts import macro_facts, next_update_for
from reviewapp.support.macros import fill, in_force
from reviewapp.support.routing import macro_proposed
from reviewapp.support.texts import (
    escalations,
    parts,
    priorities,
    refund_kinds,
    routes,
    states,
    steps,
)
from reviewapp.support.writing_back import improvement_states, proposal, written_back
from reviewapp.web.auth import actor
from reviewapp.web.session import enter_shop, release, session
from reviewapp.web.typed import line, text

WALKED = ("delay", "return")
"""Routes whose first incidents are walked through; a low review is the third (playbook 4)."""


def case_page(
    found: Case,
    *,
    checked: bool = False,
    problems: Sequence[tuple[str, str]] = (),
    draft: str | None = None,
    next_update: str | None = None,
    macro_mark: str = "",
) -> str:
    """The page of a case; `draft` and `next_update` stand in for what was typed."""
    beside = queries.evidence(session(), found)
    typed = text("body") if draft is None else draft
    asked, names = queries.said_and_named(session(), found)
    missing = lacking(typed, asked, names)
    return render_template(
        "support/admin_case.html",
        case=found,
        **beside,
        **_words(),
        **_options(found, beside),
        **_macros(found),
        refund_proposed=_refund_proposed(found, asked),
        walk=_walk(found, beside),
        parts=[(part, parts()[part], typed and part not in missing) for part in PARTS],
        checked=checked,
        typed=typed,
        next_update=line("next_update_at") if next_update is None else next_update,
        macro_mark=macro_mark or line("macro_mark"),
        errors=list(problems),
        promise_at=_promise(found),
        **_lesson(found, beside),
        handoffs=handoffs_of(session(), found.id),
        helpdesks=[(each.id, each.name) for each in helpdesks(session(), found.shop_id)],
        me=actor().id,
        may_decide=actor().may("case.decide"),
    )


def _words() -> dict[str, Any]:
    """What the page calls things, and what is close to breaking."""
    return {
        "names": queries.member_names(session(), actor().shop.id),
        "routes": routes(),
        "states": states(),
        "priorities": priorities(),
        "escalations": escalations(),
        "refund_kinds": refund_kinds(),
        "horizon": _horizon(),
    }


def _macros(found: Case) -> dict[str, Any]:
    """Saved answers in the customer’s language, filled in; one that a rule proposes first."""
    shop = actor().shop
    proposed = next_update_for(session(), shop, found)
    facts = macro_facts(session(), shop, found, proposed)
    first = macro_proposed(session(), found)
    known = in_force(session(), shop.id, found.language).values()
    macros = sorted(known, key=lambda one: one.key != first)
    return {
        "macro_proposed": first,
        "proposed": local_text(proposed),
        "macros": [(one, fill(one.body, facts)) for one in macros],
        "macro_options": [(one.key, one.name) for one in macros],
    }


def again(case_id: UUID, error: Invalid | Conflict) -> tuple[str, int]:
    """The page as it was left, with what is wrong; nothing that was typed is lost."""
    release()
    enter_shop(actor().shop.id)
    found = queries.case_of(session(), actor().shop.id, case_id)
    problems = [(name, told) for name, texts in error.fields.items() for told in texts]
    page = case_page(found, checked=True, problems=problems or [("body", error.message)])
    return page, error.status


def locked(case_id: UUID) -> Case:
    """The case, in turn, for whoever is going to change it."""
    return queries.case_of(session(), actor().shop.id, case_id, lock=True)


def back(found: Case) -> Response:
    """To the case's page."""
    return redirect(url_for("cases.case", case_id=found.id))


def the_by() -> By:
    """Who works in this request."""
    return By(actor().label, actor().name, actor().id)


def typed_instant(name: str) -> datetime | None:
    """A day and time typed in the shop's zone; Invalid when it is neither."""
    typed = line(name)
    if not typed:
        return None
    try:
        local = datetime.fromisoformat(typed)
        return local.replace(tzinfo=zone_of(actor().shop.time_zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # year 1 and 9999 have no UTC in every zone
        raise Invalid(fields={name: ["A day and a time."]}) from error


def local_text(at: datetime | None) -> str:
    """An instant as a `datetime-local` field holds it, in the shop's zone."""
    zone = zone_of(actor().shop.time_zone)
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if at else ""


def _options(found: Case, beside: dict[str, Any]) -> dict[str, Any]:
    """What the forms beside a case offer."""
    people = queries.workers(session(), found.shop_id)
    told, zone = routes(), zone_of(actor().shop.time_zone)
    lines = beside["order"].lines if beside["order"] else []
    about = [one for one in lines if not found.order_line_ids or one.id in found.order_line_ids]
    return {
        "people": people,
        "owner_options": [(one.id, one.name) for one in people],
        "priority_options": [(name, label) for name, (label, _tone) in priorities().items()],
        "tag_options": [(tag, tag) for tag in dict.fromkeys((*TAGS, *found.tags))],
        "merge_options": [
            (one.id, f"{told[one.route]}, {one.opened_at.astimezone(zone):%Y-%m-%d %H:%M}")
            for one in beside["others"]
            if one.merged_into_id is None
        ],
        "split_options": [(one.id, one.product.title) for one in about],
    }


def _lesson(found: Case, beside: dict[str, Any]) -> dict[str, Any]:
    """What changes because of this case, and the form for it half filled in."""
    lines = beside["order"].lines if beside["order"] else []
    about = [one for one in lines if not found.order_line_ids or one.id in found.order_line_ids]
    titles = list(dict.fromkeys(one.product.title for one in about))
    return {
        "improvements": written_back(session(), found),
        "improvement_states": improvement_states(),
        "lesson": proposal(found, titles, found.assignee_id or actor().id),
    }


def _horizon() -> datetime:
    now = clock.now()
    return due_at(hours_of(session(), actor().shop), now, WARNED_AHEAD) or now


def _promise(found: Case) -> datetime | None:
    if found.state == "solved":
        return None
    return found.next_update_due_at if found.first_responded_at else found.first_response_due_at


def _refund_proposed(found: Case, asked: str) -> str | None:
    return None if found.refund_kind else refund_kind(facts_of(session(), found, asked))


def _walk(found: Case, beside: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """The steps of a first incident: (step, label, hint, done); none for other cases."""
    if found.route not in WALKED and beside["incident"] is None:
        return []
    told = steps()
    return [(step, *told[step], step in beside["done"]) for step in STEPS]
