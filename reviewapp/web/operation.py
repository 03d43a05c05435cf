"""For those who run it: liveness, readiness, metrics."""

from __future__ import annotations

from flask import Blueprint
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.json import json_response
from reviewapp.models.outbox import Mail, OutboxEvent
from reviewapp.models.review_request import ReviewRequest
from reviewapp.models.widget import Publication
from reviewapp.web.auth import public
from reviewapp.web.session import kit, session

blueprint = Blueprint("operation", __name__)


@blueprint.get("/healthz")
@public("a process that answers is alive")
def health() -> Response:
    """The process runs."""
    return json_response({"status": "ok"})


@blueprint.get("/readyz")
@public("names parts, no content")
def readiness() -> Response:
    """Database, queue and storage answer; 503 names what does not."""
    parts = {"database": _database(), "queue": kit().queues.alive(), "storage": _storage()}
    ready = all(parts.values())
    return json_response(
        {"status": "ok" if ready else "unavailable", **parts}, status=200 if ready else 503
    )


@blueprint.get("/metrics")
@public("counts only; keep it off the internet at the proxy")
def metrics() -> Response:
    """Backlogs as the database has them, so that every process tells the same."""
    registry = CollectorRegistry()
    now = clock.now()
    for name, text_, model, waiting in (
        ("events_due", "Events with reactions owed", OutboxEvent,
         (OutboxEvent.state == "pending") & (OutboxEvent.due_at <= now)),
        ("requests_due", "Requests whose time has come", ReviewRequest,
         (ReviewRequest.state == "planned") & (ReviewRequest.send_at <= now)),
        ("mails_due", "Letters whose time has come", Mail,
         (Mail.state == "planned") & (Mail.send_at <= now)),
        ("publications_due", "Products whose documents are behind", Publication,
         Publication.dirty_at.is_not(None)),
    ):  # fmt: skip
        count = session().scalar(select(func.count()).select_from(model).where(waiting))
        Gauge(f"reviewapp_{name}", text_, registry=registry).set(count or 0)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _database() -> bool:
    try:
        with kit().database.transaction(EVERY_SHOP) as probe:
            return bool(probe.scalar(text("SELECT 1")))
    except SQLAlchemyError:
        return False


def _storage() -> bool:
    try:
        kit().storage.put("probe", b"ok", content_type="text/plain")
        return kit().storage.read("probe") == b"ok"
    except OutsideFailed:
        return False
