"""The same picture again: another customer's, one's own, the shop's; told, never refused."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import delete, select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.media import service
from reviewapp.media.product_pictures import fetch_product_pictures
from reviewapp.media.recognising import matches_of
from reviewapp.models.known_picture import KnownPicture, MediaSignal, PictureBand
from reviewapp.models.review import Review
from reviewapp.outbox.messages import emit
from reviewapp.reactions import relay_events
from tests import factories
from tests.media.test_likeness import photo

Sent = Callable[..., Review]


def jpeg(picture: Image.Image, quality: int = 85) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


@pytest.fixture
def sent(kit: Kit, committed: Any, shop: Any) -> Sent:
    """Send a review with these pictures, and let what follows happen."""

    def send(
        *pictures: Image.Image, product: Any = None, customer: Any = None, in_shop: Any = None
    ) -> Review:
        place = in_shop or shop
        with committed() as session:
            link = factories.request(session, place).id
        ids = [
            service.stage_photo(
                kit,
                shop_id=place.id,
                request_id=link,
                upload=BytesIO(jpeg(one)),
                client_name="a.jpg",
            ).id
            for one in pictures
        ]
        with committed() as session:
            review = factories.review(
                session, place, product, customer_id=customer.id if customer else None
            )
            service.attach(session, link, ids, review_id=review.id)
            emit(session, "review.submitted", shop_id=place.id, review_id=review.id, version=1)
        relay_events(kit)
        return review

    return send


@pytest.fixture
def storefront() -> Iterator[tuple[str, dict[str, tuple[int, bytes]]]]:
    """The shop's own server: an address, and what it answers by path."""
    answers: dict[str, tuple[int, bytes]] = {}

    class Pictures(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name http.server calls
            status, body = answers.get(self.path, (404, b""))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body.decode())
                body = b""
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing on the test's output."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", answers
    server.shutdown()
    server.server_close()


def signals(kit: Kit) -> list[tuple[str, UUID | None, UUID | None]]:
    with kit.database.transaction(EVERY_SHOP) as session:
        rows = session.scalars(select(MediaSignal).order_by(MediaSignal.id))
        return [(row.kind, row.match_asset_id, row.match_product_id) for row in rows]


def test_the_same_picture_from_somebody_else_is_told_of_on_the_later_review(kit, sent):
    sent(photo(1))
    sent(photo(2))
    sent(photo(1).resize((500, 375)))
    (told,) = signals(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        first = session.scalars(select(KnownPicture).order_by(KnownPicture.id)).first()
    assert told == ("same_picture", first.asset_id, None)


def test_one_picture_twice_in_one_review_is_nobodys_business(kit, sent):
    sent(photo(1), photo(1))
    assert signals(kit) == []


def test_plain_pictures_are_not_like_one_another(kit, sent):
    sent(Image.new("RGB", (400, 300), "#888"))
    sent(Image.new("RGB", (400, 300), "#888"))
    assert {kind for kind, *_ in signals(kit)} <= {"blurred"}


def test_another_shops_pictures_are_not_looked_at(kit, sent, committed):
    with committed() as session:
        elsewhere = factories.shop(session, name="Elsewhere")
    sent(photo(1))
    sent(photo(1), in_shop=elsewhere)
    assert signals(kit) == []


def test_looking_twice_tells_once(kit, sent, committed, shop):
    sent(photo(1))
    again = sent(photo(1))
    with committed() as session:
        emit(session, "review.edited", shop_id=shop.id, review_id=again.id, version=2)
    relay_events(kit)
    assert len(signals(kit)) == 1


def test_a_dark_picture_is_told_of(kit, sent):
    sent(photo(3).point(lambda value: value // 12))
    assert "dark" in [kind for kind, *_ in signals(kit)]


def test_the_shops_own_picture_is_known_whichever_came_first(
    kit, sent, committed, shop, storefront
):
    address, answers = storefront
    answers["/1.jpg"] = (200, jpeg(photo(1)))
    answers["/2.jpg"] = (302, b"/real/2.jpg")
    answers["/real/2.jpg"] = (200, jpeg(photo(2)))
    at_home = Kit(kit.settings.changed(demo=True))  # lets it fetch from this very machine
    with committed() as session:
        first = factories.product(session, shop, image_url=f"{address}/1.jpg")
        second = factories.product(session, shop, image_url=f"{address}/2.jpg")
    sent(photo(1).resize((640, 480)), product=first)
    assert signals(kit) == []
    assert fetch_product_pictures(at_home) == 2
    assert fetch_product_pictures(at_home) == 0
    assert signals(kit) == [("product_picture", None, first.id)]
    sent(photo(2), product=first)
    assert signals(kit)[1:] == [("product_picture", None, second.id)]

    answers["/new.jpg"] = (200, jpeg(photo(9)))
    with committed() as session:
        session.merge(second).image_url = f"{address}/new.jpg"
    fetch_product_pictures(at_home)
    assert signals(kit) == [("product_picture", None, first.id)]
    at_home.close()


@pytest.mark.parametrize(
    ("answer", "attempts", "failure"),
    [
        ((404, b""), 4, "outside_failed"),
        ((200, b"<html>no picture"), 1, "image_type_unsupported"),
        ((302, b"ftp://elsewhere/1.jpg"), 1, "invalid"),
    ],
)
def test_a_picture_that_cannot_be_had_is_given_up(
    kit, committed, shop, storefront, answer, attempts, failure
):
    address, answers = storefront
    answers["/1.jpg"] = answer
    at_home = Kit(kit.settings.changed(demo=True))
    with committed() as session:
        factories.product(session, shop, image_url=f"{address}/1.jpg")
    at = clock.now()
    for hours in range(6):
        with clock.frozen(at + timedelta(hours=hours)):
            fetch_product_pictures(at_home)
    with kit.database.transaction(EVERY_SHOP) as session:
        known = session.scalars(select(KnownPicture)).one()
    assert (known.attempts, known.failure, known.next_try_at) == (attempts, failure, None)
    at_home.close()


def test_an_address_inside_is_never_fetched(kit, committed, shop, storefront):
    address, answers = storefront
    answers["/1.jpg"] = (200, jpeg(photo(1)))
    with committed() as session:
        factories.product(session, shop, image_url=f"{address}/1.jpg")
    fetch_product_pictures(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        known = session.scalars(select(KnownPicture)).one()
    assert (known.phash, known.failure) == (None, "invalid")


def test_the_search_reads_the_index_of_bands(kit, sent, shop):
    """Among 20,000 known pictures, candidates come from the index, not from all rows."""
    sent(photo(1))
    with kit.database.transaction(EVERY_SHOP) as session:
        known = session.scalars(select(KnownPicture)).one()
        session.execute(delete(PictureBand).where(PictureBand.picture_id != known.id))
        connection = session.connection()
        connection.exec_driver_sql(
            "INSERT INTO product (id, shop_id, external_id, source, title, tags, excluded,"
            " created_at, updated_at) SELECT gen_random_uuid(), %(shop)s, 'P' || n, 'api', 'P',"
            " '{}', false, now(), now() FROM generate_series(1, 20000) n",
            {"shop": shop.id},
        )
        connection.exec_driver_sql(
            "INSERT INTO known_picture (id, shop_id, product_id, phash, created_at) SELECT"
            " gen_random_uuid(), shop_id, id, (random() * 9e18)::bigint, now() FROM product"
            " WHERE external_id LIKE 'P%%'"
        )
        connection.exec_driver_sql(
            "INSERT INTO picture_band (picture_id, shop_id, band, value) SELECT k.id, k.shop_id,"
            " b, (k.phash >> (9 * b)) & 511 FROM known_picture k, generate_series(0, 6) b"
            " WHERE k.product_id IS NOT NULL AND k.phash IS NOT NULL"
        )
        connection.exec_driver_sql("ANALYZE picture_band, known_picture")
        plan = "\n".join(
            row[0]
            for row in connection.exec_driver_sql(
                "EXPLAIN SELECT picture_id FROM picture_band WHERE shop_id = %(shop)s AND"
                " (band, value) IN ((0, 5), (1, 6), (2, 7), (3, 8), (4, 9), (5, 10), (6, 11))",
                {"shop": shop.id},
            )
        )
        assert "ix_picture_band_value" in plan
        assert "Seq Scan" not in plan
        assert matches_of(session, known) == []
