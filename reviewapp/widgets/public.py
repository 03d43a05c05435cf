"""Live queries of storefronts: other orders, filters and search; no cookies, keyset pages."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from flask import Blueprint, Request, Response, current_app, request
from marshmallow import ValidationError
from sqlalchemy import func, select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.i18n import negotiate, translator
from reviewapp.core.json import canonical_bytes
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.web.auth import public
from reviewapp.web.limits import client_address, limit_here
from reviewapp.web.session import kit
from reviewapp.web.storefront import external_id_of
from reviewapp.widgets.documents import review_json
from reviewapp.widgets.live_front import Answer, LiveAnswers
from reviewapp.widgets.live_queries import page_rows, rank_of
from reviewapp.widgets.reader import Reader, ReviewRow
from reviewapp.widgets.schemas import ReviewQuery, ReviewQuerySchema

BURST, PER_MINUTE = 120, 240

blueprint = Blueprint("widgets_public", __name__, url_prefix="/w/v1")
_schema = ReviewQuerySchema(unknown="exclude")


@blueprint.after_request
def open_to_all(response: Response) -> Response:
    """Any page may read this; nothing in it is personal to the reader."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/<widget_key>/products/<key>/reviews")
@public("storefronts read published reviews")
def reviews(widget_key: str, key: str) -> Response:
    """Published reviews of a product in the order and with the filters the shopper chose."""
    limit_here("widgets", client_address(), burst=BURST, per_minute=PER_MINUTE)
    asked = request.query_string.decode("latin-1")
    query = _read_query(asked)
    place = _place(widget_key, key)
    answers: LiveAnswers = current_app.extensions["live_answers"]
    head = answers.stamp(widget_key, key)
    with kit().database.reading(place.shop_id) as connection:
        rows = page_rows(connection, place.listing_id, query.wanted, limit=query.limit + 1)
        shown, more = rows[: query.limit], len(rows) > query.limit
        values = place.reader.shown(connection, shown)
    body = canonical_bytes(
        {
            "items": [review_json(values[row.position]) for row in shown],
            "next_cursor": _cursor(shown[-1], query.wanted.sort) if more else None,
        }
    )
    return _cached(answers.make(request.path, asked, head, body))


@dataclass(frozen=True, slots=True)
class Place:
    """A product a storefront asks about, and the voice of its shop."""

    shop_id: UUID
    listing_id: UUID
    reader: Reader


@lru_cache(maxsize=1024)
def _read_query(asked: str) -> ReviewQuery:
    """The query as a value; the same few filters are asked for of all products."""
    told = Request({"QUERY_STRING": asked}).args
    try:
        query: ReviewQuery = _schema.load({name: value for name, value in told.items() if value})
    except ValidationError as error:
        messages: dict[str, list[str]] = error.normalized_messages()  # type: ignore[no-untyped-call]  # marshmallow's own
        raise Invalid(fields=messages) from error
    return query


def _place(widget_key: str, key: str) -> Place:
    """Where to look; remembered for a minute, since ids never change and tongues seldom do."""
    return _known_place(kit(), widget_key, external_id_of(key), int(time.monotonic()) // 60)


@lru_cache(maxsize=4096)
def _known_place(kit: Kit, widget_key: str, external_id: str, minute: int) -> Place:
    if "\0" in widget_key:
        raise NotFound()
    with kit.database.transaction(EVERY_SHOP) as session:
        found = session.execute(
            select(
                Shop.id, func.coalesce(Product.listing_id, Product.id), Shop.locale, Shop.time_zone
            )
            .join(Product, Product.shop_id == Shop.id)
            .where(Shop.widget_key == widget_key, Product.external_id == external_id)
        ).first()
    if found is None:
        raise NotFound()
    shop_id, listing_id, locale, time_zone = found
    return Place(shop_id, listing_id, Reader(translator(negotiate(locale)), time_zone))


def _cursor(last: ReviewRow, sort: str) -> str:
    return f"{rank_of(last, sort)}-{last.position}"


def _cached(answer: Answer) -> Response:
    """As `LiveFront` sends it the next time."""
    if answer.etag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers=answer.unchanged())
    return Response(answer.body, headers=answer.headers())
