"""The API's doors for what a shop sells and what it sold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from reviewapp.core.errors import Invalid, NotFound
from reviewapp.integrations import queries, service
from reviewapp.integrations.products import CREATED, UNCHANGED, UPDATED
from reviewapp.integrations.products import put_product as take_product
from reviewapp.integrations.schemas import (
    OrderEventSchema,
    OrderFactsSchema,
    OrderSchema,
    ProductFactsSchema,
    ProductSchema,
    fits_a_folder,
)
from reviewapp.models.catalog import Order, Product
from reviewapp.web.api import ApiBlueprint, PageArgs, idempotent, page_of, paged
from reviewapp.web.auth import actor, require
from reviewapp.web.session import session

products = ApiBlueprint("products", "What the shop sells; reviews stay with their product.")
orders = ApiBlueprint("orders", "What was bought, and what became of it.")

STATUS = {CREATED: 201, UPDATED: 200, UNCHANGED: 200}


@products.get("/products")
@products.arguments(PageArgs, location="query")
@products.response(200, paged(ProductSchema))
@require("catalog.read")
def product_list(args: Mapping[str, Any]) -> Any:
    """All products, by their external_id."""
    found = queries.products(actor().shop.id)
    return page_of(found, args, keys=(Product.external_id,), newest_first=False)


@products.get("/products/<path:external_id>")
@products.response(200, ProductSchema)
@require("catalog.read")
def product(external_id: str) -> Any:
    """One product."""
    found = session().scalar(
        queries.products(actor().shop.id).where(Product.external_id == external_id)
    )
    if found is None:
        raise NotFound()
    return found


@products.put("/products/<path:external_id>")
@products.arguments(ProductFactsSchema)
@products.response(200, ProductSchema)
@products.alt_response(201, schema=ProductSchema, success=True)
@require("catalog.write")
def put_product(facts: Mapping[str, Any], external_id: str) -> Any:
    """Create a product, or change what is told; what is not told stays."""
    try:
        fits_a_folder(external_id)
    except ValidationError as error:
        raise Invalid(fields={"external_id": [str(text) for text in error.messages]}) from error
    who = actor()
    item, outcome = take_product(session(), who.shop.id, external_id, facts, by=who.label)
    session().flush()
    session().refresh(item, ["summary"])
    return item, STATUS[outcome]


@orders.get("/orders/<path:external_id>")
@orders.response(200, OrderSchema)
@require("catalog.read")
def order(external_id: str) -> Any:
    """One order with its lines and what became of each."""
    return _order(external_id)


@orders.put("/orders/<path:external_id>")
@orders.arguments(OrderFactsSchema)
@orders.response(200, OrderSchema)
@orders.alt_response(201, schema=OrderSchema, success=True)
@require("catalog.write")
def put_order(facts: Mapping[str, Any], external_id: str) -> Any:
    """Create an order, or change what is told; the same again changes nothing."""
    _, outcome = service.put_order(session(), actor().shop.id, external_id, facts)
    return _order(external_id), STATUS[outcome]


@orders.post("/orders/<path:external_id>/events")
@idempotent
@orders.arguments(OrderEventSchema)
@orders.response(201, OrderSchema)
@orders.alt_response(200, schema=OrderSchema, success=True)
@require("catalog.write")
def add_event(event: Mapping[str, Any], external_id: str) -> Any:
    """Tell what happened: in any order, as often as you like. 200: it was known already."""
    outcome = service.record_event(
        session(),
        _order(external_id),
        event["type"],
        event["at"],
        event["lines"],
        event["tracking"],
    )
    return _order(external_id), STATUS[outcome]


def _order(external_id: str) -> Order:
    session().flush()
    found = queries.order(session(), actor().shop.id, external_id)
    if found is None:
        raise NotFound()
    return found
