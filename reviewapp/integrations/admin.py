"""Products, orders and imports in the admin; a file of orders can be brought in here."""

from __future__ import annotations

import tempfile
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import Invalid
from reviewapp.integrations import catalog, order_rows
from reviewapp.integrations.csv_file import read_table
from reviewapp.integrations.order_import import import_orders
from reviewapp.models.catalog import Order, Product
from reviewapp.models.integration import ImportRun
from reviewapp.models.review_request import ReviewRequest
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.limits import limit
from reviewapp.web.listing import like, listing, words
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import enter_shop, kit, release, session

blueprint = Blueprint("catalog", __name__, url_prefix="/admin")
gate_members(blueprint)


@blueprint.get("/products")
@require("catalog.read")
def products() -> str:
    """What the shop sells, by title."""
    typed = words()
    rows = catalog.product_rows(actor().shop.id, like(typed) if typed else "")
    return render_template(
        "integrations/admin_products.html",
        found=listing(rows, (Product.title, Product.id), newest_first=False),
        typed=typed,
    )


@blueprint.get("/orders")
@require("catalog.read")
def orders() -> str:
    """What was bought, the newest first."""
    typed = words()
    rows = catalog.order_rows(actor().shop.id, like(typed) if typed else "")
    return render_template(
        "integrations/admin_orders.html",
        found=listing(rows, (Order.ordered_at, Order.id), newest_first=True),
        typed=typed,
    )


@blueprint.get("/orders/<uuid:order_id>")
@require("catalog.read")
def order(order_id: UUID) -> str:
    """One order: lines with their facts, events as they were told, its request."""
    found = catalog.order_of(session(), actor().shop.id, order_id)
    asked = session().get(ReviewRequest, found.request_id) if found.request_id else None
    return render_template(
        "integrations/admin_order.html",
        order=found,
        events=catalog.events_of(session(), found),
        asked=asked,
        names={line.external_id: line.product.title for line in found.lines},
    )


@blueprint.get("/imports")
@require("catalog.write")
def imports() -> str:
    """Imports so far, and a form to bring in a file."""
    return _imports_page()


@blueprint.get("/imports/<uuid:run_id>")
@require("catalog.write")
def import_run(run_id: UUID) -> str:
    """One import: counts, and every row that was not taken with its reason."""
    return render_template(
        "integrations/admin_import.html",
        run=catalog.import_of(session(), actor().shop.id, run_id),
    )


@blueprint.post("/imports")
@require("catalog.write")
def upload() -> Response | tuple[str, int]:
    """Take in a CSV of orders; good rows are kept, bad rows are named."""
    limit("imports", str(actor().shop.id), burst=10, per_minute=4)
    shop_id, zone = actor().shop.id, ZoneInfo(actor().shop.time_zone)
    release()  # the import has transactions of its own
    try:
        _take_in(request.files.get("file"), shop_id, zone)
    except Invalid as error:
        enter_shop(shop_id)
        return _imports_page(error.message), error.status
    enter_shop(shop_id)
    run = catalog.newest_import(session(), shop_id)
    if run is None:
        return redirect(url_for("catalog.imports"))
    if not run.bad_count:
        say("good", _("All rows were taken in. Requests are being planned now."))
    return redirect(url_for("catalog.import_run", run_id=run.id))


def _take_in(sent: FileStorage | None, shop_id: UUID, zone: ZoneInfo) -> None:
    if sent is None or not sent.filename:
        raise Invalid("file_missing", _("Choose a file first."))
    with tempfile.TemporaryDirectory(prefix="reviewapp-import-") as folder:
        path = Path(folder) / (secure_filename(sent.filename)[-100:] or "orders.csv")
        sent.save(path)
        table = read_table(path)
        order_rows.columns(table)
        import_orders(
            kit(),
            shop_id,
            order_rows.read_orders(table, zone, clock.now()),
            layout="csv",
            file_name=path.name,
        )


def _imports_page(problem: str = "") -> str:
    return render_template(
        "integrations/admin_imports.html",
        found=listing(
            catalog.import_rows(actor().shop.id), (ImportRun.id,), newest_first=True, page=20
        ),
        errors=[("file", problem)] if problem else [],
    )
