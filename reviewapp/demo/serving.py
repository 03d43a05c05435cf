"""The web application of the demo: the product's own, with the demo's doors beside it."""

from __future__ import annotations

from flask import Flask, redirect
from werkzeug.wrappers import Response

from reviewapp.app import create_app
from reviewapp.core.kit import Kit
from reviewapp.core.process import ease_garbage_collection, process_settings
from reviewapp.demo import doors, entry, store
from reviewapp.web.auth import public


def demo_app(kit: Kit) -> Flask:
    """Nothing of this is mounted by `reviewapp.app`."""
    app = create_app(kit=kit)
    for door in (doors, store, entry):
        app.register_blueprint(door.blueprint)
    app.add_url_rule("/", view_func=front)
    return app


@public("the demo's first page is its storefront")
def front() -> Response:
    """Whoever types the bare address wants to see something."""
    return redirect("/demo/store")


def served() -> Flask:
    """What the web server loads."""
    app = demo_app(Kit(process_settings()))
    ease_garbage_collection()
    return app
