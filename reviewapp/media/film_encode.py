"""A clean film to what pages play: H.264 and AAC in MP4 at two sizes, and a silent glimpse."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reviewapp.media import ffmpeg
from reviewapp.media.film_facts import Facts, Shown, facts_of, input_of, refusal, shown_of
from reviewapp.media.film_filters import frame_rate, sdr, upright_box
from reviewapp.media.films import GRACE_SECONDS, LONGEST_SECONDS, file_sha256

BOXES_PX = ((1920, 1080), (1280, 720))
WORTH_IT = 0.8
"""A second size is made when it has fewer pixels than this part of the first."""
PREVIEW_BOX_PX = (480, 270)
PREVIEW_SECONDS = 3
PREVIEW_FRAMES_PER_SECOND = 12
PRESET = "veryfast"
ENCODE_LIMITS = ffmpeg.Limits(
    address_space_bytes=4 * 1024**3, cpu_seconds=900, wall_seconds=900.0, file_bytes=256 * 1024**2
)
_MOST_BITS = {1080: "6M", 720: "3M"}
_STRIPPED = (
    "-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-fflags", "+bitexact",
    "-metadata:s:v", "encoder=", "-flags:v", "+bitexact",
    "-bsf:v", "filter_units=remove_types=6", "-movflags", "+faststart", "-f", "mp4",
)  # fmt: skip
_COLOURS = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
            "-color_range", "tv")  # fmt: skip


@dataclass(frozen=True)
class FilmFile:
    """One made file: `role` is "video" or "preview"; sizes in px, `sha256` in hex."""

    role: str
    path: Path
    width: int
    height: int
    sha256: str
    byte_count: int

    content_type = "video/mp4"
    suffix = ".mp4"


def encode(
    master: Path,
    container: str,
    folder: Path,
    *,
    beat: Callable[[], bool] | None = None,
    limits: ffmpeg.Limits = ENCODE_LIMITS,
) -> list[FilmFile]:
    """Decode the film once and write all its files into `folder`, the largest first.

    Never larger than the film. `beat` as in `ffmpeg.run`. Raises RefusedVideo for a film that
    cannot be decoded within the limits, OutsideFailed when the disk is full.
    """
    facts = facts_of(master, container, folder, LONGEST_SECONDS)
    shown = shown_of(master, container, folder)
    sizes = sizes_of(shown.width, shown.height)
    try:
        ffmpeg.run(arguments(facts, shown), source=master, folder=folder, limits=limits, beat=beat)
    except ffmpeg.ProgramFailed as error:
        raise refusal(error) from error
    preview = upright_box(shown.width, shown.height, *PREVIEW_BOX_PX)
    return [
        *(_file("video", folder / f"film-{n}.mp4", size) for n, size in enumerate(sizes)),
        _file("preview", folder / "preview.mp4", preview),
    ]


def sizes_of(width: int, height: int) -> list[tuple[int, int]]:
    """1080p and 720p of a film this large, each at most its own size; one where they are alike."""
    large, small = (upright_box(width, height, *box) for box in BOXES_PX)
    return [large, small] if small[0] * small[1] < WORTH_IT * large[0] * large[1] else [large]


def arguments(facts: Facts, shown: Shown) -> list[str]:
    """The whole command: one input, one filter graph, up to three outputs."""
    sizes = sizes_of(shown.width, shown.height)
    return [
        *input_of(facts.container), "-filter_complex_threads", "2",
        "-filter_complex", _graph(facts, shown, sizes),
        *(word for number, size in enumerate(sizes) for word in _film(number, size, facts.sound)),
        *_preview(),
    ]  # fmt: skip


def _graph(facts: Facts, shown: Shown, sizes: list[tuple[int, int]]) -> str:
    """Fewer frames first, then the largest size, each smaller one from the one before."""
    steps = [f"[0:V:0]fps={frame_rate(facts.frames_per_second)},{sdr(shown, sizes[0])}"]
    for number, size in enumerate(sizes):
        if number:
            steps.append(f"[rest{number - 1}]scale={size[0]}:{size[1]}:flags=bicubic")
        steps[-1] += f",split[film{number}][rest{number}]"
    width, height = upright_box(shown.width, shown.height, *PREVIEW_BOX_PX)
    steps.append(
        f"[rest{len(sizes) - 1}]trim=duration={PREVIEW_SECONDS},"
        f"fps={PREVIEW_FRAMES_PER_SECOND}:eof_action=pass,"
        f"scale={width}:{height}:flags=bicubic[preview]"
    )
    return ";".join(steps)


def _film(number: int, size: tuple[int, int], sound: bool) -> Iterator[str]:
    most = _MOST_BITS[1080 if min(size) > 720 else 720]
    yield from ("-map", f"[film{number}]")
    if sound:
        yield from ("-map", "0:a:0", "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000")
        # Gaps and drift of a phone's clock are filled, so that lips and words stay together.
        yield from ("-af", "aresample=async=1:first_pts=0", "-flags:a", "+bitexact")
    yield from _h264(crf=23, most=most)
    yield from ("-t", str(LONGEST_SECONDS + GRACE_SECONDS), *_STRIPPED, f"file:film-{number}.mp4")


def _preview() -> Iterator[str]:
    yield from ("-map", "[preview]", "-an", *_h264(crf=30, most="600k"), *_STRIPPED)
    yield "file:preview.mp4"


def _h264(crf: int, most: str) -> Iterator[str]:
    yield from ("-c:v", "libx264", "-preset", PRESET, "-crf", str(crf), "-profile:v", "high")
    yield from ("-maxrate", most, "-bufsize", most, "-pix_fmt", "yuv420p", "-g", "60", *_COLOURS)
    yield from ("-threads", str(min(4, os.cpu_count() or 1)))


def _file(role: str, path: Path, size: tuple[int, int]) -> FilmFile:
    return FilmFile(role, path, *size, sha256=file_sha256(path), byte_count=path.stat().st_size)
