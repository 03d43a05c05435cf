"""Pages that only the demo has: mailbox and clock. The storefront is in store.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.json import json_response
from reviewapp.core.kit import Kit
from reviewapp.demo.backlog import backlog_is_empty
from reviewapp.outbox.mailbox import messages
from reviewapp.web.auth import public
from reviewapp.web.session import kit

MAILBOX = "mailbox"
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https:; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox allow-popups "
    "allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
MOST_DAYS = 400

blueprint = Blueprint("demo", __name__, url_prefix="/demo")


def bind_settling(run_all: Callable[..., None]) -> None:
    """Take the top's errand runner: the clock answers only once everything due is done."""
    blueprint.record_once(lambda state: state.app.extensions.update(run_all=run_all))


@blueprint.get("/mailbox.json")
@public("the demo's mail is made up")
def mailbox_json() -> Response:
    """Every letter: `[{to, subject, html, text, headers, at}]`, newest first."""
    return json_response(_letters())


@blueprint.get("/mailbox")
@public("the demo's mail is made up")
def mailbox() -> str:
    """List and reading pane."""
    letters = _letters()
    wanted = request.args.get("to", "").strip().lower()
    shown = [letter for letter in letters if wanted in letter["to"].lower()]
    number = request.args.get("letter", type=int)
    chosen = next((letter for letter in shown if letter["number"] == number), None)
    return render_template(
        "demo/mailbox.html", letters=shown[:200], total=len(letters), chosen=chosen, wanted=wanted
    )


@blueprint.get("/mailbox/<int:number>.html")
@public("the demo's mail is made up")
def letter(number: int) -> Response:
    """One letter's HTML as a mail program shows it: no scripts, its own policy."""
    found = next((one for one in _letters() if one["number"] == number), None)
    if found is None:
        raise NotFound()
    response = Response(found["html"], content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


@blueprint.post("/clock")
@public("the demo's clock is for everybody who looks at the demo")
def move_clock() -> Response:
    """Move the one clock forward; answers once everything then due has been worked off."""
    asked: Any = request.get_json(silent=True) if request.is_json else request.form
    days = _days(asked)
    now = clock.advance(timedelta(days=days))
    _settle(kit())
    if request.is_json:
        return json_response({"now": now.isoformat(), "settled": True})
    return redirect(request.form.get("back") or "/demo/store")


def _days(asked: Any) -> float:
    try:
        days = float(asked["advance_days"])
    except (TypeError, KeyError, ValueError) as error:
        raise Invalid(fields={"advance_days": ["A number of days, such as 8."]}) from error
    if not 0 <= days <= MOST_DAYS:
        raise Invalid(fields={"advance_days": [f"Between 0 and {MOST_DAYS}."]})
    return days


def _settle(held: Kit) -> None:
    from flask import current_app

    current_app.extensions["run_all"](held, backlog_is_empty)


def _letters() -> list[dict[str, Any]]:
    found = messages(kit().settings.data_dir / MAILBOX)
    for number, one in enumerate(reversed(found), start=1):
        one["number"] = number
    return found
