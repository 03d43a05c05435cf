"""The admin's door for feeds: where each is, when it was written, what it had to leave out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template
from sqlalchemy import select

from reviewapp.core.errors import NotFound, OutsideFailed
from reviewapp.models.widget import ShopDocument
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import enter_shop, kit, release, session
from reviewapp.widgets.feeds.entry import NO_ADDRESS, NO_TITLE, NO_WORDS, STAFF
from reviewapp.widgets.feeds.writer import WRITTEN_WITH
from reviewapp.widgets.figures import store_summary
from reviewapp.widgets.writer import shop_folder

blueprint = Blueprint("feeds_admin", __name__, url_prefix="/admin/feeds")
gate_members(blueprint)


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One feed as it lies there; `reviews` is None where it was not written yet.

    `omitted` is by reason, then by star, one to five.
    """

    title: str
    about: str
    url: str
    written_at: datetime | None
    reviews: int | None
    omitted: dict[str, tuple[int, ...]]


@blueprint.get("", strict_slashes=False)
@require("catalog.read")
def index() -> str:
    """All feeds of the shop with their reports."""
    shop = actor().shop
    published = store_summary(session(), shop.id).count
    written = {
        row.path: row.published_at
        for row in session().execute(
            select(ShopDocument.path, ShopDocument.published_at).where(
                ShopDocument.shop_id == shop.id, ShopDocument.path.in_(WRITTEN_WITH)
            )
        )
    }
    release()
    names, rows = _names(), []
    for mark, exporters in WRITTEN_WITH.items():
        for exporter in exporters:
            folder = shop_folder(shop.widget_key)
            reviews, omitted = _report(f"{folder}/{exporter.report_file}")
            url = f"{kit().settings.public_url}/{folder}/{exporter.file}"
            rows.append(FeedRow(*names[exporter.name], url, written.get(mark), reviews, omitted))
    enter_shop(shop.id)
    return render_template(
        "widgets/admin_feeds.html", feeds=rows, published=published, reasons=_reasons()
    )


def _report(path: str) -> tuple[int | None, dict[str, tuple[int, ...]]]:
    try:
        told = json.loads(kit().published.read(path))
    except (NotFound, OutsideFailed):
        return None, {}
    omitted = {
        reason: tuple(by_star.get(str(star), 0) for star in range(1, 6))
        for reason, by_star in told["omitted"].items()
    }
    return told["reviews"], omitted


def _names() -> dict[str, tuple[str, str]]:
    return {
        "google-product-reviews": (
            _("Google product reviews"),
            _("XML for Merchant Center, where you give this address for fetching."),
        ),
        "google-merchant-api": (
            _("Google Merchant API"),
            _("One request a line, for a script of yours. Google has to enrol your account first."),
        ),
        "meta-product-reviews-csv": (
            _("Meta product reviews, CSV"),
            _("For Shops on Facebook and Instagram. Takes reviews without a title too."),
        ),
        "meta-product-reviews-json": (
            _("Meta product reviews, JSON"),
            _("The same for partners. It requires a title for each review."),
        ),
        "new-reviews-rss": (_("New reviews, RSS"), _("The newest 50, for any feed reader.")),
        "new-reviews-json": (
            _("New reviews, JSON Feed"),
            _("The newest 50, for feed readers and programs."),
        ),
    }


def _reasons() -> dict[str, str]:
    return {
        NO_WORDS: _("Stars without a text"),
        NO_TITLE: _("Without a title"),
        NO_ADDRESS: _("Product without a web address"),
        STAFF: _("By people who work for the shop"),
    }
