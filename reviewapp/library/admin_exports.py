"""The door of what left: exports with their bundles, asks, take-downs, the report (P3, P4)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Invalid
from reviewapp.library import texts
from reviewapp.library.exporting import one_export, open_bundle
from reviewapp.library.noticing import prolong
from reviewapp.library.queries import (
    REPORT_COLUMNS,
    asks_of,
    exports_of,
    renewals_of,
    running_uses,
    what_left,
)
from reviewapp.library.renewing_exports import renew_export
from reviewapp.library.report import by_channel, report_pdf
from reviewapp.library.rules import NOTICE_DAYS
from reviewapp.library.taking_down import done, is_late, one_task, tasks
from reviewapp.models.library import Export, ExportItem, PermissionAsk, TakeDown
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import listing
from reviewapp.web.pages import gettext as _
from reviewapp.web.pages import ngettext
from reviewapp.web.session import kit, session
from reviewapp.web.typed import day, line

blueprint = Blueprint("exports", __name__, url_prefix="/admin/library")
gate_members(blueprint)


@blueprint.get("/exports")
@require("library.use")
def index() -> str:
    """Everything that was taken out, newest first."""
    found = exports_of(actor().shop.id)
    return render_template(
        "library/admin_exports.html",
        page=listing(found, (Export.created_at, Export.id), newest_first=True),
        soon=clock.now() + timedelta(days=max(NOTICE_DAYS)),
        texts=texts,
    )


@blueprint.get("/exports/<uuid:export_id>")
@require("library.use")
def one(export_id: UUID) -> str:
    """One export: its state, its bundle, what is in it."""
    return _export_page(one_export(session(), actor().shop.id, export_id))


@blueprint.post("/exports/<uuid:export_id>/until")
@require("library.use")
def longer(export_id: UUID) -> str | Response | tuple[str, int]:
    """Let it run until another day, where every permission in it reaches that far."""
    made = one_export(session(), actor().shop.id, export_id)
    try:
        refused = prolong(session(), actor().shop, made, day("until"), by=actor())
    except Invalid as error:
        return _export_page(made, _(error.fields["until"][0])), error.status
    if refused:
        return _export_page(made, " ".join(_(texts.why(code)) for code in refused)), 422
    say("good", _("Noted. It may run until then."))
    return redirect(url_for("exports.one", export_id=made.id), 303)


@blueprint.post("/exports/<uuid:export_id>/renewals")
@require("library.use")
def ask_longer(export_id: UUID) -> str | Response | tuple[str, int]:
    """Ask the authors of what ends in it whether it may run longer; it follows by itself."""
    made = one_export(session(), actor().shop.id, export_id)
    try:
        told = renew_export(session(), kit(), made, day("longer"), by=actor())
    except Invalid as error:
        wrong = next(iter(error.fields.values()))
        return _export_page(made, longer_fault=_(wrong[0])), error.status
    say("good", ngettext("%(num)s author is asked by mail.", "%(num)s authors are asked by mail.",
                         told))  # fmt: skip
    return redirect(url_for("exports.one", export_id=made.id, _anchor="longer"), 303)


@blueprint.get("/exports/<uuid:export_id>/bundle.zip")
@require("library.use")
def bundle(export_id: UUID) -> Response:
    """The bundle, as long as all of it may still leave; Gone afterwards."""
    made = one_export(session(), actor().shop.id, export_id)
    file = open_bundle(session(), kit(), actor().shop, made)
    response = Response(iter(lambda: file.read(65_536), b""), content_type="application/zip")
    response.call_on_close(file.close)
    response.headers["Content-Length"] = str(made.byte_count)
    name = f"{made.use}-{made.created_at:%Y-%m-%d}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/asks")
@require("library.use")
def asks() -> str:
    """Whom we asked for what, and what they said."""
    found = asks_of(actor().shop.id)
    return render_template(
        "library/admin_asks.html",
        page=listing(found, (PermissionAsk.asked_at, PermissionAsk.id), newest_first=True),
        texts=texts,
    )


@blueprint.get("/take-downs")
@require("library.use")
def take_downs() -> str | tuple[str, int]:
    """What has to come down, the nearest day first; `?done=1` for what did."""
    return _take_downs()


@blueprint.post("/take-downs/<uuid:task_id>")
@require("library.use")
def taken_down(task_id: UUID) -> str | Response | tuple[str, int]:
    """Note that it is gone, with a proof."""
    try:
        done(session(), one_task(session(), actor().shop.id, task_id), line("proof"), by=actor())
    except Invalid as error:
        return _take_downs(task_id, error), error.status
    except Conflict:
        say("info", _("Somebody noted it already."))
    else:
        say("good", _("Noted. Thank you."))
    return redirect(url_for("exports.take_downs"), 303)


@blueprint.get("/report.csv")
@require("library.use")
def report() -> Response:
    """Every recorded use with its ground and its end, for the legal team."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(REPORT_COLUMNS)
    for row in running_uses(session(), actor().shop.id):
        writer.writerow([_cell(row[name]) for name in REPORT_COLUMNS])
    response = Response(file.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="uses.csv"'
    return response


@blueprint.get("/report.pdf")
@require("library.use")
def printed_report() -> Response:
    """The same by channel, to be printed and filed."""
    made = report_pdf(
        actor().shop.name,
        by_channel(running_uses(session(), actor().shop.id)),
        clock.now(),
        _,
        {key: _(name) for key, name in (*texts.USES.items(), *texts.TAKE_DOWN_REASONS.items())},
    )
    response = Response(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="uses.pdf"'
    return response


def _export_page(made: Export, fault: str = "", longer_fault: str = "") -> str:
    faults = {"until": fault, "longer": longer_fault}
    return render_template(
        "library/admin_export.html",
        made=made,
        left=what_left(session(), ExportItem.export_id == made.id),
        texts=texts,
        fault=fault,
        longer_fault=longer_fault,
        typed=line("until"),
        typed_longer=line("longer"),
        renewals=renewals_of(session(), made),
        errors=[(name, told) for name, told in faults.items() if told],
    )


def _take_downs(task_id: UUID | None = None, error: Invalid | None = None) -> str:
    finished = request.args.get("done") == "1"
    keys = (TakeDown.opened_at, TakeDown.id)
    fault = _(error.fields["proof"][0]) if error else ""
    page = listing(tasks(actor().shop.id, done=finished), keys, newest_first=finished)
    items = [task.export_item_id for task in page.rows]
    return render_template(
        "library/admin_take_downs.html",
        page=page,
        left={one.item.id: one for one in what_left(session(), ExportItem.id.in_(items))},
        finished=finished,
        today=clock.now().date(),
        is_late=is_late,
        faulty=task_id,
        fault=fault,
        errors=[(f"proof-{task_id}", fault)] if fault else [],
        texts=texts,
    )


def _cell(value: object) -> str:
    """A cell no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
