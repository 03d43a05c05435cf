"""Films: checked by content, put into a clean container, refused with a reason."""

from __future__ import annotations

import pytest

from reviewapp.media import ffmpeg, films
from reviewapp.media.film_types import claimed_container, sniff_film
from reviewapp.media.films import FilmLimits
from reviewapp.media.refusals import RefusedVideo
from tests.media.films_made import SECRET, film


@pytest.fixture
def clean(tmp_path):
    """Clean a file and give back the result; `limits` as in FilmLimits."""

    def run(path, name=None, **limits):
        folder = tmp_path / f"clean-{path.name}"
        folder.mkdir(exist_ok=True)
        return films.clean(path, name or path.name, folder, limits=FilmLimits(**limits))

    return run


def refusal(clean, path, name=None, **limits) -> str:
    with pytest.raises(RefusedVideo) as refused:
        clean(path, name, **limits)
    return refused.value.code


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_a_clean_film_tells_nothing_but_its_pictures_and_sound(clean, tmp_path, suffix):
    made = film(tmp_path / f"kettle.{suffix}")
    made.write_bytes(made.read_bytes() + b"\x00\x00\x00\x20free" + SECRET.encode() * 2)
    found = clean(made)
    data = found.path.read_bytes()
    assert SECRET.encode() in made.read_bytes()
    for trace in (SECRET.encode(), b"+52.52", b"x264", b"Lavf6"):
        assert trace not in data, trace
    assert (found.width, found.height) == (320, 240)
    assert found.duration_ms == pytest.approx(1000, abs=60)
    assert found.poster.placeholder.startswith("data:image/webp")


def test_a_film_without_sound_is_a_film(clean, tmp_path):
    assert clean(film(tmp_path / "silent.mp4", sound=False)).duration_ms == 1000


def test_sound_alone_is_no_film(clean, tmp_path):
    made = film(tmp_path / "sound.mp4", "-vn")
    assert refusal(clean, made) == "video_without_picture"


def test_a_film_of_more_than_a_minute_is_refused_before_any_encoding(clean, tmp_path):
    made = film(tmp_path / "long.mp4", size="32x32", seconds=63, rate=2, sound=False)
    assert refusal(clean, made) == "video_too_long"
    shorter = film(tmp_path / "minute.mp4", size="32x32", seconds=60, rate=2, sound=False)
    assert clean(shorter).duration_ms == 60_000


def test_a_header_cannot_lie_about_the_duration(clean, tmp_path):
    made = film(tmp_path / "liar.mp4", size="32x32", seconds=63, rate=2, sound=False)
    data = bytearray(made.read_bytes())
    for box in (b"mvhd", b"tkhd", b"mdhd"):
        at = data.find(box) + (20 if box != b"tkhd" else 24)
        data[at : at + 4] = (1).to_bytes(4)
    made.write_bytes(data)
    assert refusal(clean, made) == "video_too_long"


def test_names_and_contents_must_agree(clean, tmp_path):
    made = film(tmp_path / "kettle.mp4", size="32x32")
    assert refusal(clean, made, "kettle.webm") == "video_type_mismatch"
    assert refusal(clean, made, "kettle.php.mp4") == "video_type_mismatch"
    assert refusal(clean, made, "kettle.avi") == "video_type_unsupported"


def test_what_is_empty_too_large_or_broken_is_refused(clean, tmp_path):
    empty = tmp_path / "empty.mp4"
    empty.touch()
    assert refusal(clean, empty) == "video_empty"
    made = film(tmp_path / "kettle.mp4", size="32x32")
    assert refusal(clean, made, max_bytes=100) == "video_too_large_bytes"
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(made.read_bytes()[:200])
    assert refusal(clean, cut) == "video_damaged"


def test_a_playlist_is_no_film_whatever_it_is_called(clean, tmp_path):
    lines = "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"
    for name in ("list.mp4", "list.webm"):
        path = tmp_path / name
        path.write_text(lines)
        assert refusal(clean, path) == "video_type_unsupported"


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"\x00\x00\x00\x18ftypisom", "mov"),
        (b"\x00\x00\x00\x08wide", "mov"),
        (b"\x1a\x45\xdf\xa3\x01\x00webm", "matroska"),
        (b"\x1a\x45\xdf\xa3\x01\x00other", None),
        (b"\x00\x00\x00\x18ftypheic", None),
        (b"\x00\x00\x00\x18ftypM4A ", None),
        (b"RIFF\x00\x00\x00\x00AVI ", None),
        (b"", None),
    ],
)
def test_films_are_told_by_their_first_bytes(head, container):
    assert sniff_film(head) == container


def test_names_promise_a_container():
    assert claimed_container("a.MOV") == "mov"
    assert claimed_container("kettle") is None
    assert claimed_container("a.avi") == ""


def test_a_program_that_hangs_is_ended(tmp_path):
    made = film(tmp_path / "kettle.mp4", size="32x32")
    with pytest.raises(ffmpeg.ProgramFailed) as failed:
        ffmpeg.run(
            ["-re", "-stream_loop", "-1", "-f", "mov", "-i", "fd:", "-f", "null", "-"],
            source=made,
            folder=tmp_path,
            limits=ffmpeg.Limits(wall_seconds=0.6),
        )
    assert failed.value.cause == "time"


def test_a_program_that_eats_memory_or_time_is_ended(tmp_path):
    made = film(tmp_path / "kettle.mp4", size="32x32")
    grow = ["-f", "mov", "-i", "fd:", "-vf", "scale=16000:16000,tmix=frames=64", "-f", "null", "-"]
    burn = ["-f", "lavfi", "-i", "testsrc=s=1920x1080:d=999", "-f", "null", "-"]
    for arguments, limits, cause in (
        (grow, ffmpeg.Limits(address_space_bytes=900 * 1024**2), "memory"),
        (burn, ffmpeg.Limits(cpu_seconds=1), "time"),
    ):
        with pytest.raises(ffmpeg.ProgramFailed) as failed:
            ffmpeg.run(arguments, source=made, folder=tmp_path, limits=limits)
        assert failed.value.cause == cause


def test_the_program_can_open_nothing_but_what_it_is_handed(tmp_path):
    made = film(tmp_path / "kettle.mp4", size="32x32")
    other = ["-protocol_whitelist", "fd", "-f", "mov", "-i", f"file:{made}", "-f", "null", "-"]
    with pytest.raises(ffmpeg.ProgramFailed, match="not on whitelist"):
        ffmpeg.run(other, source=made, folder=tmp_path, limits=ffmpeg.Limits())
