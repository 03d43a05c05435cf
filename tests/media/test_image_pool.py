"""The image processes: limits, crashes, replacement, forks."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from reviewapp.core.errors import OutsideFailed
from reviewapp.media import image_pool
from reviewapp.media.image_pool import Answer, ImagePool
from reviewapp.media.refusals import RefusedImage


def picture(side: int = 8, mode: str = "RGB") -> bytes:
    out = BytesIO()
    Image.new(mode, (side, side)).save(out, "PNG", compress_level=1)
    return out.getvalue()


def asked(pool: ImagePool, data: bytes, wall_seconds: float = 60, **changed: Any) -> Answer:
    request = {
        "task": "sanitise",
        "source_format": "PNG",
        "max_pixels": 60_000_000,
        "cpu_seconds": 60,
    }
    return pool.ask(request | changed, data, wall_seconds)


def test_one_process_serves_many_pictures(pool: ImagePool) -> None:
    asked(pool, picture())
    first = pool.idle_pids
    asked(pool, picture())

    assert pool.idle_pids == first


def test_sizes_are_made_by_a_program_of_their_own() -> None:
    master = BytesIO()
    Image.new("RGB", (400, 300)).save(master, "JPEG")
    pool = ImagePool(1, program="reviewapp.media.rendition_worker")

    answer = asked(pool, master.getvalue(), widths_px=[320])
    pool.close()

    assert [(one["width"], one["content_type"]) for one in answer.facts["files"]] == [
        (320, "image/avif"),
        (320, "image/webp"),
    ]


def test_the_sizes_of_a_phone_s_photo_are_made_within_100_mb() -> None:
    master = BytesIO()
    noise = Image.effect_noise((1000, 750), 60).resize((2000, 1500))
    Image.merge("RGB", (noise, noise.rotate(180), noise)).save(master, "JPEG", quality=90)
    pool = ImagePool(1, program="reviewapp.media.rendition_worker")

    made = asked(pool, master.getvalue(), widths_px=[320, 640, 1280, 2048]).facts["files"]
    status = Path(f"/proc/{pool.idle_pids[0]}/status").read_text()
    pool.close()

    assert {one["width"] for one in made} == {320, 640, 1280, 2000}
    assert int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) < 100 * 1024


def test_a_process_is_replaced_after_its_share(pool: ImagePool) -> None:
    seen = set()
    for _ in range(4):
        asked(pool, picture())
        seen.update(pool.idle_pids)

    assert len(seen) == 2


def test_a_refusal_does_not_cost_the_process(pool: ImagePool) -> None:
    asked(pool, picture())
    before = pool.idle_pids

    with pytest.raises(RefusedImage, match="image_damaged"):
        asked(pool, b"\x89PNG\r\n\x1a\n nothing")

    assert pool.idle_pids == before


def test_a_process_killed_while_idle_is_not_noticed(pool: ImagePool) -> None:
    asked(pool, picture())
    os.kill(pool.idle_pids[0], signal.SIGKILL)

    assert asked(pool, picture()).facts["files"][0]["width"] == 8


def test_a_process_that_crashes_on_a_picture_refuses_that_picture_only(pool: ImagePool) -> None:
    with pytest.raises(RefusedImage, match="image_damaged"):
        asked(pool, picture(), cpu_seconds="not a number")
    asked(pool, picture())
    with pytest.raises(RefusedImage, match="image_damaged"):
        asked(pool, picture(), cpu_seconds="not a number")

    assert asked(pool, picture()).facts["files"][0]["width"] == 8


def test_the_wall_clock_ends_a_picture(pool: ImagePool) -> None:
    with pytest.raises(RefusedImage, match="image_took_too_long"):
        asked(pool, picture(), wall_seconds=0)

    assert asked(pool, picture()).facts["files"][0]["width"] == 8


def test_the_processor_limit_ends_a_picture(pool: ImagePool) -> None:
    with pytest.raises(RefusedImage, match="image_took_too_long"):
        asked(pool, picture(7000, "RGBA"), cpu_seconds=0)

    assert asked(pool, picture()).facts["files"][0]["width"] == 8


def test_the_memory_limit_refuses_a_picture(
    pool: ImagePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_pool, "ADDRESS_SPACE_BYTES", 256 * 1024 * 1024)

    with pytest.raises(RefusedImage, match="image_too_many_pixels"):
        asked(pool, picture(7000))

    assert asked(pool, picture()).facts["files"][0]["width"] == 8


def test_no_free_process_is_a_passing_failure() -> None:
    empty = ImagePool(size=0)

    with pytest.raises(OutsideFailed, match="unavailable"):
        asked(empty, picture(), wall_seconds=0.01)


def test_an_interpreter_that_cannot_start_is_a_passing_failure(
    pool: ImagePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")

    with pytest.raises(OutsideFailed, match="unavailable"):
        asked(pool, picture())


def test_the_process_knows_none_of_our_secrets(
    pool: ImagePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVIEWAPP_SECRET_KEY", "very secret")
    asked(pool, picture())

    environment = Path(f"/proc/{pool.idle_pids[0]}/environ").read_bytes()

    assert b"secret" not in environment.lower()


def test_the_process_runs_without_privileges(pool: ImagePool) -> None:
    asked(pool, picture())

    status = Path(f"/proc/{pool.idle_pids[0]}/status").read_text()
    limits = Path(f"/proc/{pool.idle_pids[0]}/limits").read_text()

    uid = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
    assert uid != "0"
    assert f"Max address space         {image_pool.ADDRESS_SPACE_BYTES}" in limits
    assert "Max file size             0 " in limits


def test_a_forked_process_starts_its_own_pictures_and_leaves_the_parents_alone(
    tmp_path: Path,
) -> None:
    path = tmp_path / "p.png"
    path.write_bytes(picture())
    script = (
        "import os, sys, pathlib\n"
        "from reviewapp.media.images import sanitise\n"
        "from reviewapp.media import images\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "sanitise(path)\n"
        "before = images._pool().idle_pids\n"
        "child = os.fork()\n"
        "ok = sanitise(path).width == 8\n"
        "same = images._pool().idle_pids == before\n"
        "if not child:\n"
        "    os._exit(0 if ok and not same else 1)\n"
        "code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])\n"
        "print(code, ok, same)\n"
    )

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )

    assert done.stdout.splitlines()[-1] == "0 True True", done.stderr
