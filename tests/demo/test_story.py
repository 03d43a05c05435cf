"""What is told of the demo's past: complete, repeatable, and every screen's case in it."""

from __future__ import annotations

from collections import Counter
from io import BytesIO

from PIL import Image

from reviewapp.demo.catalogue import (
    captions_files,
    film_file,
    offers,
    photo_file,
    reply_to,
    reviews,
)
from reviewapp.demo.present import present
from reviewapp.demo.story import FIRST_DAY, imported_reviews, lived_reviews, past
from reviewapp.media.captions import clean_captions
from reviewapp.models.case import ROUTES
from reviewapp.models.review import REASONS
from reviewapp.models.rights import USES

GPS = 0x8825


def test_every_shipped_review_is_imported_or_lived_once() -> None:
    told = [*imported_reviews(), *lived_reviews()]
    assert sorted(said.source_row for said in told) == sorted(r.source_row for r in reviews())
    assert {said.product for said in told} == set(offers())
    assert len({said.source_row for said in told}) == len(told)


def test_the_past_is_the_same_each_time_and_in_order() -> None:
    assert past() == past()
    days = [purchase.ordered_days_ago for purchase in past()]
    assert days == sorted(days, reverse=True)
    assert max(days) <= FIRST_DAY


def test_numbers_and_buyers_are_not_used_twice() -> None:
    story = [*past(), *present()]
    numbers = Counter(purchase.order_id for purchase in story)
    assert [number for number, times in numbers.items() if times > 1] == []
    emails = Counter(purchase.buyer.email for purchase in story)
    assert [email for email, times in emails.items() if times > 2] == []


def test_everything_named_exists() -> None:
    for purchase in [*past(), *present()]:
        assert set(purchase.products) <= set(offers())
        for photo in (purchase.answer, purchase.help):
            assert not photo or not photo.photo or photo_file(photo.photo).is_file()
        if purchase.answer:
            assert set(purchase.answer.uses) <= set(USES)
            assert purchase.answer.decision in {"publish", "wait", "hold", *REASONS}
        if purchase.help:
            assert purchase.help.route in ROUTES


def test_the_present_has_a_case_for_every_screen() -> None:
    told = present()
    decisions = Counter(purchase.answer.decision for purchase in told if purchase.answer)
    assert decisions["wait"] >= 5
    assert decisions["hold"] == 1
    assert decisions["personal_information"] == 1
    events = {happened.type for purchase in told for happened in purchase.told}
    assert events == {"shipped", "delivered", "cancelled", "lost", "refunded", "returned"}
    helped = [purchase.help for purchase in told if purchase.help]
    assert {bool(one.reply) for one in helped} == {True, False}
    assert any(one.solved for one in helped)


def test_some_photos_are_turned_and_know_their_place() -> None:
    files = sorted(photo_file("x").parent.glob("*.jpg"))
    exif = [Image.open(BytesIO(file.read_bytes())).getexif() for file in files]
    assert {one.get(0x0112) for one in exif} >= {1, 3, 6}
    assert any(one.get_ifd(GPS) for one in exif)


def test_the_film_is_small_and_its_captions_fit_it() -> None:
    assert film_file("juniper-swings").stat().st_size < 300_000
    told = captions_files("juniper-swings")
    assert [language for language, _ in told] == ["de", "en"]
    for _, file in told:
        assert clean_captions(file.read_bytes(), 7_000) == file.read_bytes()


def test_the_answers_belong_to_low_reviews_of_the_collection() -> None:
    answered = [said for said in reviews() if reply_to(said.source_row)]
    assert len(answered) >= 4
    assert all(said.rating <= 2 for said in answered)
