"""The web application: kit, doors, filters, error pages."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from reviewapp import models  # noqa: F401  # every table must be known before the first query
from reviewapp.core.kit import Kit
from reviewapp.core.process import ease_garbage_collection, process_settings
from reviewapp.core.settings import Settings, read_settings
from reviewapp.web.api import ApiBlueprint, bind_api
from reviewapp.web.errors import bind_errors
from reviewapp.web.flashes import bind_flashes
from reviewapp.web.headers import bind_headers
from reviewapp.web.navigation import bind_navigation
from reviewapp.web.pages import bind_pages
from reviewapp.web.session import bind_sessions

FORM_BYTES = 2 * 1024 * 1024
"""Room for a form's texts; files have their own limit."""


def create_app(settings: Settings | None = None, kit: Kit | None = None) -> Flask:
    """The application for one installation; `kit` is handed in by tests."""
    kit = kit or Kit(settings or read_settings())
    app = Flask(__name__, static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=most_form_bytes(kit.settings),
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        MAX_FORM_PARTS=500,
    )
    app.extensions["kit"] = kit
    bind_headers(app)
    bind_sessions(app)
    bind_errors(app)
    bind_pages(app)
    bind_flashes(app)
    bind_navigation(app)
    register_doors(app)
    if kit.settings.trusted_proxies:
        hops = kit.settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask's documented way
    return app


def most_form_bytes(settings: Settings) -> int:
    """A form's texts, more photos than it may have (each is told why), and one video."""
    return settings.max_upload_bytes * 10 + settings.max_video_bytes + FORM_BYTES


def register_doors(app: Flask) -> None:
    """Every door of every room; one line each."""
    from reviewapp.accounts import admin as accounts
    from reviewapp.accounts import failures, home, letters_admin, shop_admin, signin
    from reviewapp.collect import admin as requests_admin
    from reviewapp.integrations import admin as catalog
    from reviewapp.moderate import admin_fairness, admin_media, admin_reviews
    from reviewapp.moderate import admin_hands as queue
    from reviewapp.web import operation, static, theme
    from reviewapp.widgets import admin as storefront_admin
    from reviewapp.widgets import public, public_feedback
    from reviewapp.widgets.front import serve_published
    from reviewapp.widgets.live_front import serve_live

    app.register_blueprint(static.blueprint)
    app.register_blueprint(operation.blueprint)
    app.register_blueprint(theme.blueprint)
    app.register_blueprint(signin.blueprint)
    app.register_blueprint(home.blueprint)
    app.register_blueprint(failures.blueprint)
    app.register_blueprint(accounts.blueprint)
    app.register_blueprint(shop_admin.blueprint)
    app.register_blueprint(letters_admin.blueprint)
    app.register_blueprint(requests_admin.blueprint)
    _register_helping_doors(app)
    app.register_blueprint(catalog.blueprint)
    app.register_blueprint(queue.blueprint)
    app.register_blueprint(admin_reviews.blueprint)
    app.register_blueprint(admin_media.blueprint)
    _register_answering_doors(app)
    app.register_blueprint(admin_fairness.blueprint)
    app.register_blueprint(storefront_admin.blueprint)
    _register_library_doors(app)
    _register_customer_doors(app)
    app.register_blueprint(public.blueprint)
    app.register_blueprint(public_feedback.blueprint)
    serve_live(app, app.extensions["kit"])
    serve_published(app, app.extensions["kit"])
    bind_api(app, api_doors())


def _register_answering_doors(app: Flask) -> None:
    """The doors of those who answer in public, and of what is learnt from it."""
    from reviewapp.insights import admin as insights
    from reviewapp.moderate import admin_questions, admin_replies, admin_reports, admin_templates
    from reviewapp.support import admin_incidents, admin_policies
    from reviewapp.support.evidence import admin as evidence
    from reviewapp.support.handoff import admin as helpdesks
    from reviewapp.support.handoff import hooks as helpdesk_hooks

    app.register_blueprint(evidence.blueprint)
    app.register_blueprint(admin_policies.blueprint)
    app.register_blueprint(helpdesks.blueprint)
    app.register_blueprint(helpdesk_hooks.blueprint)
    app.register_blueprint(admin_replies.blueprint)
    app.register_blueprint(admin_reports.blueprint)
    app.register_blueprint(admin_questions.blueprint)
    app.register_blueprint(admin_templates.blueprint)
    app.register_blueprint(admin_incidents.blueprint)
    app.register_blueprint(insights.blueprint)
    app.register_blueprint(insights.alerts)


def _register_helping_doors(app: Flask) -> None:
    """The doors behind which a shop says how it helps, and those that mail comes in by."""
    from reviewapp.inbox import admin as mailboxes
    from reviewapp.inbox import hooks as mail_hooks
    from reviewapp.support import (
        admin,
        admin_hours,
        admin_macros,
        admin_pauses,
        admin_routing,
        admin_seasons,
        admin_targets,
        admin_work,
    )
    from reviewapp.support.figures import admin as case_numbers

    app.register_blueprint(admin.blueprint)
    app.register_blueprint(admin_work.blueprint)
    app.register_blueprint(admin_hours.blueprint)
    app.register_blueprint(admin_macros.blueprint)
    app.register_blueprint(admin_pauses.blueprint)
    app.register_blueprint(admin_routing.blueprint)
    app.register_blueprint(admin_targets.blueprint)
    app.register_blueprint(admin_seasons.blueprint)
    app.register_blueprint(case_numbers.blueprint)
    app.register_blueprint(mailboxes.blueprint)
    app.register_blueprint(mail_hooks.blueprint)


def _register_library_doors(app: Flask) -> None:
    """The doors of those who use content elsewhere."""
    from reviewapp.library import (
        admin,
        admin_exports,
        admin_pieces,
        admin_rights,
        admin_shelves,
        admin_texts,
    )
    from reviewapp.widgets import collections_admin, feeds_admin

    app.register_blueprint(collections_admin.blueprint)
    app.register_blueprint(feeds_admin.blueprint)
    app.register_blueprint(admin.blueprint)
    app.register_blueprint(admin_pieces.blueprint)
    app.register_blueprint(admin_shelves.blueprint)
    app.register_blueprint(admin_exports.blueprint)
    app.register_blueprint(admin_texts.blueprint)
    app.register_blueprint(admin_rights.blueprint)


def _register_customer_doors(app: Flask) -> None:
    """The doors of those who buy: behind a link, and on the storefront."""
    from reviewapp.collect import author, confirming, customer, unsubscribe, uploads
    from reviewapp.collect import public as storefront
    from reviewapp.library import customer as permission
    from reviewapp.library import customer_release
    from reviewapp.support import customer as helped
    from reviewapp.support.seasons import season_word
    from reviewapp.support.service import open_case

    app.register_blueprint(customer.blueprint, open_case=open_case, season_word=season_word)
    app.register_blueprint(author.blueprint)
    app.register_blueprint(uploads.blueprint)
    app.register_blueprint(unsubscribe.blueprint)
    app.register_blueprint(storefront.blueprint)
    app.register_blueprint(confirming.blueprint)
    app.register_blueprint(permission.blueprint)
    app.register_blueprint(customer_release.blueprint)
    app.register_blueprint(helped.blueprint)


def api_doors() -> list[ApiBlueprint]:
    """Every subject of the JSON API, in the order in which it is described."""
    from reviewapp.collect import api as collect_api
    from reviewapp.integrations import api as integrations_api
    from reviewapp.library import api as library_api
    from reviewapp.library import api_people
    from reviewapp.moderate import api as moderate_api
    from reviewapp.support import api as support_api

    return [
        integrations_api.products,
        integrations_api.orders,
        collect_api.requests,
        moderate_api.reviews,
        support_api.cases,
        library_api.content,
        api_people.people,
    ]


def served() -> Flask:
    """What the web server loads."""
    app = create_app(process_settings())
    ease_garbage_collection()
    return app
