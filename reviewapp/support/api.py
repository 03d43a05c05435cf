"""The API's doors for cases: read them, answer, note, solve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from reviewapp.models.case import Case, CaseMessage
from reviewapp.support import answering, queries
from reviewapp.support.answering import By
from reviewapp.support.links import customer_page
from reviewapp.support.schemas import (
    CaseArgs,
    CaseSchema,
    MessageSchema,
    NewMessageSchema,
    StateSchema,
    WholeCaseSchema,
)
from reviewapp.web.api import ApiBlueprint, idempotent, page_of, paged
from reviewapp.web.auth import actor, require
from reviewapp.web.session import session

cases = ApiBlueprint("cases", "People who asked for help, and the conversations with them.")


@cases.get("/cases")
@cases.arguments(CaseArgs, location="query")
@cases.response(200, paged(CaseSchema))
@require("case.read")
def case_list(args: Mapping[str, Any]) -> Any:
    """All cases, the newest first."""
    found = queries.cases(actor().shop.id)
    if args["state"]:
        found = found.where(Case.state == args["state"])
    if args["route"]:
        found = found.where(Case.route == args["route"])
    return page_of(found, args, keys=(Case.opened_at, Case.id))


@cases.get("/cases/<uuid:case_id>")
@cases.response(200, WholeCaseSchema)
@require("case.read")
def case(case_id: UUID) -> Any:
    """One case with its thread."""
    return queries.case_of(session(), actor().shop.id, case_id)


@cases.post("/cases/<uuid:case_id>/messages")
@idempotent
@cases.arguments(NewMessageSchema)
@cases.response(201, MessageSchema)
@require("case.work")
def add_message(told: Mapping[str, Any], case_id: UUID) -> CaseMessage:
    """Answer the customer by mail, or keep a note."""
    found = queries.case_of(session(), actor().shop.id, case_id, lock=True)
    by = By(actor().label, None, None)
    if told["direction"] == "note":
        return answering.add_note(session(), found, told["body"], by)
    return answering.answer(
        session(),
        actor().shop,
        found,
        told["body"],
        by,
        page_url=customer_page(found),
        next_update_at=told["next_update_at"],
    )


@cases.post("/cases/<uuid:case_id>/state")
@idempotent
@cases.arguments(StateSchema)
@cases.response(200, CaseSchema)
@require("case.work")
def set_state(told: Mapping[str, Any], case_id: UUID) -> Case:
    """Solve a case, let it wait, or open it again; the same again changes nothing."""
    found = queries.case_of(session(), actor().shop.id, case_id, lock=True)
    answering.set_state(
        session(), actor().shop, found, told["state"], By(actor().label, None, None)
    )
    return found
