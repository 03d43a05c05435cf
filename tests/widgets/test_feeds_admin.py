"""The team's page of feeds: what it says is what the files hold."""

from __future__ import annotations

import re

from reviewapp.widgets.feeds.writer import WRITTEN_WITH
from reviewapp.widgets.rebuilding import rebuild
from tests import factories


def test_each_feed_is_told_with_its_address_and_what_it_leaves_out(owner, committed, shop, kit):
    with committed() as session:
        product = factories.product(session, shop, "MUG")
        for rating, body in ((5, "Fine."), (2, ""), (1, "Broke.")):
            factories.review(session, shop, product, state="published", rating=rating, body=body)
    assert owner.get("/admin/feeds").text.count("Not written yet") == 6
    rebuild(kit)
    page = owner.get("/admin/feeds").text
    for exporters in WRITTEN_WITH.values():
        for exporter in exporters:
            address = re.search(rf'href="http://localhost(/[^"]+/{exporter.file})"', page)
            answer = owner.get(address[1])
            assert answer.status_code == 200
            answer.close()
    google = page.partition("Google product reviews</h2>")[2].partition("</section>")[0]
    assert "2 reviews" in google
    assert "Stars without a text" in google
    assert re.findall(r'data-label="(. ★|All)">(\d+)<', google) == [
        ("1 ★", "0"), ("2 ★", "1"), ("3 ★", "0"), ("4 ★", "0"), ("5 ★", "0"), ("All", "1")
    ]  # fmt: skip
    assert "3 reviews are published now." in page
