"""The API's doors for people in a picture: whom to ask, for which use, what they said (P5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.i18n import negotiate
from reviewapp.library.contents import one_file, shop_review
from reviewapp.library.depicted import Question, ask_depicted, take_back
from reviewapp.library.release_letter import handed_over
from reviewapp.library.schemas_people import AskPersonArgs, ReleaseAskArgs, ReleaseAskSchema
from reviewapp.models.release_ask import ReleaseAsk
from reviewapp.web.api import ApiBlueprint, idempotent, page_of, paged
from reviewapp.web.auth import actor, require
from reviewapp.web.session import kit, session

people = ApiBlueprint("people in pictures", "Who can be seen in a picture, and what they agree to.")
KEYS = (ReleaseAsk.asked_at, ReleaseAsk.id)
FIELDS = {
    "ask_party": "party", "ask_use": "channel", "ask_language": "language", "ask_address": "email",
}  # fmt: skip
"""How the page's fields are named here."""


@people.get("/release-requests")
@people.arguments(ReleaseAskArgs, location="query")
@people.response(200, paged(ReleaseAskSchema))
@require("library.use")
def asked(args: Mapping[str, Any]) -> Any:
    """Everybody who was asked, newest first."""
    page = page_of(_wanted(args), args, keys=KEYS)
    return page | {"items": [_told(one) for one in page["items"]]}


@people.post("/release-requests")
@idempotent
@people.arguments(AskPersonArgs)
@people.response(201, ReleaseAskSchema)
@require("library.use")
def ask(args: Mapping[str, Any]) -> Any:
    """Ask one person in a picture, or a guardian, for one use of it.

    With `email` they get one letter, once for a use of a file. Without, `link` is to be handed over
    to that person alone. Until everybody who was asked agrees, the file does not leave.
    """
    try:
        review, content = one_file(session(), actor().shop.id, args["asset"])
    except NotFound as error:
        raise Invalid(fields={"asset": ["No such asset, or not a picture or film."]}) from error
    question = Question(
        args["party"], args["channel"], args["language"] or negotiate(review.locale),
        args["email"] or "", args["where"],
    )  # fmt: skip
    try:
        made = ask_depicted(session(), kit(), review, content, question, by=actor())
    except Invalid as error:
        told = {FIELDS.get(name, name): told for name, told in error.fields.items()}
        raise Invalid(fields=told) from error
    return _told(made)


@people.get("/release-requests/<uuid:request_id>")
@people.response(200, ReleaseAskSchema)
@require("library.use")
def one(request_id: UUID) -> Any:
    """One question, and how it stands."""
    return _told(_one(request_id))


@people.post("/release-requests/<uuid:request_id>/take-back")
@idempotent
@people.response(200, ReleaseAskSchema)
@require("library.use")
def mistaken(request_id: UUID) -> Any:
    """A question to the wrong person is none any more; 409 once it was answered."""
    found = _one(request_id)
    review = shop_review(session(), actor().shop.id, found.review_id)
    take_back(session(), found, review, by=actor())
    session().refresh(found)
    return _told(found)


def _wanted(args: Mapping[str, Any]) -> Select[ReleaseAsk]:
    found = select(ReleaseAsk).where(ReleaseAsk.shop_id == actor().shop.id)
    columns = {"asset": ReleaseAsk.asset_id, "channel": ReleaseAsk.use, "state": ReleaseAsk.state}
    for name, column in columns.items():
        if args[name]:
            found = found.where(column == args[name])
    return found


def _one(request_id: UUID) -> ReleaseAsk:
    found = session().get(ReleaseAsk, request_id)
    if found is None or found.shop_id != actor().shop.id:
        raise NotFound
    return found


def _told(asked: ReleaseAsk) -> dict[str, Any]:
    """Never the address: it is deleted as soon as the question is settled."""
    return {
        "id": asked.id,
        "asset": asked.asset_id,
        "review": asked.review_id,
        "sha256": asked.subject_sha256,
        "channel": asked.use,
        "party": asked.party,
        "language": asked.language,
        "where": asked.note,
        "state": asked.state,
        "by_mail": asked.address_digest is not None,
        "link": handed_over(kit(), asked) or None,
        "asked_at": asked.asked_at,
        "answered_at": asked.answered_at,
    }
