"""One click on a case: its evidence pack."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, send_file

from reviewapp.audit.service import record
from reviewapp.core.errors import Conflict
from reviewapp.support import queries
from reviewapp.support.evidence.gathering import gather
from reviewapp.support.evidence.packing import pack
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.session import kit, release, session

blueprint = Blueprint("evidence", __name__, url_prefix="/admin/cases")
gate_members(blueprint)


@blueprint.post("/<uuid:case_id>/evidence")
@require("case.work")
def download(case_id: UUID) -> Response:
    """Make the pack and hand it over; that it was taken stands in the log, and in the pack."""
    shop, case = actor().shop, queries.case_of(session(), actor().shop.id, case_id)
    record(
        session(),
        shop_id=shop.id,
        actor=actor().label,
        action="case.evidence_taken",
        subject=f"case:{case.id}",
    )
    gathered = gather(session(), shop, case)
    if gathered.document["customer"]["email"] is None and not gathered.document["conversation"]:
        raise Conflict("conflict", "Everything about this customer was erased.")
    kit().database.finish(session())
    release()  # nobody waits in the database while files are read and written
    return send_file(
        pack(kit().storage, gathered),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"evidence-{case_id}.zip",
    )
