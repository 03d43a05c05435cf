"""The web application of the demo: the product's own, with the demo's doors beside it."""

from __future__ import annotations

from flask import Flask

from reviewapp.app import create_app
from reviewapp.core.kit import Kit
from reviewapp.core.process import process_settings
from reviewapp.demo import doors, entry, store


def demo_app(kit: Kit) -> Flask:
    """Nothing of this is mounted by `reviewapp.app`."""
    app = create_app(kit=kit)
    for door in (doors, store, entry):
        app.register_blueprint(door.blueprint)
    return app


def served() -> Flask:
    """What the web server loads."""
    return demo_app(Kit(process_settings()))
