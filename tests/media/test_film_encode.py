"""What is made of a film: upright, never larger, playable at once, silent about its origin."""

from __future__ import annotations

import itertools
import re
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from reviewapp.media import ffmpeg, films
from reviewapp.media.film_encode import encode, sizes_of
from reviewapp.media.film_filters import frame_rate
from tests.media.conftest import alike, corner_colours, four_corners
from tests.media.films_made import QUICK, SECRET, film
from tests.media.films_made import ffmpeg as plain

TURNS = {  # display matrix options and what the corners then are, in reading order
    "0": (["-display_rotation", "0"], "abcd"),
    "90": (["-display_rotation", "90"], "bdac"),
    "180": (["-display_rotation", "180"], "dcba"),
    "270": (["-display_rotation", "270"], "cadb"),
    "mirrored": (["-display_hflip"], "badc"),
    "flipped": (["-display_vflip"], "cdab"),
    "90 mirrored": (["-display_rotation", "90", "-display_hflip"], "dbca"),
    "270 mirrored": (["-display_rotation", "270", "-display_hflip"], "acbd"),
}


@pytest.fixture
def made_of(tmp_path):
    """Clean and encode a film: its files by name."""

    def run(path: Path):
        folders = tmp_path / f"{path.stem}-clean", tmp_path / f"{path.stem}-made"
        for folder in folders:
            folder.mkdir()
        clean = films.clean(path, path.name, folders[0])
        container = "matroska" if clean.suffix == ".mkv" else "mov"
        return clean, encode(clean.path, container, folders[1])

    return run


def told(path: Path) -> str:
    """What the program says of a file."""
    command = [ffmpeg.program(), "-hide_banner", "-i", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def frame(path: Path, at: float = 0) -> Image.Image:
    """One frame as a player shows it."""
    still = path.with_suffix(".png")
    plain("-ss", str(at), "-i", str(path), "-frames:v", "1", "-update", "1", str(still))
    return Image.open(BytesIO(still.read_bytes()))


def test_the_files_are_what_every_browser_plays_and_hold_no_origin(made_of, tmp_path):
    clean, files = made_of(film(tmp_path / "kettle.mov", size="1440x1080", seconds=0.4))
    assert [(file.role, file.width, file.height) for file in files] == [
        ("video", 1440, 1080),
        ("video", 960, 720),
        ("preview", 360, 270),
    ]
    for file in files:
        data = file.path.read_bytes()
        assert data.index(b"moov") < data.index(b"mdat"), "plays before it is all there"
        for trace in (SECRET.encode(), b"x264", b"Lavc", b"Lavf6", b"+52.5"):
            assert trace not in data, trace
        facts = told(file.path)
        assert "h264 (High)" in facts
        assert "yuv420p(tv, bt709" in facts
        assert f"{file.width}x{file.height}" in facts
        assert "creation_time" not in facts
        assert ("aac (LC)" in facts) == (file.role == "video")
    assert clean.sha256 not in {file.sha256 for file in files}


@pytest.mark.parametrize("turn", TURNS)
def test_turned_and_mirrored_films_come_out_upright(made_of, tmp_path, turn):
    options, corners = TURNS[turn]
    still, flat, turned = (tmp_path / name for name in ("still.png", "flat.mp4", "turned.mp4"))
    picture = four_corners()
    picture.save(still)
    plain("-loop", "1", "-t", "0.3", "-r", "10", "-i", str(still), *QUICK, "-pix_fmt", "yuv420p",
          str(flat))  # fmt: skip
    plain(*options, "-i", str(flat), "-c", "copy", str(turned))
    clean, (video, preview) = made_of(turned)
    colours = dict(zip("abcd", corner_colours(picture), strict=True))
    wanted = [colours[corner] for corner in corners]
    sideways = turn.startswith(("90", "270"))
    assert (clean.width, clean.height) == ((160, 240) if sideways else (240, 160))
    for shown in (
        frame(video.path),
        frame(preview.path),
        Image.open(BytesIO(clean.poster.data)),
    ):
        assert shown.size == (clean.width, clean.height)
        assert alike(corner_colours(shown), wanted, tolerance=40), turn
    assert "rotation" not in told(video.path)


def test_bright_film_becomes_ordinary_film(made_of, tmp_path):
    """Half of the reference white in HLG and PQ looks like a middle grey, not like fog or night."""
    for transfer, code in (("arib-std-b67", 0.5), ("smpte2084", 0.44)):
        path = tmp_path / f"{transfer}.mp4"
        plain(
            "-f", "lavfi", "-i", "color=black:s=64x64:r=10:d=0.3",
            "-vf", f"format=yuv420p10le,geq=lum={64 + code * 876}:cb=512:cr=512,setparams="
            f"color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc:range=tv",
            "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", str(path),
        )  # fmt: skip
        clean, (video, _) = made_of(path)
        assert "yuv420p(tv, bt709" in told(video.path)
        grey = frame(video.path).convert("L").resize((1, 1)).getpixel((0, 0))
        assert 90 <= grey <= 200, transfer
        poster = Image.open(BytesIO(clean.poster.data)).convert("L").resize((1, 1))
        assert abs(poster.getpixel((0, 0)) - grey) < 12


def test_uneven_frames_become_even_ones(made_of, tmp_path):
    path = film(tmp_path / "uneven.mkv", "-vf", "setpts='PTS+0.04*mod(N,3)/TB'",
                "-fps_mode", "vfr", seconds=1, rate=25)  # fmt: skip
    _, (video, *_) = made_of(path)
    command = ["-i", str(video.path), "-map", "0:v", "-c", "copy", "-f", "framecrc", "-"]
    done = subprocess.run(
        [ffmpeg.program(), "-loglevel", "error", *command], capture_output=True, check=True
    )
    times = sorted(
        int(line.split(",")[2]) for line in done.stdout.decode().splitlines() if line[0] == "0"
    )
    assert len({after - before for before, after in itertools.pairwise(times)}) == 1


def test_a_film_without_sound_and_one_of_a_single_frame_are_rendered(made_of, tmp_path):
    _, files = made_of(film(tmp_path / "silent.webm", "-c:v", "libvpx", sound=False))
    assert "Audio" not in told(files[0].path)
    _, files = made_of(film(tmp_path / "blink.mp4", size="10x12", seconds=0.04, rate=25))
    assert [file.role for file in files] == ["video", "preview"]
    assert all(re.search("10x12", told(file.path)) for file in files)


@pytest.mark.parametrize(
    ("size", "made"),
    [
        ((3840, 2160), [(1920, 1080), (1280, 720)]),
        ((1080, 1920), [(1080, 1920), (720, 1280)]),
        ((1281, 721), [(1280, 720)]),
        ((641, 361), [(640, 360)]),
        ((4000, 400), [(1920, 192), (1280, 128)]),
        ((1, 1), [(2, 2)]),
    ],
)
def test_sizes_are_even_and_never_larger_than_the_film(size, made):
    assert sizes_of(*size) == made


@pytest.mark.parametrize(
    ("average", "shown"),
    [(25.0, 25), (29.97, 29.97), (59.9, 29.97), (60, 30), (240, 30), (27.3, 30), (14.99, 15)],
)
def test_usual_frame_rates_are_kept_and_others_evened_out(average, shown):
    assert float(frame_rate(average)) == pytest.approx(shown, rel=0.001)
