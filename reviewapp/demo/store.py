"""The demo's storefront: a shop whose developer put our tags in, and a button that buys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.wrappers import Response

from reviewapp.core.errors import NotFound
from reviewapp.core.i18n import SOURCE_LANGUAGE
from reviewapp.demo.catalogue import Offer, offers
from reviewapp.demo.selection import KEY
from reviewapp.demo.steps import demo_shop, first_steps, place_order, trail
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.web.auth import public
from reviewapp.web.flashes import heard, say
from reviewapp.web.forms import check_same_origin
from reviewapp.web.language import speak
from reviewapp.web.session import enter_shop, kit, session
from reviewapp.widgets.rules import product_key

ANYBODY = "anybody may look at a storefront"
FEATURED = "juniper-dress"
OTHERS_SHOWN = 24
KINDS = ("dresses", "tops", "knitwear", "trousers", "skirts", "jackets")

blueprint = Blueprint("demo_store", __name__, url_prefix="/demo/store")
blueprint.before_request(lambda: speak(SOURCE_LANGUAGE))


@dataclass(frozen=True)
class Ware:
    """A product on the storefront: what the database has, and our copy where we wrote some."""

    id: str
    title: str
    picture: str | None
    offer: Offer | None


@blueprint.get("")
@public(ANYBODY)
def home() -> str:
    """The listing, with stars at every product, and what is said of one."""
    return home_page(enter(), request.args.get("kind", ""))


@blueprint.get("/products/<path:product_id>")
@public(ANYBODY)
def product(product_id: str) -> str:
    """A product's page as docs/widgets.md tells a developer to build it."""
    return product_page(enter(), product_id)


@blueprint.post("/products/<path:product_id>/buy")
@public("the demo's money is made up")
def buy(product_id: str) -> Response:
    """Place an order for one piece as somebody made up; it is delivered at once."""
    check_same_origin()
    placed = place_order(session(), enter(), product_id)
    say("good", f"{placed.buyer} bought the {placed.product_title}, and it has just arrived. "
        "Now let eight days pass.")  # fmt: skip
    return redirect(url_for("demo_store.product", product_id=product_id, _anchor="demo"), 303)


def enter() -> Shop:
    """The demo's shop, with the request bound to it."""
    shop = demo_shop(session())
    enter_shop(shop.id)
    return shop


def home_page(shop: Shop, kind: str = "", *, kept: bool = False) -> str:
    """The listing, of one kind where one is named; `kept`: for a file, see `kept_pages`."""
    all_wares = wares(shop)
    shown = [ware for ware in all_wares if not kind or (ware.offer and kind in ware.offer.tags)]
    featured = next((ware for ware in all_wares if ware.id == FEATURED), None)
    return _page(
        "home", shop, kept, wares=shown, kind=kind, kinds=KINDS, featured=featured, picked=KEY
    )


def product_page(shop: Shop, product_id: str, *, kept: bool = False) -> str:
    """One product's page; NotFound for an unknown one; `kept`: for a file."""
    found = session().scalars(
        select(Product).where(Product.shop_id == shop.id, Product.external_id == product_id)
    )
    row = found.first()
    if row is None:
        raise NotFound()
    others = [ware for ware in wares(shop) if ware.id != product_id and ware.offer][:4]
    return _page("product", shop, kept, ware=_ware(row), others=others)


@blueprint.app_template_global("published_summary")
def published_summary(widget_key: str, product_id: str) -> dict[str, Any] | None:
    """The published aggregate, as a shop's own server would read it; None before a review."""
    try:
        file = kit().published.read(f"{_folder(widget_key, product_id)}/head.json")
    except NotFound:
        return None
    summary: dict[str, Any] = orjson.loads(file)["summary"]
    return summary if summary["count"] else None


@blueprint.app_template_global("published_head")
def published_head(widget_key: str, product_id: str) -> Markup:
    """The published `head.html`, included by the server: what is read where scripts do not run."""
    try:
        file = kit().published.read(f"{_folder(widget_key, product_id)}/head.html")
    except NotFound:
        return Markup()
    return Markup(file.decode())  # noqa: S704  our own published document, escaped when written


@blueprint.app_template_global("included_head")
def included_head(widget_key: str, product_id: str, otherwise: str) -> Markup:
    """The same, left to the web server that sends the file (Server Side Includes)."""
    path = f"/demo/included/{widget_key}/products/{product_key(product_id)}/head.html"
    return Markup(
        '<!--# block name="none" -->{}<!--# endblock --><!--# include virtual="{}" stub="none" -->'
    ).format(otherwise, path)


@blueprint.app_template_global("document_key")
def document_key(product_id: str) -> str:
    """What names the product in addresses."""
    return product_key(product_id)


def _folder(widget_key: str, product_id: str) -> str:
    return f"p/v1/{widget_key}/products/{product_key(product_id)}"


def _page(name: str, shop: Shop, kept: bool, **values: Any) -> str:
    found = trail(session(), shop.id)
    return render_template(
        f"demo/store_{name}.html",
        store=shop,
        kept=kept,
        steps=first_steps(found),
        trail=found,
        messages=heard(),
        **values,
    )


def wares(shop: Shop) -> Sequence[Ware]:
    """Our own products in their order, then the newest that came in by the API or an import."""
    ours = list(offers())
    rows = session().scalars(
        select(Product)
        .where(Product.shop_id == shop.id)
        .order_by(Product.external_id.in_(ours).desc(), Product.id.desc())
        .limit(len(ours) + OTHERS_SHOWN)
    )
    found = [_ware(row) for row in rows]
    return sorted(found, key=lambda ware: ours.index(ware.id) if ware.offer else len(ours))


def _ware(row: Product) -> Ware:
    offer = offers().get(row.external_id)
    picture = f"/static/demo/products/{offer.id}.jpg" if offer else row.image_url
    return Ware(row.external_id, row.title, picture, offer)
