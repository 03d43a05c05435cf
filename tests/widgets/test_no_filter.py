"""G17: nothing a shop can set or write into its page narrows reviews by their stars."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from reviewapp.models.shop_settings import ShopSettings

SOURCES = Path(__file__).resolve().parents[2] / "static" / "widget"
FOR_LOOKS = {"product", "collection", "lang", "dir", "href", "layout", "inline", "data-shop"}
"""What is shown and how; a collection is titled as a selection beside the true average."""
READS = re.compile(r"""(?:getAttribute|hasAttribute|closest)\(\s*["'`]\[?([\w-]+)""")


@pytest.mark.parametrize("path", sorted(SOURCES.rglob("*.js")), ids=lambda path: path.name)
def test_no_tag_takes_a_minimum_of_stars(path: Path) -> None:
    code = path.read_text()
    watched = re.findall(r"observedAttributes = \[([^\]]*)\]", code)
    read = set(READS.findall(code)) | set(re.findall(r'"([\w-]+)"', " ".join(watched)))
    assert read <= FOR_LOOKS


def test_no_setting_of_a_shop_names_stars() -> None:
    names = " ".join(field.name for field in fields(ShopSettings))
    assert not re.search(r"star|rating|score|sentiment", names)


def test_a_hidden_filter_in_the_page_is_not_even_asked_for(client) -> None:
    answer = client.get("/w/v1/wk_nobody/products/MUG/reviews?min_rating=4")
    assert answer.status_code in (404, 422)
