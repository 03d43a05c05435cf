"""Photos from upload to use: staged clean, attached once, rendered, swept when forgotten."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Conflict
from reviewapp.media import service
from reviewapp.media.refusals import RefusedImage
from reviewapp.media.render import render_attached
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.models.outbox import OutboxEvent
from tests import factories


def picture(exif_orientation: int | None = None) -> BytesIO:
    """A JPEG with a place in its metadata."""
    image = Image.new("RGB", (900, 600), "#b0563c")
    image.paste("#f4e9d8", (0, 0, 450, 300))
    exif = Image.Exif()
    if exif_orientation:
        exif[0x0112] = exif_orientation
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010E] = "SECRETPLACE"
    file = BytesIO()
    image.save(file, "JPEG", exif=exif)
    file.seek(0)
    return file


@pytest.fixture
def request_id(committed, shop):
    with committed() as session:
        return factories.request(session, shop).id


@pytest.fixture
def stage(kit, shop, request_id):
    def put(upload=None, name="mug.jpg", link=request_id):
        return service.stage_photo(
            kit, shop_id=shop.id, request_id=link, upload=upload or picture(), client_name=name
        )

    return put


def assets(kit) -> list[MediaAsset]:
    with kit.database.transaction(EVERY_SHOP) as session:
        return list(session.scalars(select(MediaAsset).order_by(MediaAsset.id)))


def stored_keys(kit) -> list[str]:
    return [key for key in kit.storage.list("") if not key.startswith("published/")]


def test_what_is_staged_holds_nothing_of_the_camera(kit, stage):
    stage(picture(exif_orientation=6))
    (asset,) = assets(kit)
    assert (asset.state, asset.width, asset.height) == ("staged", 600, 900)
    assert asset.sha256 in asset.key
    master = kit.storage.read(asset.key)
    assert b"SECRETPLACE" not in master
    assert not Image.open(BytesIO(master)).getexif()


def test_a_file_that_is_no_picture_leaves_nothing_behind(kit, stage):
    with pytest.raises(RefusedImage):
        stage(BytesIO(b"<?php system('id');"), "holiday.jpg")
    assert assets(kit) == []
    assert stored_keys(kit) == []


def test_the_upload_may_not_be_larger_than_the_setting(kit, shop, request_id):
    small = type(kit)(kit.settings.changed(max_upload_bytes=1000))
    with pytest.raises(RefusedImage) as refusal:
        service.stage_photo(
            small,
            shop_id=shop.id,
            request_id=request_id,
            upload=picture(),
            client_name="mug.jpg",
        )
    small.close()
    assert refusal.value.code == "image_too_large_bytes"


def test_only_the_link_that_staged_a_photo_may_use_it(session, kit, shop, stage, committed):
    mine = stage()
    with committed() as other:
        foreign = factories.request(other, shop).id
    assert service.staged_photos(session, foreign, [mine.id]) == []
    with pytest.raises(Conflict):
        service.attach(session, foreign, [mine.id])


def test_a_photo_is_used_once(committed, shop, stage, request_id):
    photo = stage()
    with committed() as session:
        review = factories.review(session, shop)
        (attached,) = service.attach(session, request_id, [photo.id], review_id=review.id)
        assert (attached.state, attached.review_id) == ("attached", review.id)
    with committed() as session, pytest.raises(Conflict):
        service.attach(session, request_id, [photo.id], review_id=review.id)


def test_nothing_to_attach_asks_nobody(session, request_id):
    assert service.attach(session, request_id, []) == []


def test_photos_in_use_are_rendered_and_told_of(kit, committed, shop, stage, request_id):
    photo = stage()
    with committed() as session:
        review = factories.review(session, shop)
        service.attach(session, request_id, [photo.id], review_id=review.id)
    assert render_attached(kit) == 1
    (asset,) = assets(kit)
    with committed() as session:
        sizes = session.scalars(select(Rendition).where(Rendition.asset_id == asset.id)).all()
        told = session.scalars(select(OutboxEvent).where(OutboxEvent.name == "media.ready")).one()
    assert asset.state == "ready"
    assert {size.width for size in sizes} == {320, 640, 900}
    assert all(kit.storage.exists(size.key) for size in sizes)
    assert told.payload == {"asset_id": str(photo.id), "review_id": str(review.id)}
    assert render_attached(kit) == 0


def test_a_master_that_is_gone_fails_and_is_told_of(kit, committed, shop, stage, request_id):
    photo = stage()
    with committed() as session:
        review = factories.review(session, shop)
        (asset,) = service.attach(session, request_id, [photo.id], review_id=review.id)
    kit.storage.delete(asset.key)
    assert render_attached(kit) == 1
    (asset,) = assets(kit)
    assert (asset.state, asset.failure) == ("failed", "not_found")


def test_a_claimed_photo_is_left_to_its_worker_until_the_lease_is_over(
    kit, committed, shop, stage, request_id
):
    photo = stage()
    with committed() as session:
        review = factories.review(session, shop)
        (asset,) = service.attach(session, request_id, [photo.id], review_id=review.id)
        asset.claimed_at = clock.now()
    assert render_attached(kit) == 0
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        assert render_attached(kit) == 1


def test_hiding_takes_a_photo_off_and_tells(committed, kit, shop, stage, request_id):
    photo = stage()
    with committed() as session:
        review = factories.review(session, shop)
        (asset,) = service.attach(session, request_id, [photo.id], review_id=review.id)
        service.hide(session, asset, "author")
    assert render_attached(kit) == 0
    (asset,) = assets(kit)
    assert (asset.state, asset.hidden_reason) == ("hidden", "author")
    with committed() as session:
        told = session.scalars(select(OutboxEvent).where(OutboxEvent.name == "media.hidden")).one()
    assert told.payload["asset_id"] == str(photo.id)


def test_what_nobody_used_is_swept_after_two_days(kit, committed, shop, stage, request_id):
    forgotten, used = stage(), stage()
    with committed() as session:
        review = factories.review(session, shop)
        service.attach(session, request_id, [used.id], review_id=review.id)
    assert service.sweep_staged(kit) == 0
    with clock.frozen(clock.now() + timedelta(hours=49)):
        assert service.sweep_staged(kit) == 1
    assert [asset.id for asset in assets(kit)] == [used.id]
    assert not [key for key in stored_keys(kit) if forgotten.id.hex in key]
    assert [key for key in stored_keys(kit) if used.id.hex in key]
