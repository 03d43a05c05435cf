"""No file without its row, no row without its file: found, and mended where that can be done."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import boto3
import pytest
from click.testing import CliRunner
from moto.server import ThreadedMotoServer
from PIL import Image
from sqlalchemy import delete, select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.media import service
from reviewapp.media.render import render_attached
from reviewapp.media.sweep import Sweep, sweep_media
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.models.review import Review
from reviewapp.reactions import check_originals
from reviewapp.upkeep import media
from reviewapp.widgets.media_files import sync_media
from reviewapp.widgets.media_sweep import sweep_published_media
from tests import factories

LATER = timedelta(hours=25)


@pytest.fixture(params=["folder", "bucket"])
def stored_in(request: Any, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kit]:
    """The kit with its private files in a folder, and in a bucket."""
    if request.param == "folder":
        yield kit
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    name = f"b{new_id().hex}"
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=name)
    held = Kit(kit.settings.changed(storage_url=f"s3://{name}/media?endpoint={endpoint}"))
    yield held
    held.close()
    server.stop()


@pytest.fixture
def photo(shop: Any, committed: Any) -> Callable[..., UUID]:
    """A photo in a published review, rendered; or one that is only staged."""

    def make(kit: Kit, *, staged: bool = False) -> UUID:
        with committed() as session:
            link = factories.request(session, shop).id
        upload = BytesIO()
        Image.effect_noise((60, 40), 90).convert("RGB").save(upload, "JPEG")
        upload.seek(0)
        asset = service.stage_photo(
            kit, shop_id=shop.id, request_id=link, upload=upload, client_name="a.jpg"
        )
        if not staged:
            with committed() as session:
                review = factories.review(
                    session, shop, state="published", published_at=clock.now(), position=0
                )
                service.attach(session, link, [asset.id], review_id=review.id)
            render_attached(kit)
            check_originals(kit)
        return asset.id

    return make


def swept(kit: Kit, **options: bool) -> Sweep:
    with clock.frozen(clock.now() + LATER):
        return sweep_media(kit, **options)


def row(kit: Kit, asset_id: UUID) -> MediaAsset | None:
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.get(MediaAsset, asset_id)


def keys_of(kit: Kit, asset_id: UUID) -> list[str]:
    with kit.database.transaction(EVERY_SHOP) as session:
        return list(session.scalars(select(Rendition.key).where(Rendition.asset_id == asset_id)))


def test_an_installation_in_order_has_nothing_to_sweep(stored_in: Kit, photo: Any) -> None:
    photo(stored_in)
    photo(stored_in, staged=True)
    found = swept(stored_in)
    assert found.whole
    assert found.files == found.rows > 4


def test_files_without_rows_go_once_they_are_old(stored_in: Kit, photo: Any) -> None:
    kept, gone = photo(stored_in), photo(stored_in)
    theirs = set(keys_of(stored_in, gone)) | {row(stored_in, gone).key}
    with stored_in.database.transaction(EVERY_SHOP) as session:
        session.execute(delete(MediaAsset).where(MediaAsset.id == gone))
    stored_in.storage.put("imports/orders.csv", b"x", content_type="text/csv")

    assert sweep_media(stored_in).whole  # still young: an upload may be about to name them
    assert set(swept(stored_in, dry_run=True).orphans) == theirs
    found = swept(stored_in)
    assert set(found.orphans) == theirs
    assert found.orphan_bytes > 1000
    assert not any(stored_in.storage.exists(key) for key in theirs)
    assert all(stored_in.storage.exists(key) for key in keys_of(stored_in, kept))
    assert stored_in.storage.exists("imports/orders.csv")
    assert swept(stored_in).whole


def test_a_lost_rendition_is_made_again(stored_in: Kit, photo: Any) -> None:
    asset_id = photo(stored_in)
    lost = keys_of(stored_in, asset_id)[0]
    stored_in.storage.delete(lost)

    assert [one.done for one in sweep_media(stored_in, dry_run=True).lost] == ["rendered_anew"]
    assert row(stored_in, asset_id).state == "ready"
    assert [one.key for one in sweep_media(stored_in).lost] == [lost]
    assert render_attached(stored_in) == 1
    assert stored_in.storage.exists(lost)
    assert row(stored_in, asset_id).state == "ready"
    assert sweep_media(stored_in).whole


def test_what_cannot_be_made_again_is_named_or_forgotten(kit: Kit, photo: Any) -> None:
    used, staged, sealed = photo(kit), photo(kit, staged=True), photo(kit, staged=True)
    for asset_id in (used, staged):
        kit.storage.delete(row(kit, asset_id).key)
    kit.storage.delete(row(kit, sealed).sealed_key)

    found = sweep_media(kit)
    assert {(one.asset_id, one.part, one.done) for one in found.lost} == {
        (str(used), "master", "none"),
        (str(staged), "master", "forgotten"),
        (str(sealed), "sealed", "forgotten"),
    }
    assert [one.asset_id for one in found.beyond_help] == [str(used)]
    assert row(kit, staged) is None
    assert row(kit, sealed).sealed_key is None


def test_a_sweep_beside_a_running_upload_and_a_deletion_harms_neither(
    kit: Kit, photo: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that come and go between the listing and the look at the database."""
    going = photo(kit, staged=True)
    real = kit.storage.entries
    came: list[UUID] = []

    def entries(prefix: str) -> Iterator[Any]:
        yield from real(prefix)
        if prefix == "masters/":
            came.append(photo(kit, staged=True))
            asset = row(kit, going)
            with kit.database.transaction(EVERY_SHOP) as session:
                session.execute(delete(MediaAsset).where(MediaAsset.id == going))
            for key in (asset.key, asset.sealed_key):
                kit.storage.delete(key)

    monkeypatch.setattr(kit.storage, "entries", entries)
    found = swept(kit)
    assert not found.lost
    assert kit.storage.exists(row(kit, came[0]).key)


@contextmanager
def opened(kit: Kit) -> Iterator[Kit]:
    yield kit


def test_the_command_tells_what_it_saw_and_fails_while_something_is_left(
    kit: Kit, photo: Any
) -> None:
    asset_id = photo(kit)
    kit.storage.put("masters/ab/stray.jpg", b"x", content_type="image/jpeg")
    stray = kit.storage.root / "masters/ab/stray.jpg"
    os.utime(stray, (0, 0))

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(media, arguments, obj=lambda: opened(kit))
        return done.exit_code, done.output

    assert run("sweep", "--dry-run")[0] == 1
    code, output = run("sweep", "--dry-run", "--json")
    told = json.loads(output.splitlines()[-1])
    assert (code, told["orphans"], told["dry_run"]) == (1, ["masters/ab/stray.jpg"], True)
    assert run("sweep")[0] == 0
    assert not stray.exists()
    assert run("sweep", "--dry-run")[0] == 0
    kit.storage.delete(row(kit, asset_id).key)
    code, output = run("sweep")
    assert code == 1
    assert "(master: none)" in output


def test_the_command_opens_an_original_into_a_new_file_only(
    kit: Kit, photo: Any, tmp_path: Any
) -> None:
    asset_id = str(photo(kit, staged=True))
    out = tmp_path / "original.jpg"
    arguments = ["original", asset_id, "--out", str(out), "--reason", "A claim."]

    first = CliRunner().invoke(media, arguments, obj=lambda: opened(kit))
    again = CliRunner().invoke(media, arguments, obj=lambda: opened(kit))

    assert (first.exit_code, again.exit_code) == (0, 1)
    assert out.read_bytes().startswith(b"\xff\xd8\xff")
    assert oct(out.stat().st_mode & 0o777) == "0o600"
    assert row(kit, UUID(asset_id)).source_sha256 in first.output


def test_failed_photos_can_all_be_tried_again(kit: Kit, photo: Any) -> None:
    asset_id = photo(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(MediaAsset, asset_id).state = "failed"

    told = CliRunner().invoke(media, ["retry"], obj=lambda: opened(kit))

    assert told.output == "1 to be tried again\n"
    assert render_attached(kit) == 1
    assert row(kit, asset_id).state == "ready"


def test_a_published_file_that_no_review_shows_is_taken_back(
    kit: Kit, photo: Any, shop: Any, committed: Any
) -> None:
    shown, gone = photo(kit), photo(kit)
    folder = f"p/v1/{shop.widget_key}/media/"
    for asset_id in (shown, gone):
        sync_media(kit, f"p/v1/{shop.widget_key}", dict.fromkeys(keys_of(kit, asset_id), True))
    public = [f"{folder}{key}" for key in keys_of(kit, shown)]
    assert all(kit.published.exists(key) for key in public)
    left = [f"{folder}{key}" for key in keys_of(kit, gone)]
    assert all(kit.published.exists(key) for key in left)
    with committed() as session:
        review_id = session.get_one(MediaAsset, gone).review_id
        session.execute(delete(Review).where(Review.id == review_id))

    assert sweep_published_media(kit) == []  # may be on its way
    with clock.frozen(clock.now() + LATER):
        assert sorted(sweep_published_media(kit, dry_run=True)) == sorted(left)
        assert sorted(sweep_published_media(kit)) == sorted(left)
    assert all(kit.published.exists(key) for key in public)
    assert not any(kit.published.exists(key) for key in left)
