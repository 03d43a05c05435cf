"""The install check: what a page lacks is told, and what search engines may stumble over."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from click.testing import CliRunner
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from reviewapp.core.kit import Kit
from reviewapp.widgets.cli import widgets
from reviewapp.widgets.page_check import check_page
from tests.widgets.stories import shop_with_product

HOST, KEY = "https://reviews.example", "wk_kiln"
SCRIPT = f'<script type="module" src="{HOST}/widget/v1/embed.js" data-shop="{KEY}"></script>'
STARS = '<review-stars product="MUG">&nbsp;</review-stars>'
PRODUCT = {"@type": "Product", "name": "Mug", "aggregateRating": {"ratingValue": 4}}


def ld(graph: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(graph)}</script>'


def codes(html: str, **headers: str) -> list[str]:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return [each.code for each in check_page(html, told, host=HOST, widget_key=KEY)]


WHOLE = SCRIPT + STARS + ld(PRODUCT)


@pytest.mark.parametrize(
    ("html", "found"),
    [
        (WHOLE, []),
        (STARS + ld(PRODUCT), ["no_script"]),
        (SCRIPT + WHOLE, ["script_twice"]),
        (WHOLE.replace(KEY, "wk_other"), ["other_shop"]),
        (WHOLE.replace('type="module"', ""), ["no_module"]),
        (SCRIPT + ld(PRODUCT), ["no_tag"]),
        (WHOLE.replace('product="MUG"', 'product=" "'), ["no_product"]),
        (WHOLE + "<review-carousel></review-carousel>", ["no_collection"]),
        (WHOLE + "<review-badge></review-badge>", []),
        (SCRIPT + STARS, ["no_rich_result"]),
        (SCRIPT + STARS + ld({"@type": "Product"}), ["no_rich_result"]),
        (WHOLE + ld({"@graph": [{"@type": ["Thing", "Product"]}]}), ["second_product"]),
        (WHOLE + '<div itemscope itemtype="http://schema.org/Product">', ["second_product"]),
        (WHOLE + ld({"@type": "WebPage", "mainEntity": PRODUCT}), ["second_product"]),
        (WHOLE + ld({"@type": "Organization"}), []),
        (WHOLE + '<script type="application/ld+json">{broken</script>', []),
        ("<" * 1000, ["no_script", "no_tag", "no_rich_result"]),
    ],
)
def test_what_a_page_lacks_is_told(html: str, found: list[str]) -> None:
    assert codes(html) == found


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ("default-src 'self'", ["policy_script", "policy_connect", "policy_img"]),
        (f"default-src 'self' {HOST}", []),
        (f"script-src {HOST}; connect-src https:; img-src *.example", []),
        (f"default-src 'none'; script-src {HOST}; img-src *", ["policy_connect"]),
        ("style-src 'self'", []),
    ],
)
def test_a_policy_that_blocks_us_is_told(policy: str, found: list[str]) -> None:
    assert codes(WHOLE, content_security_policy=policy) == found


@pytest.fixture
def page() -> Iterator[str]:
    """A shop's page on this machine: no key of ours, two products."""
    html = Response(WHOLE + ld(PRODUCT), content_type="text/html")
    server = make_server("127.0.0.1", 0, html, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/mug"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_command_fetches_the_page_and_says_what_is_wrong(kit: Kit, page: str) -> None:
    shop_with_product(kit)
    told = CliRunner().invoke(widgets, ["check", page, "--json"], obj=lambda: nullcontext(kit))
    assert told.exit_code == 1
    found = json.loads(told.output)["findings"]
    assert [each["code"] for each in found] == ["other_shop", "second_product"]
    fine = CliRunner().invoke(widgets, ["check", page, "--shop", KEY], obj=lambda: nullcontext(kit))
    assert fine.exit_code == 0
    assert "notice second_product" in fine.output
    assert "can show reviews" in fine.output


def test_the_form_on_the_widget_page_never_reaches_inside(owner, page):
    inside = owner.post("/admin/widget/check", data={"url": page})
    assert inside.status_code == 200
    assert 'aria-invalid="true"' in inside.text
    assert "can show reviews" not in inside.text
    nonsense = owner.post("/admin/widget/check", data={"url": '"><script>alert(1)</script>'})
    assert "<script>alert" not in nonsense.text
