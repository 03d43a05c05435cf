"""The relay's address says how to connect, or is refused."""

from __future__ import annotations

import pytest

from reviewapp.core.settings import SettingsError
from reviewapp.outbox.smtp_relay import Relay


@pytest.mark.parametrize(
    ("url", "host", "port", "starttls"),
    [
        ("smtp://relay.example", "relay.example", 25, "offered"),
        ("smtp://u:p@relay.example", "relay.example", 587, "required"),
        ("smtp://u:p@localhost", "localhost", 587, "offered"),
        ("smtps://u:p@relay.example", "relay.example", 465, "required"),
        ("smtp://relay.example:2525?starttls=never", "relay.example", 2525, "never"),
    ],
)
def test_an_address_says_how_to_connect(url: str, host: str, port: int, starttls: str) -> None:
    relay = Relay.from_url(url)
    assert (relay.host, relay.port, relay.starttls) == (host, port, starttls)


@pytest.mark.parametrize(
    "url",
    [
        "http://relay.example",
        "smtp://",
        "smtp://relay.example:lots",
        "smtp://relay.example?startls=never",
        "smtp://relay.example?starttls=maybe",
        "smtp://u:p@relay.example?starttls=never",
        "smtp://relay.example?timeout=soon",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="REVIEWAPP_SMTP_URL"):
        Relay.from_url(url)
