"""Films from upload to use: staged clean with a poster, attached once, swept when forgotten."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.media import service
from reviewapp.media.refusals import RefusedVideo
from reviewapp.models.media import MediaAsset
from tests import factories
from tests.media.films_made import SECRET, film


@pytest.fixture
def request_id(committed, shop):
    with committed() as session:
        return factories.request(session, shop).id


@pytest.fixture
def stage(kit, shop, request_id):
    def put(path):
        return service.stage_video(
            kit, shop_id=shop.id, request_id=request_id, path=path, client_name=path.name
        )

    return put


def stored_keys(kit) -> list[str]:
    return [key for key in kit.storage.list("") if not key.startswith("published/")]


def test_a_staged_film_is_here_with_a_poster_and_without_a_place(kit, stage, tmp_path):
    staged = stage(film(tmp_path / "kettle.mp4"))
    with kit.database.transaction(EVERY_SHOP) as session:
        asset = session.scalars(select(MediaAsset)).one()
    assert (asset.id, asset.kind, asset.state) == (staged.id, "video", "staged")
    assert asset.duration_ms == pytest.approx(1000, abs=60)
    assert asset.sha256 in asset.key
    assert SECRET.encode() not in kit.storage.read(asset.key)
    assert Image.open(BytesIO(kit.storage.read(asset.poster_key))).size == (320, 240)
    assert sorted(stored_keys(kit)) == sorted([asset.key, asset.poster_key, asset.sealed_key])


def test_a_refused_film_leaves_nothing_behind(kit, stage, tmp_path):
    wrong = tmp_path / "kettle.mp4"
    wrong.write_bytes(b"<?php system('id');")
    with pytest.raises(RefusedVideo):
        stage(wrong)
    assert stored_keys(kit) == []


def test_a_film_that_nobody_used_is_swept_with_its_poster(kit, stage, tmp_path):
    stage(film(tmp_path / "kettle.mp4", size="64x48"))
    with clock.frozen(clock.now() + timedelta(hours=49)):
        service.sweep_staged(kit)
    assert stored_keys(kit) == []
