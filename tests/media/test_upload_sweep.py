"""Uploads that went nowhere are swept, in rows and in storage; nothing else is."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.media import upload_finish, uploads
from reviewapp.media.service import attach, sweep_staged
from reviewapp.media.upload_parts import store_part
from reviewapp.media.upload_quota import Sender, Wanted
from reviewapp.media.upload_sweep import sweep_uploads
from reviewapp.models.media import MediaAsset
from reviewapp.models.upload import Upload
from tests import factories
from tests.collect.links import rows
from tests.media.test_service import picture

LATER = timedelta(hours=49)


@pytest.fixture
def sender(committed, shop) -> Sender:
    with committed() as session:
        return Sender(shop.id, factories.request(session, shop).id, "digest")


def upload(kit, sender: Sender, data: bytes, announced: int = 0) -> Upload:
    wanted = Wanted("help", "mug.jpg", "image/jpeg", announced or len(data))
    return uploads.receive(kit, uploads.begin(kit, sender, wanted), 0, BytesIO(data))


def test_what_is_half_here_is_swept_after_two_days_without_a_byte(kit, sender):
    held = upload(kit, sender, b"half of it", announced=100)
    with clock.frozen(clock.now() + timedelta(hours=40)):
        held = uploads.receive(kit, held, held.received, BytesIO(b"a bit more"))
    with clock.frozen(clock.now() + LATER):
        assert sweep_uploads(kit) == 0
        assert len(list(kit.storage.list("uploads/"))) == 2
    with clock.frozen(clock.now() + timedelta(hours=40) + LATER):
        assert sweep_uploads(kit) == 1
    assert rows(kit, Upload) == []
    assert list(kit.storage.list("")) == []


def test_parts_that_no_row_counts_are_swept_and_others_stay(kit, sender):
    held = upload(kit, sender, b"half of it", announced=100)
    store_part(kit, uuid4(), 0, b"its row is gone")
    kit.storage.put("masters/kept.jpg", b"not an upload's", content_type="image/jpeg")
    sweep_uploads(kit)
    assert set(kit.storage.list("")) == {*held.parts, "masters/kept.jpg"}


def test_a_photo_in_use_outlives_the_note_of_how_it_came(kit, sender, shop):
    staged = upload_finish.finish(kit, upload(kit, sender, picture().read()))
    unused = upload_finish.finish(kit, upload(kit, sender, picture().read()))
    with kit.database.transaction(EVERY_SHOP) as session:
        review = factories.review(session, shop)
        attach(session, sender.request_id, [staged.id], review_id=review.id)
    with clock.frozen(clock.now() + LATER):
        assert (sweep_uploads(kit), sweep_staged(kit)) == (2, 1)
    assert [asset.id for asset in rows(kit, MediaAsset)] == [staged.id] != [unused.id]
    assert kit.storage.exists(rows(kit, MediaAsset)[0].key)


def test_parts_that_cannot_be_deleted_now_go_with_the_next_sweep(kit, sender, monkeypatch):
    held = upload(kit, sender, b"half of it", announced=100)

    def refuse(key: str) -> None:
        raise OutsideFailed

    with monkeypatch.context() as storage:
        storage.setattr(kit.storage, "delete", refuse)
        uploads.remove(kit, held)
    assert len(list(kit.storage.list("uploads/"))) == 1
    sweep_uploads(kit)
    assert list(kit.storage.list("uploads/")) == []


def test_a_shop_does_not_see_anothers_uploads(kit, sender):
    held = upload(kit, sender, b"half of it", announced=100)
    with kit.database.transaction(new_id()) as session:
        assert session.get(Upload, held.id) is None


def test_a_bucket_holds_parts_as_a_folder_does(kit, sender, settings, s3_url):
    there = Kit(settings.changed(storage_url=s3_url))
    photo = picture().read()
    half = upload(there, sender, photo[:5000], announced=len(photo))
    assert list(there.storage.list("uploads/")) == half.parts
    whole = uploads.receive(there, half, 5000, BytesIO(photo[5000:]))
    assert upload_finish.finish(there, whole).width == 900
    assert list(there.storage.list("uploads/")) == []
    there.close()
