"""The page that shows each tag and its lines: what is copied is what works."""

from __future__ import annotations

import re
from html import unescape

import pytest

from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.snippets import TAGS, Store, tag_snippet
from tests import factories
from tests.widgets.stories import publish, shop_with_product

WORDS = {"list": "All", "questions": "Questions", "badge": "Shop", "form": "Write"}
HOSTILE = '"><script>alert(1)</script>'


def code(page: str, name: str) -> str:
    """What the copy button of this snippet takes."""
    found = re.search(rf'<code id="snippet-{name}">(.*?)</code>', page, re.S)
    assert found, name
    return unescape(found[1])


@pytest.mark.parametrize("tag", TAGS)
def test_each_tag_is_shown_live_with_its_lines(owner, committed, shop, tag):
    with committed() as session:
        factories.product(session, shop, "größe/12", title="Mug")
    page = owner.get(f"/admin/widget?tag={tag}&width=phone&theme=dark")
    assert page.status_code == 200
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert shop.widget_key in code(page.text, "script")
    assert code(page.text, "tag").startswith(f"<review-{tag}")
    assert f"tag=review-{tag}" in code(page.text, "frame")
    if tag != "carousel":
        assert f'src="/widget/v1/frame.html?shop={shop.widget_key}' in page.text


def test_the_form_leads_somewhere_without_scripts(owner, client, committed, shop):
    with committed() as session:
        factories.product(session, shop, "größe/12", title="Mug")
    snippet = code(owner.get("/admin/widget?tag=form").text, "tag")
    assert 'product="größe/12"' in snippet
    address = re.search(r'href="http://localhost([^"]+)"', snippet)
    assert client.get(address[1]).status_code == 200


def test_each_shop_system_gets_its_own_lines(owner, committed, shop):
    with committed() as session:
        factories.product(session, shop, "MUG", title="Mug")
    for platform, told in (
        ("shopify", '<review-list product="{{ product.id | escape }}">'),
        ("woocommerce", "esc_attr( $id )"),
        ("bigcommerce", 'product="{{product.id}}"'),
        ("react", "product={String(id)}"),
        ("html", 'product="MUG"'),
    ):
        page = owner.get(f"/admin/widget?tag=list&platform={platform}").text
        assert told in code(page, "tag")
        assert f"/p/v1/{shop.widget_key}/products/" in code(page, "tag")
        assert ("IntrinsicElements" in page) == (platform == "react")


def test_a_colour_too_faint_is_said_and_a_nearest_one_is_offered(owner):
    fair = owner.get("/admin/widget").text
    assert "leave some people out" not in fair
    page = owner.get("/admin/widget?light-text=%23777777&light-stars=%23ffcc00&radius=0").text
    assert "4.47 : 1, needs 4.5 : 1." in page
    assert "leave some people out" in page
    picks = dict(re.findall(r'data-pick="([a-z-]+)" data-color="(#[0-9a-f]{6})"', page))
    assert set(picks) == {"light-text", "light-stars"}
    assert "--review-star-color: #ffcc00;" in code(page, "sheet")
    taken = {"light-text": picks["light-text"], "light-stars": picks["light-stars"]}
    assert "leave some people out" not in owner.get("/admin/widget", query_string=taken).text
    assert "light-text=%23777777" in page, "links to other tags keep the look"


def test_the_words_inside_a_tag_can_be_set(owner):
    words = {"tag": "list", "inside": "  What people <say> "}
    page = owner.get("/admin/widget", query_string=words).text
    assert ">What people &lt;say&gt;</a>" in code(page, "tag")
    assert "Read all reviews" in code(owner.get("/admin/widget?inside=").text, "tag")
    assert owner.get("/admin/widget?tag=stars&inside=x").status_code == 200


def test_hostile_ids_and_parameters_stay_text(owner, committed, shop):
    with committed() as session:
        factories.product(session, shop, HOSTILE, title=HOSTILE)
    page = owner.get(f"/admin/widget?tag={HOSTILE}&product={HOSTILE}&theme={HOSTILE}")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in code(page.text, "tag")


def test_an_empty_shop_can_look_too(agent):
    assert agent.get("/admin/widget?tag=carousel").status_code == 200
    assert 'product="SKU"' in code(agent.get("/admin/widget").text, "tag")


def test_what_stands_in_the_tags_leads_to_published_pages(client, kit):
    made, product = shop_with_product(kit)
    publish(kit, made, product)
    publish_due(kit)
    for tag in ("list", "questions", "badge"):
        snippet = tag_snippet(Store("", made.widget_key), tag, "MUG", "", WORDS)
        address = re.search(r'href="([^"]+)"', snippet)
        assert client.get(address[1]).status_code == 200, tag
