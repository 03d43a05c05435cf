from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.web.color import Oklch, contrast, parse_hex, to_oklch, to_rgb

ANY_COLOR = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("color", "expected"),
    [
        ("#ff0000", (0.62796, 0.25768, 29.234)),
        ("#00ff00", (0.86644, 0.29483, 142.495)),
        ("#0000ff", (0.45201, 0.31321, 264.052)),
    ],
)
def test_primaries_have_the_oklch_values_css_color_4_gives_them(
    color: str, expected: tuple[float, float, float]
) -> None:
    assert tuple(to_oklch(parse_hex(color))) == pytest.approx(expected, abs=2e-3)


@given(ANY_COLOR)
def test_a_colour_survives_the_way_to_oklch_and_back(color: str) -> None:
    back = to_rgb(to_oklch(parse_hex(color)))
    assert max(abs(a - b) for a, b in zip(back, parse_hex(color), strict=True)) < 0.03


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#0000ff", "#ffffff", 8.59)],
)
def test_contrast_is_the_ratio_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(parse_hex(one), parse_hex(other)) == pytest.approx(ratio, abs=0.01)
    assert contrast(parse_hex(other), parse_hex(one)) == pytest.approx(ratio, abs=0.01)


def test_a_colour_no_screen_shows_keeps_its_lightness() -> None:
    shown = to_oklch(to_rgb(Oklch(0.6, 0.4, 150)))
    assert shown.lightness == pytest.approx(0.6, abs=0.01)
    assert shown.chroma < 0.4


@pytest.mark.parametrize("text", ["", "red", "#fff", "#FFFFFF", "#12345g", "#1234567", "#١٢٣٤٥٦"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a colour"):
        parse_hex(text)
