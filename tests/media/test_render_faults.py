"""Rendering that fails: a named state, another attempt where it helps, an end where it does not."""

from __future__ import annotations

import http.server
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.core.storage import storage_from_url
from reviewapp.media import claims, images, render, service
from reviewapp.media.refusals import RefusedImage
from reviewapp.media.retries import DELAYS, LEASE, MOST_ATTEMPTS, PASSING, can_pass, next_try
from reviewapp.models.media import MediaAsset
from reviewapp.models.outbox import OutboxEvent
from tests import factories

Attached = Callable[[], MediaAsset]


@pytest.fixture
def attached(kit, committed, shop) -> Attached:
    def attach() -> MediaAsset:
        with committed() as session:
            link = factories.request(session, shop).id
        upload = BytesIO()
        Image.new("RGB", (400, 300), "#a0522d").save(upload, "JPEG")
        upload.seek(0)
        photo = service.stage_photo(
            kit, shop_id=shop.id, request_id=link, upload=upload, client_name="mug.jpg"
        )
        with committed() as session:
            review = factories.review(session, shop)
            (asset,) = service.attach(session, link, [photo.id], review_id=review.id)
        return asset

    return attach


def now_of(kit: Kit, asset: MediaAsset) -> MediaAsset:
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.scalars(select(MediaAsset).where(MediaAsset.id == asset.id)).one()


def events(kit: Kit) -> list[str]:
    with kit.database.transaction(EVERY_SHOP) as session:
        names = session.scalars(select(OutboxEvent.name).order_by(OutboxEvent.id))
        return [name for name in names if name.startswith("media.")]


@contextmanager
def storage_at(kit: Kit, url: str) -> Iterator[None]:
    """The kit with its storage elsewhere for a while."""
    held = kit.storage
    kit.__dict__["storage"] = storage_from_url(url)
    yield
    kit.__dict__["storage"] = held


@pytest.fixture
def refusing_bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], str]]:
    """The address of a bucket that answers everything with one status."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    told = {"status": 403}

    class Refusing(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(told["status"])
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_PUT = do_HEAD = answer  # noqa: N815  # the names http.server calls

        def log_message(self, *_: Any) -> None:
            """Nothing on the test's output."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def address(status: int) -> str:
        told["status"] = status
        return f"s3://bucket?endpoint=http://127.0.0.1:{server.server_port}"

    yield address
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("status", [403, 503])
def test_a_bucket_that_refuses_delays_and_loses_nothing(
    kit: Kit, attached: Attached, refusing_bucket: Callable[[int], str], status: int
) -> None:
    asset = attached()
    with storage_at(kit, refusing_bucket(status)):
        assert render.render_attached(kit) == 0
    waiting = now_of(kit, asset)
    assert (waiting.state, waiting.failure) == ("attached", "outside_failed")
    assert waiting.next_try_at == pytest.approx(clock.now() + DELAYS[0], abs=timedelta(seconds=20))

    assert render.render_attached(kit) == 0
    with clock.frozen(clock.now() + DELAYS[0]):
        assert render.render_attached(kit) == 1
    ready = now_of(kit, asset)
    assert (ready.state, ready.failure, ready.next_try_at) == ("ready", None, None)
    assert events(kit) == ["media.ready"]


def test_a_disk_that_cannot_be_written_is_tried_for_a_day_then_named(
    kit: Kit, attached: Attached
) -> None:
    asset = attached()
    unfinished = Path(kit.storage.root) / ".unfinished"
    unfinished.rmdir()
    unfinished.touch()  # where every write begins there is no folder any more
    started = clock.now()
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert now_of(kit, asset).state == "attached"
        with clock.frozen(started + attempt * timedelta(hours=13)):
            render.render_attached(kit)
        assert now_of(kit, asset).attempts == attempt
    failed = now_of(kit, asset)
    assert (failed.state, failed.failure) == ("failed", "outside_failed")
    assert events(kit) == ["media.failed"]
    assert sum(DELAYS, timedelta()) > timedelta(hours=20)

    unfinished.unlink()
    with kit.database.transaction(asset.shop_id) as session:
        render.render_anew(session, session.get_one(MediaAsset, asset.id))
    assert render.render_attached(kit) == 1
    assert now_of(kit, asset).state == "ready"


def test_a_broken_storage_is_asked_once_a_run_not_once_a_photo(
    kit: Kit, attached: Attached, refusing_bucket: Callable[[int], str]
) -> None:
    photos = [attached() for _ in range(3)]
    with storage_at(kit, refusing_bucket(503)):
        render.render_attached(kit)
    assert sum(now_of(kit, photo).attempts for photo in photos) == 1


def test_a_photo_that_takes_too_long_gets_three_attempts_and_holds_nobody_up(
    kit: Kit, attached: Attached, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = attached(), attached()
    real, key = images.render, slow.key

    def render_slowly(master: bytes) -> list[images.RenditionFile]:
        if master == kit.storage.read(key):
            raise RefusedImage("image_took_too_long")
        return real(master)

    with kit.database.transaction(EVERY_SHOP) as session:
        other = Image.new("RGB", (40, 40), "navy")
        file = BytesIO()
        other.save(file, "JPEG")
        kit.storage.put(quick.key, file.getvalue(), content_type="image/jpeg")
        session.flush()
    monkeypatch.setattr(render, "render", render_slowly)
    started = clock.now()
    assert render.render_attached(kit) == 1
    assert now_of(kit, quick).state == "ready"
    for hours in (1, 2):
        with clock.frozen(started + timedelta(hours=hours)):
            render.render_attached(kit)
    failed = now_of(kit, slow)
    assert (failed.state, failed.failure, failed.attempts) == ("failed", "image_took_too_long", 3)


def test_a_photo_whose_worker_never_comes_back_is_given_up_in_the_end(
    kit: Kit, attached: Attached
) -> None:
    asset = attached()
    at = clock.now()
    for _ in range(MOST_ATTEMPTS):
        with clock.frozen(at):
            assert claims.claim(kit, render.WANTS_PICTURES) is not None
            assert render.render_attached(kit) == 0
        at += LEASE + timedelta(seconds=1)
    with clock.frozen(at):
        render.render_attached(kit)
    failed = now_of(kit, asset)
    assert (failed.state, failed.failure) == ("failed", "worker_lost")


DYING_WORKER = """
import json, os, signal, sys
from pathlib import Path
from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings
from reviewapp.media import render
told = json.loads(sys.argv[1])
kit = Kit(Settings(**told | {"data_dir": Path(told["data_dir"]), "secret_keys": ("k",)}))
real = render.render
def die(master):
    files = real(master)
    os.kill(os.getpid(), signal.SIGKILL)
render.render = die
render.render_attached(kit)
"""


def test_a_worker_killed_in_the_middle_of_a_photo_costs_five_minutes(
    kit: Kit, attached: Attached
) -> None:
    asset = attached()
    told = {
        "data_dir": str(kit.settings.data_dir),
        "database_url": kit.settings.database_url,
        "redis_url": kit.settings.redis_url,
    }
    died = subprocess.run(
        [sys.executable, "-c", DYING_WORKER, json.dumps(told)],
        cwd=Path(__file__).parents[2],
        check=False,
        timeout=120,
    )
    assert died.returncode == -signal.SIGKILL
    left = now_of(kit, asset)
    assert (left.state, left.attempts) == ("attached", 1)
    assert render.render_attached(kit) == 0  # the dead one's lease still runs
    with clock.frozen(clock.now() + LEASE + timedelta(seconds=1)):
        assert render.render_attached(kit) == 1
    assert now_of(kit, asset).state == "ready"


def test_what_was_hidden_while_it_was_rendered_stays_hidden(kit: Kit, attached: Attached) -> None:
    asset = attached()
    claimed = claims.claim(kit, render.WANTS_PICTURES)
    with kit.database.transaction(asset.shop_id) as session:
        service.hide(session, session.get_one(MediaAsset, asset.id), "author")
    assert claimed is not None
    claims.settle(kit, claimed, "ready", render._made(kit, claimed))
    assert now_of(kit, asset).state == "hidden"
    assert events(kit) == ["media.hidden"]


@given(st.integers(min_value=1, max_value=50), st.sampled_from([*PASSING, "image_damaged"]))
def test_attempts_end_and_grow_apart(attempts: int, code: str) -> None:
    now = clock.now()
    assert next_try(attempts, now) >= next_try(max(1, attempts - 1), now) > now
    assert can_pass(code, attempts) == (attempts < PASSING.get(code, 0))
    assert not can_pass(code, MOST_ATTEMPTS)
