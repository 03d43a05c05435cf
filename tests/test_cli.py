from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from reviewapp.cli import COMMANDS, main
from reviewapp.core.settings import environment


@pytest.fixture
def reviewapp(kit, monkeypatch):
    for name, value in environment(kit.settings).items():
        monkeypatch.setenv(name, value)
    return lambda *words: CliRunner().invoke(main, words)


def test_every_command_is_listed_with_what_it_does(reviewapp) -> None:
    told = reviewapp("--help")
    assert told.exit_code == 0
    for name in COMMANDS:
        assert f"  {name} " in told.output
    for name in COMMANDS:
        assert reviewapp(name, "--help").exit_code == 0


def test_a_new_shop_s_keys_are_told_once_as_json(reviewapp) -> None:
    told = reviewapp("shop", "create", "--name", "Kiln & Clay", "--email", "ada@kiln.example")
    made = json.loads(told.output)
    assert set(made) == {"shop_id", "api_key", "widget_key", "sign_in_url"}
    assert made["api_key"].startswith("sk_")
    again = reviewapp("member", "add", "--shop", made["shop_id"], "--email", "b@kiln.example",
                      "--role", "agent")  # fmt: skip
    assert "sign_in_url" in json.loads(again.output)


def test_an_error_is_one_line_and_no_success(reviewapp) -> None:
    told = reviewapp("member", "add", "--shop", "01a201bf-1c2d-7504-a8a4-7a57cadc5e6e",
                     "--email", "b@kiln.example", "--role", "agent")  # fmt: skip
    assert told.exit_code == 1
    assert told.output.strip().splitlines() == [told.output.strip()]
    assert "There is no shop" in told.output


def test_a_wrong_value_is_named_with_its_field(reviewapp) -> None:
    told = reviewapp("shop", "create", "--name", "K", "--email", "a@kiln.example",
                     "--time-zone", "Mars/Olympus")  # fmt: skip
    assert told.exit_code == 1
    assert "time_zone: Such as Europe/Berlin." in told.output


def test_the_log_of_every_shop_is_verified(reviewapp) -> None:
    reviewapp("shop", "create", "--name", "Kiln & Clay", "--email", "ada@kiln.example")
    told = reviewapp("audit", "verify", "--json")
    assert told.exit_code == 0
    assert list(json.loads(told.output).values()) == [[]]


def test_publishing_again_says_how_many_products(reviewapp) -> None:
    told = reviewapp("publish", "rebuild", "--json")
    assert json.loads(told.output) == {"products": 0, "removed": [], "foreign": []}


def test_wrong_settings_are_told_in_one_line(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("REVIEWAPP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REVIEWAPP_PORT", "eighty")
    told = CliRunner().invoke(main, ["doctor"])
    assert told.exit_code == 1
    assert "PORT" in told.output
