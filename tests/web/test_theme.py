from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewapp.web.color import contrast, parse_hex
from reviewapp.web.theme import DARK_GROUND, LIGHT_GROUND, Shades, theme_css, theme_of

ANY_COLOR = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@settings(deadline=None)
@given(ANY_COLOR)
def test_whatever_the_shop_chooses_its_buttons_can_be_read(color: str) -> None:
    theme = theme_of(color)
    assert contrast(parse_hex(theme.fill), parse_hex(theme.on_fill)) >= 4.5


@settings(deadline=None)
@given(ANY_COLOR)
def test_text_and_edges_stand_out_in_both_palettes(color: str) -> None:
    theme = theme_of(color)
    for shades, ground in ((theme.light, LIGHT_GROUND), (theme.dark, DARK_GROUND)):
        assert contrast(parse_hex(shades.text), ground) >= 4.5
        assert contrast(parse_hex(shades.text), parse_hex(shades.surface)) >= 4.5
        assert contrast(parse_hex(shades.edge), ground) >= 3


def test_a_colour_that_is_readable_already_stays_as_the_shop_gave_it() -> None:
    theme = theme_of("#3b5bdb")
    assert theme.fill == "#3b5bdb"
    assert theme.light == Shades(edge="#3b5bdb", text="#3b5bdb", surface=theme.light.surface)


def test_yellow_buttons_bear_dark_text() -> None:
    theme = theme_of("#ffe100")
    assert theme.fill == "#ffe100"
    assert contrast(parse_hex(theme.on_fill), parse_hex("#000000")) < 2


def test_the_style_sheet_sets_only_colours_of_the_accent() -> None:
    names = {part.split(":")[0] for part in theme_css(theme_of("#12b886")).split("--")[1:]}
    assert names == {
        "accent",
        "on-accent",
        "hover",
        "accent-line",
        "accent-text",
        "accent-surface",
    }


def test_the_style_sheet_is_served_to_anyone_and_kept_for_a_day(client: FlaskClient) -> None:
    answer = client.get("/theme/3b5bdb.css")
    assert answer.status_code == 200
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert "--accent:#3b5bdb" in answer.text


@pytest.mark.parametrize("color", ["red", "12345g", "1234567", "}body{x:y", "%E2%9C%93"])
def test_an_address_that_holds_no_colour_is_not_found(client: FlaskClient, color: str) -> None:
    assert client.get(f"/theme/{color}.css").status_code == 404
