"""One photo or film at a time: the words stay, a person, a reason and a time are on record."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from reviewapp.core.db import EVERY_SHOP
from reviewapp.media import service
from reviewapp.media.redacting import forget_replaced
from reviewapp.media.render import render_attached
from reviewapp.models.audit import AuditEntry
from reviewapp.models.media import MediaAsset, MediaDecision, Rendition
from reviewapp.models.outbox import OutboxEvent
from reviewapp.moderate.media_rules import area_of, media_options
from tests import factories
from tests.media.films_made import film
from tests.moderate.test_admin import decide, stored

WHY = {"reason": "personal_information", "note": "A neighbour can be recognised."}


def plate() -> BytesIO:
    """A picture with a number plate in its middle."""
    image = Image.new("RGB", (800, 600), "#c8b8a0")
    draw = ImageDraw.Draw(image)
    for stripe in range(200, 600, 8):
        draw.rectangle((stripe, 200, stripe + 3, 400), "black")
    file = BytesIO()
    image.save(file, "JPEG", quality=95)
    file.seek(0)
    return file


@pytest.fixture
def with_photo(kit, shop, sent_review):
    """A waiting review and its rendered photo."""

    def attach(declared=(), **values):
        review = sent_review(**values)
        staged = service.stage_photo(
            kit,
            shop_id=shop.id,
            request_id=review.request_id,
            upload=plate(),
            client_name="car.jpg",
        )
        with kit.database.transaction(EVERY_SHOP) as session:
            (asset,) = service.attach(session, review.request_id, [staged.id], review_id=review.id)
            asset.declared = list(declared)
        render_attached(kit)
        return review, asset

    return attach


def now_of(kit, asset) -> MediaAsset:
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.get_one(MediaAsset, asset.id)


def decided(kit, asset) -> list[MediaDecision]:
    with kit.database.transaction(EVERY_SHOP) as session:
        rows = select(MediaDecision).where(MediaDecision.asset_id == asset.id)
        return list(session.scalars(rows.order_by(MediaDecision.decided_at)))


def test_a_photo_is_taken_out_and_shown_again_while_the_words_stay(moderator, kit, with_photo):
    review, asset = with_photo(title="Good boots")
    path = f"/admin/media/{asset.id}"
    bare = moderator.post(f"{path}/decision", {"action": "reject"})
    assert bare.status_code == 422
    assert "Choose one of the listed reasons." in bare.get_data(as_text=True)
    assert now_of(kit, asset).state == "ready"

    moderator.post(f"{path}/decision", {"action": "reject", **WHY})
    assert (now_of(kit, asset).state, stored(kit, review).state) == ("hidden", "pending")
    page = moderator.get(f"/admin/queue/{review.id}").get_data(as_text=True)
    assert "Good boots" in page
    assert "1 file was taken out." in page

    decide(moderator, review, action="publish")
    moderator.post(f"{path}/decision", {"action": "show"})
    assert now_of(kit, asset).state == "ready"
    moderator.post(f"{path}/decision", {"action": "hide", **WHY})
    assert [row.action for row in decided(kit, asset)] == ["reject", "show", "hide"]
    assert all(row.member_id and row.decided_at for row in decided(kit, asset))
    assert decided(kit, asset)[0].note == WHY["note"]
    with kit.database.transaction(EVERY_SHOP) as session:
        logged = session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)).all()
        events = session.scalars(select(OutboxEvent.name)).all()
    assert [name for name in logged if name.startswith("media.")] == [
        "media.reject",
        "media.show",
        "media.hide",
    ]
    assert events.count("media.hidden") == 2


def test_the_database_keeps_reasons_and_history(kit, shop, moderator, with_photo):
    _, asset = with_photo()
    moderator.post(f"/admin/media/{asset.id}/decision", {"action": "reject", **WHY})
    with kit.database.transaction(shop.id) as session:
        who = decided(kit, asset)[0].member_id
    for wrong in (
        {"reason": None, "note": "x"},
        {"reason": "abusive", "note": "  "},
        {"reason": "too_negative", "note": "x"},
        {"reason": "abusive", "note": "x", "member_id": None},
    ):
        values = {"shop_id": shop.id, "asset_id": asset.id, "action": "hide", "actor": "member",
                  "sha256": "x", "member_id": who} | wrong  # fmt: skip
        with pytest.raises(IntegrityError), kit.database.transaction(shop.id) as session:
            factories.add(session, MediaDecision(**values))
    for change in ("UPDATE media_decision SET note = 'other'", "DELETE FROM media_decision"):
        refused = pytest.raises(Exception, match="append-only")
        with refused, kit.database.transaction(shop.id) as session:
            session.execute(text(change))


def test_a_redacted_part_is_gone_for_good_from_every_stored_file(moderator, kit, with_photo):
    _, asset = with_photo()
    before = now_of(kit, asset)
    with kit.database.transaction(EVERY_SHOP) as session:
        old = [before.key, *session.scalars(select(Rendition.key))]
    area = {"left": "20", "top": "30", "width": "60", "height": "40", "how": "pixelate"}
    answer = moderator.post(f"/admin/media/{asset.id}/redact", {**area, **WHY})
    assert answer.status_code == 302
    after = now_of(kit, asset)
    assert after.sha256 != before.sha256
    assert after.sealed_key == before.sealed_key, "the file as it came stays sealed"
    with kit.database.transaction(EVERY_SHOP) as session:
        event = session.scalars(
            select(OutboxEvent).where(OutboxEvent.name == "media.redacted")
        ).one()
        assert set(event.payload["keys"]) == set(old)
    forget_replaced(kit, event)
    assert not any(kit.storage.exists(key) for key in old)

    assert render_attached(kit) == 1
    with kit.database.transaction(EVERY_SHOP) as session:
        keys = [after.key, *session.scalars(select(Rendition.key))]
    for key in keys:
        picture = Image.open(BytesIO(kit.storage.read(key))).convert("L")
        width, height = picture.size
        inside = picture.crop((width * 3 // 10, height * 2 // 5, width * 7 // 10, height * 3 // 5))
        low, high = inside.getextrema()
        assert high - low < 90, "stripes of black on sand differ by 180"
        outside = picture.crop((0, 0, width, height // 4)).resize((1, 1)).getpixel((0, 0))
        assert 175 <= outside <= 195
    (row,) = decided(kit, asset)
    assert row.areas == [{"left": 20, "top": 30, "width": 60, "height": 40, "how": "pixelate"}]
    assert row.sha256 == before.sha256


@pytest.mark.parametrize(
    "area",
    [
        {"left": "90", "top": "0", "width": "20", "height": "10"},
        {"left": "-1", "top": "0", "width": "20", "height": "10"},
        {"left": "nan", "top": "0", "width": "20", "height": "10"},
        {"left": "1", "top": "0", "width": "0", "height": "10"},
        {"left": "1e9", "top": "x", "width": "20", "height": "10"},
        {"left": "1", "top": "1", "width": "20", "height": "10", "how": "paint"},
        {},
    ],
)
def test_an_area_must_lie_within_the_picture(moderator, kit, with_photo, area):
    assert area_of(area) is None
    if area.get("left") in ("90", None):
        _, asset = with_photo()
        answer = moderator.post(f"/admin/media/{asset.id}/redact", {**area, **WHY})
        assert answer.status_code == 422
        assert decided(kit, asset) == []


def test_what_is_in_a_picture_is_declared_and_checked_by_a_person(moderator, kit, with_photo):
    _, asset = with_photo(declared=["people"])
    page = moderator.get(f"/admin/media/{asset.id}").get_data(as_text=True)
    assert re.search(r"The author said:\s+People", page)
    assert 'name="found" value="children" checked' not in page
    found = {"action": "check", "found": ["children", "people", "nonsense"]}
    moderator.post(f"/admin/media/{asset.id}/decision", found)
    (row,) = decided(kit, asset)
    assert row.found == ["people", "children"]
    page = moderator.get(f"/admin/media/{asset.id}").get_data(as_text=True)
    assert 'name="found" value="children" checked' in page


def test_a_film_is_played_by_parts_and_has_no_part_to_redact(
    moderator, kit, shop, sent_review, tmp_path
):
    review = sent_review()
    path = film(tmp_path / "kettle.mp4", size="64x48", seconds=0.4)
    staged = service.stage_video(
        kit, shop_id=shop.id, request_id=review.request_id, path=path, client_name=path.name
    )
    with kit.database.transaction(EVERY_SHOP) as session:
        service.attach(session, review.request_id, [staged.id], review_id=review.id)
    queue = moderator.get(f"/admin/queue/{review.id}").get_data(as_text=True)
    assert f"/admin/media/{staged.id}" in queue
    page = moderator.get(f"/admin/media/{staged.id}").get_data(as_text=True)
    assert "Being prepared" in page
    assert "do=redact" not in page
    part = moderator.client.get(
        f"/admin/media/{staged.id}/file?part=video", headers={"Range": "bytes=0-7"}, buffered=True
    )
    assert (part.status_code, len(part.data)) == (206, 8)
    poster = moderator.client.get(f"/admin/media/{staged.id}/file", buffered=True)
    assert Image.open(BytesIO(poster.data)).size == (64, 48)
    assert moderator.post(f"/admin/media/{staged.id}/redact", WHY).status_code == 409


def test_who_may_not_decide_sees_no_way_to_and_strangers_see_nothing(agent, kit, with_photo):
    _, asset = with_photo()
    page = agent.get(f"/admin/media/{asset.id}").get_data(as_text=True)
    assert "Photo by" in page
    assert "do=reject" not in page
    assert agent.post(f"/admin/media/{asset.id}/decision", {"action": "check"}).status_code == 403
    with kit.database.transaction(EVERY_SHOP) as session:
        other = factories.shop(session)
        elsewhere = factories.review(session, other)
        session.get_one(MediaAsset, asset.id).review_id = elsewhere.id
        session.get_one(MediaAsset, asset.id).shop_id = other.id
    assert agent.get(f"/admin/media/{asset.id}").status_code == 404
    assert agent.get(f"/admin/media/{asset.id}/file").status_code == 404


def test_the_page_of_a_file_knows_no_stars(moderator, with_photo):
    pages = set()
    for stars in (1, 5):
        review, asset = with_photo(rating=stars, display_name="Ada")
        page = moderator.get(f"/admin/media/{asset.id}").get_data(as_text=True)
        main = re.search(r"<main.*</main>", page, re.DOTALL)[0]
        for changing in (str(asset.id), str(review.id), asset.sha256[:8]):
            main = main.replace(changing, "…")
        pages.add(re.sub(r'value="[\w.-]{20,}"|<time.*?</time>', "", main))
    assert len(pages) == 1


def test_what_may_be_done_depends_on_the_file_and_the_reviews_decision_alone():
    waiting = media_options(kind="photo", state="ready", hidden_reason=None, waiting=True)
    assert set(waiting) == {"check", "reject", "redact"}
    shown = media_options(kind="video", state="ready", hidden_reason=None, waiting=False)
    assert set(shown) == {"check", "hide"}
    hidden = media_options(kind="photo", state="hidden", hidden_reason="abusive", waiting=False)
    assert set(hidden) == {"check", "show"}
    assert not media_options(kind="photo", state="hidden", hidden_reason="author", waiting=False)
    assert not media_options(kind="photo", state="staged", hidden_reason=None, waiting=True)
