"""The desk's door for what is done to a case: owner, state, tags, merging, escalation, macros."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from reviewapp.core.errors import Conflict, Invalid
from reviewapp.models.case import Case
from reviewapp.support import answering, queries, working
from reviewapp.support.admin_case import again, back, case_page, local_text, locked, the_by
from reviewapp.support.escalating import escalate, lift
from reviewapp.support.macro_facts import macro_facts, next_update_for
from reviewapp.support.macros import fill, in_force
from reviewapp.support.merging import merge, split
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.typed import line, lines, text

blueprint = Blueprint("case_work", __name__, url_prefix="/admin/cases")
gate_members(blueprint)

Page = str | tuple[str, int] | Response


@blueprint.post("/<uuid:case_id>/assign")
@require("case.work")
def assign(case_id: UUID) -> Page:
    """Take the case, or give it to somebody."""
    found, wanted = locked(case_id), line("member")
    people = {str(member.id): member for member in queries.workers(session(), found.shop_id)}
    people.setdefault(str(actor().id), actor())  # type: ignore[arg-type]  # has an id and a name
    if wanted and wanted not in people:
        raise Invalid(fields={"member": ["Somebody of this team who works on cases."]})
    answering.assign(session(), found, people[wanted].id if wanted else None, the_by())
    say("good", _("%(name)s has this case.", name=people[wanted].name) if wanted
        else _("Nobody has this case now."))  # fmt: skip
    return back(found)


@blueprint.post("/<uuid:case_id>/state")
@require("case.work")
def state(case_id: UUID) -> Page:
    """Solve, wait for the customer, or open again."""
    found = locked(case_id)
    answering.set_state(session(), actor().shop, found, line("state"), the_by())
    said = {"solved": _("Solved."), "open": _("Open again."), "waiting": _("Waiting.")}
    say("good", said[found.state])
    return back(found)


@blueprint.post("/<uuid:case_id>/details")
@require("case.work")
def details(case_id: UUID) -> Page:
    """Priority, kind of problem, kind of refund, tags and follow-up, in one form."""
    found, by = locked(case_id), the_by()
    try:
        working.set_priority(session(), found, line("priority"), by)
        working.set_route(session(), actor().shop, found, line("route"), line("refund_kind"), by)
        own = [tag for told in lines("own_tags") for tag in told.split(",")]
        working.set_tags(session(), found, [*request.form.getlist("tags"), *own], by)
        working.set_follow_up(session(), found, _day("follow_up_on"), by)
    except Invalid as error:
        return again(case_id, error)
    say("good", _("Kept."))
    return back(found)


@blueprint.post("/<uuid:case_id>/steps")
@require("case.work")
def tick(case_id: UUID) -> Page:
    """Tick the steps of the walk through a first incident."""
    found = locked(case_id)
    working.tick_steps(session(), found, request.form.getlist("step"), the_by())
    say("good", _("Kept."))
    return back(found)


@blueprint.post("/<uuid:case_id>/macro")
@require("case.work")
def use_macro(case_id: UUID) -> Page:
    """Put a saved answer into the draft, filled from the case; works without scripts."""
    found = queries.case_of(session(), actor().shop.id, case_id)
    macro = in_force(session(), found.shop_id, found.language).get(line("macro"))
    if macro is None:
        raise Invalid(fields={"macro": ["One of the macros in the list."]})
    proposed = next_update_for(session(), actor().shop, found)
    filled = fill(macro.body, macro_facts(session(), actor().shop, found, proposed))
    draft = "\n\n".join(part for part in (text("body"), filled) if part)
    promised = local_text(proposed) if "{date}" in macro.body else line("next_update_at")
    return case_page(found, checked=True, draft=draft, next_update=promised, macro_mark=macro.mark)


@blueprint.post("/<uuid:case_id>/merge")
@require("case.work")
def merge_into(case_id: UUID) -> Page:
    """Let another case of the same customer carry on with this one."""
    shop = actor().shop
    try:
        into_id = UUID(line("into"))
    except ValueError as error:
        raise Invalid(fields={"into": ["One of this customer’s cases."]}) from error
    pair: dict[UUID, Case] = {}
    for each in sorted((case_id, into_id)):  # one order for everybody: no two wait for each other
        pair[each] = queries.case_of(session(), shop.id, each, lock=True)
    merge(session(), shop, pair[case_id], pair[into_id], the_by())
    say("good", _("Merged: this case carries on."))
    return back(pair[into_id])


@blueprint.post("/<uuid:case_id>/split")
@require("case.work")
def split_lines(case_id: UUID) -> Page:
    """A case of its own for some lines of the order."""
    found = locked(case_id)
    try:
        chosen = [UUID(each) for each in request.form.getlist("lines")]
        new = split(session(), actor().shop, found, chosen, the_by())
    except ValueError as error:
        raise Invalid(fields={"lines": ["Lines of this order."]}) from error
    except (Invalid, Conflict) as error:
        return again(case_id, error)
    say("good", _("Split: this is the new case."))
    return back(new)


@blueprint.post("/<uuid:case_id>/escalate")
@require("case.work")
def escalate_now(case_id: UUID) -> Page:
    """Hand the case to a member who may decide."""
    found = locked(case_id)
    escalate(session(), actor().shop, found, "hand", by=actor().label)
    say("good", _("Escalated: somebody who may decide has it, and nothing is sent by itself."))
    return back(found)


@blueprint.post("/<uuid:case_id>/lift")
@require("case.decide")
def lift_stop(case_id: UUID) -> Page:
    """Let automation resume for this customer."""
    found = locked(case_id)
    lift(session(), found, the_by())
    say("good", _("Automation may write to this customer again."))
    return back(found)


def _day(name: str) -> date | None:
    typed = line(name)
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as error:
        raise Invalid(fields={name: ["A day, such as 2026-12-24."]}) from error
