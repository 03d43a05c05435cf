"""The API's doors for content: what may be used, taking it out, asking authors (P1, P4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import Invalid
from reviewapp.library import texts
from reviewapp.library.exporting import Plan, check, export, one_export, open_bundle
from reviewapp.library.picking import Picked, ask_authors, picked_by_id, told_assets
from reviewapp.library.queries import exports_of
from reviewapp.library.schemas import (
    AskArgs,
    AskingSchema,
    AssetArgs,
    AssetSchema,
    ExportSchema,
    NewExportSchema,
)
from reviewapp.models.library_asset import ORDER, LibraryAsset
from reviewapp.rights.leaving import free_for
from reviewapp.web.api import ApiBlueprint, idempotent, page_of, paged
from reviewapp.web.auth import actor, require
from reviewapp.web.session import kit, session

content = ApiBlueprint(
    "content", "What customers sent, what it may be used for, and where it was taken to."
)
KEYS = tuple(getattr(LibraryAsset, name) for name in ORDER)
ASK_HREF = "/api/v1/permission-requests"
ASK_PEOPLE_HREF = "/api/v1/release-requests"
PARTIES = {"others": "depicted", "guardian": "guardian"}
"""Refusal → whom to ask about it."""


@content.get("/assets")
@content.arguments(AssetArgs, location="query")
@content.response(200, paged(AssetSchema))
@require("library.use")
def assets(args: Mapping[str, Any]) -> Any:
    """Photos, films and words of published reviews, newest first.

    With `channel` only what may be used there now; a page can then hold fewer than `limit`.
    """
    found = select(LibraryAsset).where(
        LibraryAsset.shop_id == actor().shop.id, LibraryAsset.kind != "excerpt"
    )
    if args["kind"]:
        found = found.where(LibraryAsset.kind == args["kind"])
    if args["channel"]:
        found = found.where(getattr(LibraryAsset, f"{args['channel']}_until") > clock.now())
    page = page_of(found, args, keys=KEYS)
    rows = page["items"]
    if args["channel"]:
        rows = _really_free(rows, args["channel"])
    return page | {"items": told_assets(session(), actor().shop.id, rows)}


@content.post("/exports")
@idempotent
@content.arguments(NewExportSchema)
@content.response(201, ExportSchema)
@require("library.use")
def take_out(args: Mapping[str, Any]) -> Any:
    """Have a bundle made; fetch it when `state` is `made`.

    422 `export_refused` when anything may not leave: `refusals` says for each asset what is
    missing and what helps, `ask` how to ask the authors whose permission is missing, `ask_people`
    how to ask whoever is in it and has not agreed.
    """
    picked = picked_by_id(session(), actor().shop.id, args["assets"])
    plan = Plan(args["channel"], args["where"], args["until"])
    try:
        made = export(session(), actor().shop, plan, [one.pick for one in picked], by=actor())
    except Invalid as error:
        raise _explained(error, plan, picked, args) from error
    return one_export(session(), actor().shop.id, made.id)


@content.get("/exports")
@content.response(200, paged(ExportSchema))
@content.arguments(AssetArgs.from_dict({}, name="NoFilterArgs"), location="query")
@require("library.use")
def exports(args: Mapping[str, Any]) -> Any:
    """Everything that was taken out, newest first."""
    return page_of(exports_of(actor().shop.id), args)


@content.get("/exports/<uuid:export_id>")
@content.response(200, ExportSchema)
@require("library.use")
def one(export_id: UUID) -> Any:
    """One export with what is in it."""
    return one_export(session(), actor().shop.id, export_id)


@content.get("/exports/<uuid:export_id>/bundle")
@content.response(200, content_type="application/zip")
@require("library.use")
def bundle(export_id: UUID) -> Response:
    """The ZIP; 404 until it is made, 410 `export_ended` once something in it ended."""
    made = one_export(session(), actor().shop.id, export_id)
    file = open_bundle(session(), kit(), actor().shop, made)
    response = Response(iter(lambda: file.read(65_536), b""), content_type="application/zip")
    response.call_on_close(file.close)
    response.headers["Content-Length"] = str(made.byte_count)
    return response


@content.post("/permission-requests")
@idempotent
@content.arguments(AskArgs)
@content.response(201, AskingSchema)
@require("library.use")
def ask(args: Mapping[str, Any]) -> Any:
    """Ask each author by one mail, once for a use, with the very content; who was not is named.

    With `longer`, whether what they allowed with an end may run until the day named: once for each
    end, never after a no; a yes lets what was taken out run on.

    422 `nobody_asked` when there was nobody to ask.
    """
    picked = picked_by_id(session(), actor().shop.id, args["assets"])
    plan = Plan(args["channel"], args["where"], args["until"])
    asked, refused = ask_authors(
        session(), kit(), actor().shop, plan, picked, longer=args["longer"], by=actor()
    )
    not_asked = [
        {"review": review_id, "code": code, "title": texts.why_not_asked(code)}
        for review_id, code in refused.items()
    ]
    if not asked:
        error = Invalid("nobody_asked")
        error.members = {"not_asked": [one | {"review": str(one["review"])} for one in not_asked]}
        raise error
    return {"asked": asked, "not_asked": not_asked}


def _really_free(rows: Sequence[LibraryAsset], use: str) -> list[LibraryAsset]:
    """The projection finds, the ledger decides."""
    free = free_for(session(), {row.review_id for row in rows}, use)
    return [
        row
        for row in rows
        if (row.review_id in free.words if row.kind == "words" else row.id in free.files)
    ]


def _explained(
    error: Invalid, plan: Plan, picked: Sequence[Picked], args: Mapping[str, Any]
) -> Invalid:
    """The refusal as a program can act on it: each asset's reasons, and the question to send."""
    if error.code != "export_refused":
        fields = {"where" if name == "place" else name: told for name, told in error.fields.items()}
        return Invalid(error.code, fields=fields)
    checked = check(session(), actor().shop, plan, [one.pick for one in picked])
    refused = [(one, found.refusals) for one, found in zip(picked, checked, strict=True)]
    places = {
        f"assets.{place}": [texts.why(code) for code in codes]
        for place, (_one, codes) in enumerate(refused)
        if codes
    }
    told = Invalid("export_refused", fields=places)
    told.members["refusals"] = [
        {
            "asset": str(one.id),
            "reasons": [
                {"code": code, "title": texts.why(code), "mend": texts.MENDING.get(code)}
                for code in codes
            ],
        }
        for one, codes in refused
        if codes
    ]
    told.members |= _questions(plan, [(str(one.id), codes) for one, codes in refused])
    return told


def _questions(plan: Plan, refused: Sequence[tuple[str, Sequence[str]]]) -> dict[str, Any]:
    """The requests that ask whoever has not agreed: authors by one, people one by one."""
    found: dict[str, Any] = {}
    if missing := [asset for asset, codes in refused if "not_allowed" in codes]:
        until = plan.until and plan.until.isoformat()
        body = {"channel": plan.use, "assets": missing, "where": plan.place, "until": until}
        found["ask"] = {"method": "POST", "href": ASK_HREF, "body": body}
    if people := [
        {"channel": plan.use, "asset": asset, "party": PARTIES[code], "where": plan.place}
        for asset, codes in refused
        for code in codes
        if code in PARTIES
    ]:
        found["ask_people"] = [
            {"method": "POST", "href": ASK_PEOPLE_HREF, "body": body} for body in people
        ]
    return found
