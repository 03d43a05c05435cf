"""Policies in the admin: every version, what it changed, and a new one."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from babel import Locale
from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Invalid
from reviewapp.core.i18n import LANGUAGES, SOURCE_LANGUAGE, zone_of
from reviewapp.models.policy import PolicyVersion
from reviewapp.rights.differences import differences
from reviewapp.support import policies
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.typed import line, text

blueprint = Blueprint("policies", __name__, url_prefix="/admin/policies")
gate_members(blueprint)


@blueprint.get("", strict_slashes=False)
@require("case.read")
def index() -> str:
    """All versions."""
    return _page({})


@blueprint.post("", strict_slashes=False)
@require("shop.edit")
def publish() -> Response | tuple[str, int]:
    """Keep a new version, or say what is wrong and keep what was typed."""
    try:
        version = policies.publish_policy(
            session(),
            actor().shop,
            kind=line("kind"),
            language=line("language"),
            body=text("body", policies.MOST_CHARACTERS + 1),
            url=line("url"),
            in_force_from=_moment(line("in_force_from")),
            by=actor().label,
            member_id=actor().id if actor().kind == "member" else None,
        )
    except Invalid as error:
        wrong = {name: sentences[0] for name, sentences in error.fields.items()}
        return _page(wrong), error.status
    say("good", _("Version %(number)s is kept.", number=version.number))
    return redirect(url_for("policies.one", version_id=version.id))


@blueprint.get("/<uuid:version_id>")
@require("case.read")
def one(version_id: UUID) -> str:
    """One version and what it changed."""
    version = policies.version_of(session(), actor().shop.id, version_id)
    before = policies.before(session(), version)
    return render_template(
        "support/admin_policy.html",
        version=version,
        kind_names=_kinds(),
        language_names=_languages(),
        before=before,
        pieces=differences(before.body if before else version.body, version.body),
    )


def _page(wrong: dict[str, str]) -> str:
    found: dict[tuple[str, str], list[PolicyVersion]] = {}
    for version in policies.versions(session(), actor().shop.id):
        found.setdefault((version.kind, version.language), []).append(version)
    return render_template(
        "support/admin_policies.html",
        found=found,
        kind_names=_kinds(),
        language_names=_languages(),
        wrong=wrong,
        typed={
            "kind": line("kind") or "returns",
            "language": line("language") or actor().shop.locale,
            "body": text("body", policies.MOST_CHARACTERS + 1),
            "url": line("url"),
            "in_force_from": line("in_force_from"),
        },
    )


def _moment(typed: str) -> datetime | None:
    """A moment on the shop's clock; empty: now."""
    if not typed:
        return None
    try:
        read = datetime.fromisoformat(typed)
    except ValueError as error:
        raise Invalid(fields={"in_force_from": ["A day and a time."]}) from error
    return read.replace(tzinfo=zone_of(actor().shop.time_zone)).astimezone(UTC)


def _languages() -> dict[str, str]:
    names = Locale(SOURCE_LANGUAGE).languages
    return {code: str(names[code]) for code in LANGUAGES}


def _kinds() -> dict[str, str]:
    return {
        "returns": _("Returns"),
        "shipping": _("Shipping"),
        "refunds": _("Refunds"),
        "terms": _("Terms"),
        "privacy": _("Privacy"),
    }
