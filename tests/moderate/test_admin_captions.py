"""Captions on a film's page: put in, replaced, taken away; shown with the film and gone with it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from itertools import count

import pytest
from sqlalchemy import select

from reviewapp.collect.erasing import ask_to_erase
from reviewapp.collect.reviewing import withdraw_review
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.media.sweep import sweep_media
from reviewapp.models.audit import AuditEntry
from reviewapp.models.catalog import Customer
from reviewapp.models.media import Rendition
from reviewapp.models.review import Review
from reviewapp.reactions import erase, relay_events
from reviewapp.rights.ledger import Act
from reviewapp.widgets.media_sweep import sweep_published_media
from reviewapp.widgets.publishing import publish_due
from tests import factories
from tests.widgets.stories import give_encoding, give_film, give_photo, head, publish

ENGLISH = "1\n00:00:01,000 --> 00:00:02,000\nTea is poured.\n"
BETTER = "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ada>Tea is poured.\n"


@pytest.fixture
def told(kit, shop):
    """A published review with a film that plays, and what happens when the worker works."""
    with kit.database.transaction(EVERY_SHOP) as session:
        product = factories.product(session, shop, "MUG")
        buyer = factories.customer(session, shop)
    review_id = publish(kit, shop, product, customer_id=buyer.id)
    film_id = give_film(kit, shop, review_id)
    give_encoding(kit, shop, film_id)
    for key in ("ff/ee/master", "ff/ee/poster"):
        kit.storage.put(key, b"clean", content_type="video/quicktime")
    settle(kit)
    return review_id, film_id


MINUTES = count(1)


def settle(kit):
    """What follows, in a minute that comes after the one before: documents wait for each other."""
    with clock.frozen(clock.now() + timedelta(minutes=next(MINUTES))):
        relay_events(kit)
        publish_due(kit)


def send(moderator, film_id, text, language="en"):
    file = (BytesIO(text if isinstance(text, bytes) else text.encode()), "film.srt")
    form = {"language": language, "file": file}
    return moderator.post(f"/admin/media/{film_id}/captions", form)


def rows(kit, film_id):
    with kit.database.transaction(EVERY_SHOP) as session:
        found = select(Rendition).where(Rendition.asset_id == film_id, Rendition.role == "captions")
        return list(session.scalars(found.order_by(Rendition.language)))


def captions(kit, shop):
    return head(kit, shop)["reviews"][0]["videos"][0]["captions"]


def files(kit, shop, ending=".vtt"):
    """Keys of captions in private storage, and paths of those a storefront can read."""
    folder = f"p/v1/{shop.widget_key}/media/"
    private = [key for key in kit.storage.list("") if key.endswith(ending)]
    public = [key for key in kit.published.list(folder) if key.endswith(ending)]
    return [key for key in private if not key.startswith("published/")], public


def logged(kit):
    with kit.database.transaction(EVERY_SHOP) as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.number))
        return [
            (entry.action, entry.detail["language"])
            for entry in entries
            if entry.action.startswith("media.caption")
        ]


def test_captions_are_shown_with_the_film_replaced_and_taken_away(
    moderator, client, kit, shop, told
):
    _, film_id = told
    answer = send(moderator, film_id, ENGLISH)
    assert answer.status_code == 302
    send(moderator, film_id, ENGLISH.replace("Tea is poured", "Tee wird eingegossen"), "de")
    settle(kit)
    german, english = captions(kit, shop)
    assert (german["language"], german["label"]) == ("de", "Deutsch")
    served = client.get(f"/p/v1/{shop.widget_key}/{english['path']}")
    assert served.content_type == "text/vtt; charset=utf-8"
    assert served.headers["Access-Control-Allow-Origin"] == "*"
    assert served.text == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nTea is poured.\n"
    page = kit.published.read(f"p/v1/{shop.widget_key}/products/MUG/index.html").decode()
    assert f'src="../../{english["path"]}" srclang="en" label="English"' in page

    page = moderator.get(f"/admin/media/{film_id}").text
    assert 'srclang="de"' in page
    track = moderator.get(f"/admin/media/{film_id}/file?part=captions&language=de", buffered=True)
    assert "Tee wird eingegossen" in track.text
    assert (
        moderator.get(f"/admin/media/{film_id}/file?part=captions&language=fr").status_code == 404
    )

    send(moderator, film_id, BETTER)
    settle(kit)
    replaced = captions(kit, shop)[1]
    assert replaced["path"] != english["path"]
    private, public = files(kit, shop)
    assert (len(private), len(public)) == (2, 2)
    assert client.get(f"/p/v1/{shop.widget_key}/{english['path']}").status_code == 404

    moderator.post(f"/admin/media/{film_id}/captions/remove", {"language": "de"})
    settle(kit)
    assert captions(kit, shop) == [replaced]
    assert [len(found) for found in files(kit, shop)] == [1, 1]
    assert logged(kit) == [
        ("media.captioned", "en"),
        ("media.captioned", "de"),
        ("media.captioned", "en"),
        ("media.captions_removed", "de"),
    ]


def test_captions_that_two_films_share_stay_for_the_other(moderator, kit, shop, told):
    review_id, film_id = told
    other_id = give_film(kit, shop, review_id)
    give_encoding(kit, shop, other_id)
    for film in (film_id, other_id):
        send(moderator, film, ENGLISH)
    settle(kit)
    moderator.post(f"/admin/media/{other_id}/captions/remove", {"language": "en"})
    settle(kit)
    assert [len(found) for found in files(kit, shop)] == [1, 1]
    assert sorted(len(film["captions"]) for film in head(kit, shop)["reviews"][0]["videos"]) == [
        0,
        1,
    ]


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("", "en", "Choose a file with the captions."),
        (ENGLISH, "klingon", "Choose the language of the captions."),
        (b"1\n\xff", "en", "Line 2 is not UTF-8. Please save the file as UTF-8."),
        (ENGLISH.replace("00:00:02", "00:01:02"), "en", "Line 2: the film is over by then."),
        (ENGLISH.replace("Tea", "<script>"), "en", "Line 3: only bold, italics, underlined"),
    ],
)
def test_a_bad_file_is_told_what_is_wrong_and_changes_nothing(
    moderator, kit, told, text, language, said
):
    _, film_id = told
    answer = send(moderator, film_id, text, language)
    assert (answer.status_code, answer.text.count(said)) == (422, 2), "above, and at its field"
    assert rows(kit, film_id) == []


def test_who_may_not_decide_cannot_and_a_photo_has_no_captions(moderator, agent, kit, shop, told):
    review_id, film_id = told
    assert send(agent, film_id, ENGLISH).status_code == 403
    assert "File with the captions" not in agent.get(f"/admin/media/{film_id}").text
    photo_id = give_photo(kit, shop, review_id)
    assert send(moderator, photo_id, ENGLISH).status_code == 409
    gone = moderator.post(f"/admin/media/{film_id}/captions/remove", {"language": "en"})
    assert gone.status_code == 404
    assert rows(kit, film_id) == []


@pytest.mark.parametrize("end", ["hidden", "withdrawn", "erased"])
def test_captions_leave_with_their_film_and_nothing_is_left_over(moderator, kit, shop, told, end):
    review_id, film_id = told
    send(moderator, film_id, ENGLISH)
    settle(kit)
    assert [len(found) for found in files(kit, shop)] == [1, 1]
    if end == "hidden":
        why = {"action": "hide", "reason": "abusive", "note": "Shouting at somebody."}
        moderator.post(f"/admin/media/{film_id}/decision", why)
    else:
        with kit.database.transaction(shop.id) as session:
            review = session.get_one(Review, review_id)
            act = Act("en", {"action": "page"})
            if end == "withdrawn":
                withdraw_review(session, review, act)
            else:
                ask_to_erase(session, session.get_one(Customer, review.customer_id), act, actor="x")
    settle(kit)
    erase(kit)
    settle(kit)
    private, public = files(kit, shop)
    assert (len(private), public) == (0 if end == "erased" else 1, [])
    with clock.frozen(clock.now() + timedelta(hours=25)):
        found = sweep_media(kit)
        assert sweep_published_media(kit) == []
    assert found.whole, (found.orphans, found.lost)


def test_lost_captions_are_named_for_a_backup_not_made_up(moderator, kit, told):
    _, film_id = told
    send(moderator, film_id, ENGLISH)
    (row,) = rows(kit, film_id)
    kit.storage.delete(row.key)
    (lost,) = sweep_media(kit).lost
    assert (lost.part, lost.key, lost.done) == ("captions", row.key, "none")
