"""Taking out: only what is good and allowed, with its rights inside, and back when they end."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import update

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Gone, Invalid, NotFound
from reviewapp.library.bundle import _films as bundle_films
from reviewapp.library.contents import contents_of, shop_review
from reviewapp.library.cropping import CROPS, crop_box
from reviewapp.library.exporting import Pick, Plan, export, one_export, open_bundle
from reviewapp.library.making import make_exports
from reviewapp.library.rules import LEAVE_REFUSALS, LeaveFacts, notice_due, why_not_leave
from reviewapp.library.taking_down import done, end_terms, one_task
from reviewapp.models.library import Export, ExportItem, TakeDown
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.models.outbox import Mail
from reviewapp.models.review import Review
from reviewapp.reactions import relay_events
from reviewapp.rights.rules import Seen
from reviewapp.rights.service import rights_of
from tests.collect.links import rows

PLAN = Plan("ads", "Spring campaign")
NOW = datetime(2027, 5, 1, 12, tzinfo=UTC)


def picks_of(kit, review, *kinds):
    with kit.database.transaction(review.shop_id) as session:
        found = contents_of(session, shop_review(session, review.shop_id, review.id))
        return [Pick(review.id, one.sha256) for one in found if not kinds or one.kind in kinds]


def taken(kit, shop, review, marketer, plan=PLAN, *kinds):
    picks = picks_of(kit, review, *kinds)
    with kit.database.transaction(shop.id) as session:
        made = export(session, shop, plan, picks, by=marketer)
    make_exports(kit)
    with kit.database.transaction(shop.id) as session:
        return one_export(session, shop.id, made.id)


def refusals(kit, shop, review, marketer, plan=PLAN, *kinds):
    with pytest.raises(Invalid) as refused:
        taken(kit, shop, review, marketer, plan, *kinds)
    return {text for texts in refused.value.fields.values() for text in texts}


def bundle(kit, shop, made):
    with kit.database.transaction(shop.id) as session, \
            open_bundle(session, kit, shop, made) as file:  # fmt: skip
        return zipfile.ZipFile(io.BytesIO(file.read()))


@given(
    st.builds(
        LeaveFacts,
        published=st.booleans(),
        state=st.sampled_from(["staged", "attached", "ready", "failed", "hidden"]),
        allowed=st.booleans(),
        ends_at=st.sampled_from([None, NOW, NOW + timedelta(days=30)]),
        seen=st.one_of(
            st.none(),
            st.builds(
                Seen,
                st.frozensets(st.sampled_from(["people", "children", "brands"])),
                st.integers(1, 4),
            ),
        ),
        agreed=st.dictionaries(st.sampled_from(["depicted", "guardian"]), st.integers(0, 3)),
    ),
    st.sampled_from([None, NOW + timedelta(days=10)]),
)
def test_nothing_leaves_without_a_permission_a_check_and_a_release(facts, until):
    reasons = why_not_leave(facts, until)
    assert set(reasons) <= set(LEAVE_REFUSALS)
    if not reasons:
        assert facts.allowed
        assert facts.published
        assert facts.state == "ready"
        assert facts.seen is not None
        assert 0 not in facts.agreed.values(), "somebody was asked and has not agreed"
        in_it = facts.seen.contents & {"people", "children"}
        assert "people" not in in_it or facts.agreed["depicted"]
        assert "children" not in in_it or facts.agreed["guardian"]
        assert not in_it or sum(facts.agreed.values()) >= facts.seen.people
        assert facts.ends_at is None or (until is not None and until <= facts.ends_at)


@given(
    st.tuples(st.integers(1, 4000), st.integers(1, 4000)),
    st.sampled_from(sorted(CROPS.values())),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_a_crop_stays_inside_and_has_its_shape(size, ratio, focus):
    left, top, right, bottom = crop_box(*size, ratio, focus)
    assert 0 <= left <= right <= size[0]
    assert 0 <= top <= bottom <= size[1]
    wide, high = right - left, bottom - top
    assert abs(wide * ratio[1] - high * ratio[0]) <= max(ratio) * 2


@given(st.integers(-3, 40), st.sets(st.sampled_from([30, 7])))
def test_an_end_is_told_thirty_and_seven_days_ahead_once(left, told):
    today = date(2027, 1, 1)
    notice = notice_due(today + timedelta(days=left), today, told)
    assert notice is None or (notice not in told and 0 <= left <= notice)
    if 0 <= left <= 7 and 7 not in told:
        assert notice == 7


def test_what_was_not_allowed_or_looked_at_stays_in_and_says_why(kit, shop, published, marketer):
    assert refusals(kit, shop, published, marketer) == {"unchecked"}
    print_plan = Plan("print", "Leaflet")
    assert refusals(kit, shop, published, marketer, print_plan, "words") == {"not_allowed"}
    assert rows(kit, Export) == []


def test_people_in_a_picture_need_a_release(kit, shop, published, marketer, check_photo):
    check_photo("people")
    assert refusals(kit, shop, published, marketer) == {"others"}


def test_a_bundle_holds_files_captions_certificates_and_a_manifest(
    kit, shop, published, marketer, check_photo
):
    check_photo()
    made = taken(kit, shop, published, marketer)
    assert made.state == "made"
    with bundle(kit, shop, made) as files:
        names = files.namelist()
        manifest = json.loads(files.read("manifest.json"))
        photo = next(one for one in manifest["contents"] if one["kind"] == "photo")
        assert {name.rsplit("-", 1)[1] for name in names if name.endswith(".jpg")} == {
            "whole.jpg", "1x1.jpg", "4x5.jpg", "9x16.jpg", "16x9.jpg",
        }  # fmt: skip
        for one in photo["files"]:
            assert one["name"] in names
        for name in names:
            if name.endswith((".jpg", ".webp")):
                with Image.open(io.BytesIO(files.read(name))) as read:
                    said = read.getxmp()["xmpmeta"]["RDF"]["Description"]
                    assert said["Credit"] == "Ada Q."
                    assert not read.getexif()
        certificate = json.loads(
            files.read(next(name for name in names if name.endswith(".json") and "/" in name))
        )
        assert certificate["permission"]["use"] == "ads"
    recorded = rows(kit, ExportItem)
    assert all(item.files for item in recorded)


def test_withdrawing_stops_the_download_and_opens_a_task_for_whoever_took_it(
    kit, shop, author, published, marketer, check_photo
):
    check_photo()
    made = taken(kit, shop, published, marketer)
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "off"})
    with kit.database.transaction(shop.id) as session, pytest.raises(Gone):
        open_bundle(session, kit, shop, one_export(session, shop.id, made.id))
    relay_events(kit)
    relay_events(kit)
    tasks = rows(kit, TakeDown)
    assert {(task.reason, task.owner_id) for task in tasks} == {("withdrawn", marketer.id)}
    assert len(tasks) == 2
    assert len(rows(kit, Mail, Mail.letter == "take_down")) == 2
    with kit.database.transaction(shop.id) as session:
        task = one_task(session, shop.id, tasks[0].id)
        with pytest.raises(Invalid):
            done(session, task, "  ", by=marketer)
        done(session, task, "https://ads.example/removed", by=marketer)
    assert rows(kit, TakeDown, TakeDown.done_at.is_not(None))[0].done_by == marketer.id


def test_a_permission_that_ends_while_the_bundle_is_made_lets_nothing_out(
    kit, shop, author, published, marketer, check_photo
):
    check_photo()
    picks = picks_of(kit, published)
    with kit.database.transaction(shop.id) as session:
        export(session, shop, PLAN, picks, by=marketer)
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "off"})
    assert make_exports(kit) == 1
    made = rows(kit, Export)[0]
    assert (made.state, made.failure, made.key) == ("failed", "export_ended", None)


def test_the_last_day_of_a_use_is_a_task_on_the_day_after(
    kit, shop, published, marketer, check_photo
):
    check_photo()
    with time_machine.travel(NOW, tick=False) as clock:
        taken(kit, shop, published, marketer, Plan("ads", "May campaign", date(2027, 5, 31)))
        clock.move_to(datetime(2027, 5, 31, 23, tzinfo=UTC))
        assert end_terms(kit) == 0
        clock.move_to(datetime(2027, 6, 1, 1, tzinfo=UTC))
        assert (end_terms(kit), end_terms(kit)) == (2, 0)
    assert {task.reason for task in rows(kit, TakeDown)} == {"term"}


@pytest.mark.parametrize("change", ["refuse", "hide", "withdraw"])
def test_whatever_ends_showing_ends_leaving(
    kit, shop, author, published, marketer, check_photo, change
):
    check_photo()
    made = taken(kit, shop, published, marketer)
    with kit.database.transaction(EVERY_SHOP) as session:
        if change == "hide":
            session.execute(update(MediaAsset).values(state="hidden"))
        elif change == "refuse":
            session.execute(update(Review).values(state="refused"))
    if change == "withdraw":
        author.post(f"/mine/reviews/{published.id}/withdraw", {})
        with kit.database.transaction(shop.id) as session:
            assert rights_of(session, published.id) == frozenset()
    with kit.database.transaction(shop.id) as session, pytest.raises((Gone, NotFound)):
        open_bundle(session, kit, shop, one_export(session, shop.id, made.id))


def test_a_film_leaves_with_its_captions(kit):
    kit.storage.put("aa/bb/film.mp4", b"moving", content_type="video/mp4")
    kit.storage.put("aa/bb/words.vtt", b"WEBVTT\n", content_type="text/vtt")
    asset = MediaAsset(
        renditions=[
            Rendition(role="preview", key="aa/bb/glimpse.mp4"),
            Rendition(role="video", height=720, key="aa/bb/film.mp4"),
            Rendition(role="captions", language="de", key="aa/bb/words.vtt"),
        ]
    )
    piece = SimpleNamespace(name="video-1", content=SimpleNamespace(asset=asset))
    made = dict(bundle_films(kit, piece, b"rights"))
    assert set(made) == {"video-1-720p.mp4", "video-1-de.vtt"}
    assert made["video-1-de.vtt"] == b"WEBVTT\n"
