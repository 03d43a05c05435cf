"""Pages that only the demo has beside its storefront: mailbox, clock, and the design gallery."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from reviewapp.core import clock
from reviewapp.core.errors import Invalid, NotFound, OutsideFailed
from reviewapp.core.i18n import SOURCE_LANGUAGE
from reviewapp.core.json import json_response
from reviewapp.demo.settling import go_forward
from reviewapp.demo.steps import demo_shop, first_steps, trail
from reviewapp.outbox.mailbox import FOLDER, messages
from reviewapp.web.auth import public
from reviewapp.web.flashes import heard
from reviewapp.web.forms import check_same_origin
from reviewapp.web.headers import STRICT
from reviewapp.web.language import speak
from reviewapp.web.session import enter_shop, kit, release, session

MADE_UP = "the demo's mail is made up"
PANE_POLICY = f"{STRICT}; frame-src 'self'"
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https:; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox allow-popups "
    "allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
MOST_DAYS = 400
LISTED = 200

blueprint = Blueprint("demo", __name__, url_prefix="/demo")
blueprint.before_request(lambda: speak(SOURCE_LANGUAGE))


@blueprint.get("")
@public("a signpost")
def start() -> Answer:
    """The storefront is where the demo begins."""
    return redirect("/demo/store")


@blueprint.get("/mailbox.json")
@public(MADE_UP)
def mailbox_json() -> Answer:
    """Every letter: `[{to, subject, html, text, headers, at}]`, newest first."""
    return json_response(messages(kit().settings.data_dir / FOLDER))


@blueprint.get("/mailbox")
@public(MADE_UP)
def mailbox() -> Response:
    """List and reading pane; `to` filters by recipient, `letter` opens one, `view` its text."""
    letters = _letters()
    wanted = request.args.get("to", "").strip()
    shown = [letter for letter in letters if wanted.casefold() in letter["to"].casefold()]
    number = request.args.get("letter", type=int)
    chosen = next((letter for letter in shown if letter["number"] == number), None)
    shop = demo_shop(session())
    enter_shop(shop.id)
    found = trail(session(), shop.id)
    page = render_template(
        "demo/mailbox.html",
        letters=shown[:LISTED],
        total=len(shown),
        chosen=chosen or next(iter(shown), None),
        opened=chosen is not None,
        wanted=wanted,
        view=request.args.get("view", "html"),
        zone=shop.time_zone,
        steps=first_steps(found),
        trail=found,
        messages=heard(),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = PANE_POLICY
    return response


@blueprint.get("/mailbox/<int:number>.html")
@public(MADE_UP)
def letter(number: int) -> Response:
    """One letter's HTML as a mail program shows it: no scripts, links open outside the pane."""
    found = next((one for one in _letters() if one["number"] == number), None)
    if found is None:
        raise NotFound()
    html = found["html"].replace("<head>", '<head><base target="_top">', 1)
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


@blueprint.post("/clock")
@public("the demo's clock is for everybody who looks at the demo")
def move_clock() -> Answer:
    """Move the one clock forward; answers once everything then due has been worked off."""
    check_same_origin()
    asked: Any = request.get_json(silent=True) if request.is_json else request.form
    days = _days(asked)
    release()
    now, settled = go_forward(kit(), timedelta(days=days))
    if not settled:
        raise OutsideFailed(message="The clock moved, but not everything due is worked off yet.")
    if request.is_json:
        return json_response({"now": now.isoformat(), "settled": True})
    return redirect(_own_path(request.form.get("back", "")), 303)


@blueprint.get("/design")
@public("the gallery shows components, no data")
def design() -> str:
    """Every component in every state; `?face=customer` as customers see them."""
    face = "customer" if request.args.get("face") == "customer" else "admin"
    return render_template(
        "demo/design.html",
        gallery_face=face,
        gallery_picture="/static/demo/products/juniper-dress.jpg",
        shop=demo_shop(session()),
        actor={"name": "Mara Lindqvist", "role": "owner"},
        now_at=clock.now(),
    )


def _days(asked: Any) -> float:
    try:
        days = float(asked["advance_days"])
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise Invalid(fields={"advance_days": ["A number of days, such as 8."]}) from error
    if not 0 <= days <= MOST_DAYS:
        raise Invalid(fields={"advance_days": [f"Between 0 and {MOST_DAYS}."]})
    return days


def _own_path(wanted: str) -> str:
    """Back to a page of the demo, never to another site."""
    return wanted if wanted.startswith("/demo/") and "\\" not in wanted else "/demo/store"


def _letters() -> list[dict[str, Any]]:
    """Newest first; the oldest letter is number 1."""
    found = messages(kit().settings.data_dir / FOLDER)
    for number, one in enumerate(reversed(found), start=1):
        one.update(number=number, arrived_at=datetime.fromisoformat(one["at"]))
    return found
