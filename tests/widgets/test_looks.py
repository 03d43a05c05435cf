"""The designer's colours: judged by WCAG 2.2, with a nearest one that passes."""

from __future__ import annotations

import pytest

from reviewapp.web.color import contrast, parse_hex
from reviewapp.widgets.looks import Look, checks, look_of, style_sheet, told_ratio


def test_what_we_ship_passes_in_light_and_dark() -> None:
    assert [(check.theme, check.part) for check in checks(Look()) if not check.passes] == []
    assert style_sheet(Look()) == ""


@pytest.mark.parametrize("ground", ["#ffffff", "#000000", "#777777", "#757575", "#ffcc00"])
@pytest.mark.parametrize("color", ["#ffcc00", "#888888", "#7a7aff", "#ffffff", "#000000"])
def test_the_nearest_colour_passes_and_is_the_same_where_that_does(color, ground) -> None:
    typed = {"light-text": color, "light-stars": color, "light-ground": ground}
    for check in checks(look_of(typed))[:2]:
        assert contrast(parse_hex(check.nearest), parse_hex(ground)) >= check.needs
        assert (check.nearest == color) == check.passes


def test_ratios_are_those_of_wcag() -> None:
    text = checks(look_of({"light-text": "#777777", "light-ground": "#ffffff"}))[0]
    assert (told_ratio(text.ratio), text.passes) == ("4.47", False)
    assert told_ratio(4.4999) == "4.49"
    assert told_ratio(21.0) == "21"


def test_only_what_was_changed_is_told_and_dark_pages_keep_their_own() -> None:
    sheet = style_sheet(look_of({"light-stars": "#005FCC", "radius": "0", "density": "compact"}))
    light, dark = sheet.split("@media (prefers-color-scheme: dark)")
    assert "--review-star-color: #005fcc;" in light
    assert "--review-radius: 0px;" in light
    assert "font-size: 0.875em;" in light
    assert "--review-star-color: #b87503;" in dark
    assert "review-carousel" in light


@pytest.mark.parametrize("odd", ["red", "#fff", "#12345g", "</style>", "url(x)", "²", "-1", "9999"])
def test_what_is_no_colour_or_number_stays_the_default(odd: str) -> None:
    typed = {"light-text": odd, "dark-stars": odd, "density": odd, "radius": odd}
    assert look_of(typed) == Look()
