"""One request is one transaction: opened on first use, committed before the answer leaves."""

from __future__ import annotations

from uuid import UUID

from flask import Flask, Response, current_app, g
from sqlalchemy.orm import Session
from structlog.contextvars import bind_contextvars, clear_contextvars

from reviewapp.core.db import EVERY_SHOP, set_scope
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit


def kit() -> Kit:
    """The process's kit."""
    found: Kit = current_app.extensions["kit"]
    return found


def session() -> Session:
    """The request's session; above all shops until a gate has found out which shop it is."""
    if "session" not in g:
        g.session = kit().database.open(EVERY_SHOP)
    opened: Session = g.session
    return opened


def enter_shop(shop_id: UUID) -> None:
    """From here on the request sees this shop only (row-level security); its log lines name it."""
    set_scope(session(), shop_id)
    bind_contextvars(shop_id=str(shop_id))


def release() -> None:
    """End the transaction, unwritten, before slow work; the next use opens another, above shops.

    What was loaded stays readable but belongs to no session any more.
    """
    opened: Session | None = g.pop("session", None)
    if opened is not None:
        opened.close()


def bind_sessions(app: Flask) -> None:
    """Commit on success, undo on every error answer, always give the connection back."""

    @app.before_request
    def name_in_log() -> None:
        clear_contextvars()
        bind_contextvars(request_id=str(new_id()))

    @app.after_request
    def end_transaction(response: Response) -> Response:
        opened: Session | None = g.get("session")
        if opened is not None:
            if response.status_code < 400:
                kit().database.finish(opened)
            else:
                opened.rollback()
        return response

    @app.teardown_request
    def close_session(error: BaseException | None) -> None:
        release()
