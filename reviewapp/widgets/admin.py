"""The admin's door for the storefront: each tag to look at and to copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from reviewapp.core.errors import Invalid, OutsideFailed
from reviewapp.models.catalog import Product
from reviewapp.models.collection import Collection
from reviewapp.models.listing import RatingSummary
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.headers import STRICT
from reviewapp.web.limits import limit
from reviewapp.web.listing import chosen
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import enter_shop, kit, release, session
from reviewapp.web.typed import line
from reviewapp.widgets import snippets
from reviewapp.widgets.checking import check_address
from reviewapp.widgets.looks import LOOK_FIELDS, checks, look_of, style_sheet, told_ratio
from reviewapp.widgets.page_check import Finding
from reviewapp.widgets.platforms import OF_PRODUCT, PLATFORMS, Wanted, lines_for
from reviewapp.widgets.snippets import TAGS, Store

blueprint = Blueprint("storefront_admin", __name__, url_prefix="/admin/widget")
gate_members(blueprint)

OFFERED = 200
"""Products and selections to try a tag with."""
MOST_INSIDE = 80
"""Letters of the words inside a tag."""
WIDTHS, THEMES = ("desktop", "phone"), ("light", "dark")


@blueprint.get("", strict_slashes=False)
@require("catalog.read")
def widget() -> Response:
    """One tag live, at desk or phone width, with the lines to copy."""
    return _page(Checked())


@blueprint.post("/check")
@require("catalog.read")
def check() -> Response:
    """The same page with what the install check found on a page of the shop."""
    url = line("url", most=2000)
    limit("widgets.check", str(actor().shop.id), burst=10, per_minute=6)
    host, key = kit().settings.public_url, actor().shop.widget_key
    release()
    try:
        found = check_address(url, host=host, widget_key=key)
        checked = Checked(url, tuple(found), done=True)
    except (Invalid, OutsideFailed) as error:
        told = [text for texts in getattr(error, "fields", {}).values() for text in texts]
        checked = Checked(url, wrong=" ".join(told) or error.message)
    enter_shop(actor().shop.id)
    return _page(checked)


@dataclass(frozen=True)
class Checked:
    """What the install check found, or why it could not look."""

    url: str = ""
    findings: tuple[Finding, ...] = ()
    wrong: str = ""
    done: bool = False


def _page(checked: Checked) -> Response:
    shop = actor().shop
    store = Store(kit().settings.public_url, shop.widget_key)
    tag = chosen("tag", TAGS) or "list"
    products, selections = _products(), _selections()
    product = chosen("product", tuple(products)) or next(iter(products), "SKU")
    selection = chosen("selection", tuple(selections)) or next(iter(selections), "")
    theme = chosen("theme", THEMES) or "light"
    platform = chosen("platform", PLATFORMS) or "html"
    words = _inside(tag)
    page = render_template(
        "widgets/admin_widget.html",
        tag=tag,
        tags=_names(),
        told=_told(),
        product=product,
        products=list(products.items()),
        selection=selection,
        selections=list(selections.items()),
        width=chosen("width", WIDTHS) or "desktop",
        theme=theme,
        platform=platform,
        platforms=_platforms(),
        lines=lines_for(platform, Wanted(store, tag, product, selection, words)),
        inside=words.get(tag),
        of_product=tag in OF_PRODUCT,
        pinned=snippets.pinned_script_tag(store),
        frame=snippets.frame_snippet(store, tag, product, selection, _names()[tag]),
        preview=snippets.frame_path(store, tag, product, selection, theme=theme, lang=shop.locale),
        height=snippets.FRAME_HEIGHTS[tag],
        resize=snippets.RESIZE,
        policy=f"{store.folder}/policy.html",
        checked=checked,
        **_looks(),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = f"{STRICT}; frame-src 'self'"
    return response


def _looks() -> dict[str, Any]:
    """The look in the address, what it comes to, and how each pair of colours is told."""
    look = look_of(request.args)
    kept = {name: value for name, value in request.args.items() if name in LOOK_FIELDS}
    return {
        "look": look,
        "kept_look": kept,
        "palettes": {"light": _("On light pages"), "dark": _("On dark pages")},
        "densities": {"compact": _("Compact"), "normal": _("Normal"), "airy": _("Airy")},
        "checks": checks(look),
        "told_ratio": told_ratio,
        "sheet": style_sheet(look),
    }


def _products() -> dict[str, str]:
    """Titles by id, the reviewed ones first."""
    rows = session().execute(
        select(Product.external_id, Product.title)
        .outerjoin(RatingSummary, RatingSummary.product_id == Product.id)
        .where(Product.shop_id == actor().shop.id)
        .order_by(RatingSummary.next_position.desc().nulls_last(), Product.title, Product.id)
        .limit(OFFERED)
    )
    return {row.external_id: row.title for row in rows}


def _selections() -> dict[str, str]:
    rows = session().execute(
        select(Collection.key, Collection.title)
        .where(Collection.shop_id == actor().shop.id)
        .order_by(Collection.title, Collection.key)
        .limit(OFFERED)
    )
    return {row.key: row.title for row in rows}


def _names() -> dict[str, str]:
    names = {
        "stars": _("Stars"),
        "summary": _("Summary"),
        "list": _("Reviews"),
        "gallery": _("Gallery"),
        "carousel": _("Selection"),
        "questions": _("Questions"),
        "badge": _("Shop rating"),
        "form": _("Review form"),
    }
    return {tag: names[tag] for tag in TAGS}


def _told() -> dict[str, str]:
    return {
        "stars": _("Average and number of reviews, for below a title and for listing pages."),
        "summary": _("The average of all reviews, how the stars are spread, what is said often."),
        "list": _("All reviews of a product, with the shopper’s own filters and orders."),
        "gallery": _("Photos and films that customers sent with their reviews."),
        "carousel": _("Reviews you picked by hand, titled as a selection."),
        "questions": _("Questions about a product with their answers; shoppers can ask."),
        "badge": _("The rating of your whole shop. It is never told to search engines."),
        "form": _("Shoppers write a review here. A mail confirms it, then it is in the queue."),
    }


def _inside(tag: str) -> dict[str, str]:
    """What tags say without scripts; for `tag` the words in the address, if any."""
    said = {
        "list": _("Read all reviews"),
        "questions": _("Questions about this product"),
        "badge": _("All reviews of this shop"),
        "form": _("Write a review"),
    }
    own = " ".join(request.args.get("inside", "").split())[:MOST_INSIDE]
    return said | {tag: own} if own and tag in said else said


def _platforms() -> dict[str, tuple[str, str, str]]:
    """Name, where the script goes, where the tag goes."""
    places = {
        "html": (_("HTML"), _("In the head of every page."), ""),
        "shopify": (
            _("Shopify"),
            _("In layout/theme.liquid, before </head>."),
            _("In a Custom Liquid block on the product page, or in sections/main-product.liquid."),
        ),
        "woocommerce": (
            _("WooCommerce"),
            _("In functions.php of a child theme, or in a plugin for code snippets."),
            _("In the same place."),
        ),
        "bigcommerce": (
            _("BigCommerce"),
            _("In Storefront, Script Manager: header, all pages."),
            _("In templates/components/products/product-view.html of your Stencil theme."),
        ),
        "react": (
            _("React"),
            _("In index.html, or in the head of the root layout."),
            _("As a component; give it the product’s id as your shop sends it to us."),
        ),
    }
    return {platform: places[platform] for platform in PLATFORMS}
