"""Films: an untrusted upload in, one clean film and its poster out (standards G.1, video).

The clean film keeps its pictures and sound as they were encoded, in a container made anew: no
metadata, no places, no chapters, no other tracks, nothing behind its end.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import structlog

from reviewapp.media import ffmpeg
from reviewapp.media.film_facts import (
    PROBE_LIMITS,
    Facts,
    Shown,
    facts_of,
    input_of,
    refusal,
    shown_of,
)
from reviewapp.media.film_filters import sdr, upright_box
from reviewapp.media.film_types import (
    HEAD_BYTES,
    DeceptiveNameError,
    claimed_container,
    sniff_film,
)
from reviewapp.media.images import SanitisedImage, sanitise
from reviewapp.media.refusals import RefusedVideo

LONGEST_SECONDS = 60
GRACE_SECONDS = 0.5
"""A phone that stops at one minute writes a few frames more."""
POSTER_FROM_SECONDS = 5
"""The poster is the most typical key frame of the film's beginning."""
POSTER_BOX_PX = (1920, 1080)

CONTENT_TYPES = {"mov": ("video/quicktime", ".mov"), "matroska": ("video/x-matroska", ".mkv")}
# Messages inside the stream (H.26x SEI, AV1 metadata and padding) may hold anything at all.
_SILENCE: dict[str, str] = {
    "h264": "filter_units=remove_types=6",
    "hevc": "filter_units=remove_types=39|40",
    "av1": "filter_units=remove_types=5|15",
}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class FilmLimits:
    """Bounds for one film."""

    max_bytes: int = 256 * 1024 * 1024
    longest_seconds: float = LONGEST_SECONDS


DEFAULT_LIMITS = FilmLimits()


@dataclass(frozen=True)
class CleanFilm:
    """The master at `path`, its size upright in px, and its poster.

    `sha256` (hex) is of the master, `source_sha256` of what was sent.
    """

    path: Path
    content_type: str
    suffix: str
    width: int
    height: int
    duration_ms: int
    sha256: str
    source_sha256: str
    poster: SanitisedImage


def clean(
    path: Path, client_name: str, folder: Path, *, limits: FilmLimits = DEFAULT_LIMITS
) -> CleanFilm:
    """Check an upload by content, put it into a new container, and take its poster.

    Costs 0.2 to 0.4 s of CPU, more for what is large: nothing is encoded but one still.
    `client_name` is only compared with the content. `folder` is an empty temporary one; the result
    lies in it.
    Raises RefusedVideo, or OutsideFailed when the program or the image process cannot be had.
    """
    container = _checked_container(path, client_name, limits)
    seen = _log.bind(container=container, byte_count=path.stat().st_size)
    try:
        film = _cleaned(path, container, folder, limits)
    except RefusedVideo as refused:
        seen.warning("film.refused", code=refused.code, detail=refused.detail)
        raise
    seen.info("film.cleaned", width=film.width, height=film.height, duration_ms=film.duration_ms)
    return film


def file_sha256(path: Path) -> str:
    """Hex digest of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cleaned(path: Path, container: str, folder: Path, limits: FilmLimits) -> CleanFilm:
    facts = facts_of(path, container, folder, limits.longest_seconds)
    if facts.seconds > limits.longest_seconds + GRACE_SECONDS:
        raise RefusedVideo("video_too_long", f"{facts.seconds:.1f} s")
    content_type, suffix = CONTENT_TYPES[container]
    master = folder / f"clean{suffix}"
    _remux(path, facts, folder, master.name)
    shown = shown_of(master, container, folder)
    poster = _poster(master, container, shown, folder)
    return CleanFilm(
        path=master,
        content_type=content_type,
        suffix=suffix,
        width=shown.width,
        height=shown.height,
        duration_ms=max(1, round(facts.seconds * 1000)),
        sha256=file_sha256(master),
        source_sha256=file_sha256(path),
        poster=poster,
    )


def _checked_container(path: Path, client_name: str, limits: FilmLimits) -> str:
    """The checks that need no demuxer, cheapest first."""
    byte_count = path.stat().st_size
    if not byte_count:
        raise RefusedVideo("video_empty")
    if byte_count > limits.max_bytes:
        raise RefusedVideo("video_too_large_bytes", f"{byte_count} bytes")
    try:
        claimed = claimed_container(client_name)
    except DeceptiveNameError as error:
        raise RefusedVideo("video_type_mismatch", str(error)) from error
    with path.open("rb") as file:
        found = sniff_film(file.read(HEAD_BYTES))
    if claimed == "" or (claimed is None and found is None):
        raise RefusedVideo("video_type_unsupported", "extension" if claimed == "" else "content")
    if found is None:
        raise RefusedVideo("video_type_unsupported", "content")
    if claimed is not None and found != claimed:
        raise RefusedVideo("video_type_mismatch", f"name {claimed}, content {found}")
    return found


def _remux(path: Path, facts: Facts, folder: Path, name: str) -> None:
    arguments = [
        *input_of(facts.container), "-map", f"0:V:{facts.track}", "-map", "0:a:0?", "-c", "copy",
        *_silenced(facts.codec), "-map_metadata", "-1", "-map_chapters", "-1",
        "-fflags", "+bitexact", "-f", _muxer(facts), f"file:{name}",
    ]  # fmt: skip
    try:
        ffmpeg.run(arguments, source=path, folder=folder, limits=PROBE_LIMITS)
    except ffmpeg.ProgramFailed as error:
        raise refusal(error) from error


def _muxer(facts: Facts) -> str:
    # Old phones' codecs exist in QuickTime only, AV1 and VP9 in MP4 only; both read as "mov".
    return "mp4" if facts.container == "mov" and facts.codec in ("av1", "vp9") else facts.container


def _silenced(codec: str) -> list[str]:
    return ["-bsf:v", _SILENCE[codec]] if codec in _SILENCE else []


def _poster(master: Path, container: str, shown: Shown, folder: Path) -> SanitisedImage:
    still = folder / "still.png"
    box = upright_box(shown.width, shown.height, *POSTER_BOX_PX)
    picture = f"thumbnail=25,{sdr(shown, box)},format=rgb24"
    from_keys = ["-skip_frame", "nokey", "-t", str(POSTER_FROM_SECONDS)]
    for choice in (from_keys, []):
        arguments = [
            *choice, *input_of(container), "-map", "0:V:0", "-an", "-vf", picture,
            "-frames:v", "1", "-c:v", "png", "-f", "image2", "-update", "1", f"file:{still.name}",
        ]  # fmt: skip
        try:
            ffmpeg.run(arguments, source=master, folder=folder, limits=PROBE_LIMITS)
        except ffmpeg.ProgramFailed as error:
            raise refusal(error) from error
        if still.exists() and still.stat().st_size:
            return sanitise(still, still.name)
    raise RefusedVideo("video_damaged", "no frame to be seen")
