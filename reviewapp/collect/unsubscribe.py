"""Door of whoever wants no more requests: a confirming page, and one click for mail programs."""

from __future__ import annotations

from flask import Blueprint, g, make_response, render_template
from werkzeug.wrappers import Response

from reviewapp.collect.link import bound_text
from reviewapp.collect.opting_out import is_unsubscribed, subscriber, unsubscribe
from reviewapp.core.errors import NotFound
from reviewapp.core.i18n import negotiate
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Customer
from reviewapp.web.auth import public
from reviewapp.web.language import chosen_language, speak
from reviewapp.web.limits import client_address, limit
from reviewapp.web.session import enter_shop, kit, session

HOLDER = "whoever holds the signed link in a mail's foot or header"
blueprint = Blueprint("unsubscribe", __name__)


@blueprint.get("/u/<token>")
@public(HOLDER)
def confirm(token: str) -> Response:
    """Ask once; nothing changes by opening a link (G11)."""
    customer = _enter(token)
    return _page(done=is_unsubscribed(session(), customer))


@blueprint.post("/u/<token>")
@public(HOLDER)
def end(token: str) -> Response:
    """Stop all requests to this address; mail programs post here by themselves (RFC 8058).

    No origin is asked for and no cookie: the link is the authority, and the same again is done.
    """
    customer = _enter(token)
    unsubscribe(session(), customer)
    return _page(done=True)


def _enter(token: str) -> Customer:
    bound_text()
    limit("unsubscribe.address", client_address(), burst=300, per_minute=300)
    customer = subscriber(session(), kit().links.read("unsubscribe", token))
    if customer is None:
        raise NotFound("link_unknown")
    enter_shop(customer.shop_id)
    g.shop = session().get_one(Shop, customer.shop_id)
    speak(chosen_language() or negotiate(customer.locale, negotiate(g.shop.locale)))
    return customer


def _page(*, done: bool) -> Response:
    return make_response(render_template("collect/customer_unsubscribe.html", done=done, errors=[]))
