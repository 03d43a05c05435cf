"""Films in use: poster first, then what plays; faults end in a named state or another attempt."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psutil
import pytest
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.settings import environment
from reviewapp.media import claims, ffmpeg, service
from reviewapp.media.film_render import render_films
from reviewapp.media.render import render_attached
from reviewapp.media.retries import LEASE
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.models.outbox import OutboxEvent
from tests import factories
from tests.media.films_made import film

WORKER = """
from reviewapp import models
from reviewapp.core.kit import Kit
from reviewapp.core.settings import read_settings
from reviewapp.media import film_encode, film_render
film_encode.PRESET = "placebo"
film_render.render_films(Kit(read_settings()))
"""


@pytest.fixture
def attached(kit, committed, shop, tmp_path) -> Callable[..., MediaAsset]:
    """A film that is used by a review."""

    def attach(name: str = "kettle.mp4", **looks) -> MediaAsset:
        path = film(tmp_path / name, **({"size": "64x48", "seconds": 0.4} | looks))
        with committed() as session:
            link = factories.request(session, shop).id
        staged = service.stage_video(
            kit, shop_id=shop.id, request_id=link, path=path, client_name=name
        )
        with committed() as session:
            review = factories.review(session, shop)
            (asset,) = service.attach(session, link, [staged.id], review_id=review.id)
        return asset

    return attach


def now_of(kit, asset: MediaAsset) -> MediaAsset:
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.scalars(select(MediaAsset).where(MediaAsset.id == asset.id)).one()


def renditions(kit) -> list[Rendition]:
    with kit.database.transaction(EVERY_SHOP) as session:
        return list(session.scalars(select(Rendition).order_by(Rendition.role, Rendition.width)))


def events(kit) -> list[str]:
    with kit.database.transaction(EVERY_SHOP) as session:
        names = session.scalars(select(OutboxEvent.name).order_by(OutboxEvent.id))
        return [name for name in names if name.startswith("media.")]


def wait_until(what: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not happen"
        os.sched_yield()
    return found


def encoder_of(worker_pid: int) -> psutil.Process | None:
    """The program that encodes for a worker, once it has become that program."""
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(worker_pid).children():
            words = child.cmdline()
            if words and words[0] == ffmpeg.program() and "preview.mp4" in words[-1]:
                return child
    return None


def alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_poster_is_there_before_the_film(kit, attached):
    asset = attached()
    assert render_films(kit) == 0, "not before its poster"
    render_attached(kit)
    assert now_of(kit, asset).state == "attached"
    assert {file.role for file in renditions(kit)} == {"poster"}
    assert render_attached(kit) == 0
    assert render_films(kit) == 1
    made = renditions(kit)
    assert now_of(kit, asset).state == "ready"
    assert {file.role for file in made} == {"poster", "video", "preview"}
    assert all(kit.storage.exists(file.key) for file in made)
    assert events(kit) == ["media.poster_ready", "media.ready"]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (ffmpeg.Limits(wall_seconds=0.01), "video_took_too_long"),
        (ffmpeg.Limits(address_space_bytes=300 * 1024**2), "video_too_demanding"),
        (ffmpeg.Limits(file_bytes=1000), "video_damaged"),
    ],
)
def test_a_film_beyond_the_limits_ends_in_a_named_state(kit, attached, limits, code):
    asset = attached(seconds=1)
    render_attached(kit)
    started = clock.now()
    for hours in range(3):
        with clock.frozen(started + timedelta(hours=hours)):
            render_films(kit, limits=limits)
    failed = now_of(kit, asset)
    assert (failed.state, failed.failure) == ("failed", code)
    assert events(kit)[-1] == "media.failed"


def test_a_refusing_storage_is_asked_again_later(kit, attached):
    asset = attached()
    render_attached(kit)
    unfinished = kit.storage.root / ".unfinished"
    shutil.rmtree(unfinished)
    unfinished.write_text("where no file can be begun, none can be stored")
    assert render_films(kit) == 0
    waiting = now_of(kit, asset)
    assert (waiting.state, waiting.failure) == ("attached", "outside_failed")
    unfinished.unlink()
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert render_films(kit) == 1
    assert now_of(kit, asset).state == "ready"


def test_a_full_disk_is_no_fault_of_the_film(tmp_path):
    made = film(tmp_path / "kettle.mp4", size="64x48")
    with pytest.raises(OutsideFailed):
        ffmpeg.run(
            ["-f", "mov", "-i", "fd:", "-c", "copy", "-f", "matroska", "file:/dev/full"],
            source=made,
            folder=tmp_path,
            limits=ffmpeg.Limits(),
        )


def test_what_was_hidden_meanwhile_is_not_worked_on(kit, attached):
    asset = attached()
    render_attached(kit)
    claimed = claims.claim(kit, MediaAsset.kind == "video", claims.HAS_POSTER)
    assert claimed is not None
    assert claims.renew(kit, claimed)
    with kit.database.transaction(asset.shop_id) as session:
        service.hide(session, session.get_one(MediaAsset, asset.id), "author")
    assert not claims.renew(kit, claimed)
    claims.settle(kit, claimed, "ready")
    assert now_of(kit, asset).state == "hidden"


def test_a_killed_worker_takes_its_program_along_and_the_next_goes_on(kit, attached, settings):
    asset = attached(seconds=4, size="320x240", rate=25)
    render_attached(kit)
    with subprocess.Popen([sys.executable, "-c", WORKER], env=environment(settings)) as worker:
        try:
            program = wait_until(lambda: encoder_of(worker.pid))
            assert program.nice() > 0
        finally:
            worker.send_signal(signal.SIGKILL)
    wait_until(lambda: not alive(program))
    assert now_of(kit, asset).state == "attached"
    assert render_films(kit) == 0, "the claim stands until its lease is over"
    with clock.frozen(clock.now() + LEASE + timedelta(seconds=1)):
        assert render_films(kit) == 1
    assert now_of(kit, asset).state == "ready"
