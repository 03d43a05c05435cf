"""What lies behind a link for one person is never kept by anyone, nor found by a search."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from reviewapp.web.headers import ADMIN_PREFIXES, CUSTOMER_PREFIXES

CODED_BY_PATH = ("/hooks/", "/mail/")


def test_every_page_behind_a_token_is_private(app: Flask) -> None:
    tokens = [str(rule) for rule in app.url_map.iter_rules() if "token" in rule.arguments]
    assert len(tokens) > 10
    private = CUSTOMER_PREFIXES + ADMIN_PREFIXES
    assert [path for path in tokens if not path.startswith(private + CODED_BY_PATH)] == []


@pytest.mark.parametrize("prefix", CUSTOMER_PREFIXES)
def test_even_a_wrong_link_is_answered_privately(client: FlaskClient, prefix: str) -> None:
    answer = client.get(f"{prefix}nothing")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
