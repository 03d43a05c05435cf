"""The pages on which a shop says how it helps, as far as a member may open them."""

from __future__ import annotations

from reviewapp.web.auth import actor
from reviewapp.web.pages import gettext as _


def tabs() -> list[tuple[str, str, str]]:
    """(key, address, label) of each page this member may open."""
    places = (
        ("macros", "/admin/helping/macros", _("Macros"), "case.read"),
        ("hours", "/admin/helping/hours", _("Hours and holidays"), "shop.edit"),
        ("targets", "/admin/helping/targets", _("Targets"), "shop.edit"),
        ("seasons", "/admin/helping/seasons", _("Season notes"), "shop.edit"),
        ("routing", "/admin/helping/routing", _("Routing rules"), "shop.edit"),
        ("numbers", "/admin/helping/numbers", _("Numbers"), "case.read"),
    )
    return [(key, href, label) for key, href, label, right in places if actor().may(right)]
