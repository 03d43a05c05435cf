"""What a film is, read from the program's machine-readable answers, not from its prose.

Packets come from the `framecrc` muxer: a header cannot lie about how long they run. Colours and
the upright size come from the first decoded frame. Prose would carry text of the uploader.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from reviewapp.media import ffmpeg
from reviewapp.media.refusals import RefusedVideo

MAX_PIXELS = 4096 * 2304
"""4K in either direction, with a little room (DCI 4K is 4096 px wide)."""
CODECS = (
    "h264,hevc,vp8,libvpx,vp9,libvpx-vp9,av1,libdav1d,mpeg4,h263,mjpeg,prores,"
    "aac,aac_fixed,mp3,mp3float,opus,libopus,vorbis,ac3,eac3,alac,flac,amrnb,amrwb,"
    "libopencore_amrnb,libopencore_amrwb,pcm_s16le,pcm_s16be,pcm_s24le,pcm_u8,pcm_mulaw,pcm_alaw"
)
"""What phones, cameras and browsers write; the program knows some five hundred more."""
PROBE_LIMITS = ffmpeg.Limits(cpu_seconds=20, wall_seconds=20.0)
HDR_TRANSFERS = ("arib-std-b67", "smpte2084")

_HEADER = re.compile(r"#(\w+) (\d+): (.+)")
_FRAME = re.compile(r"showinfo.*? n: *0 .* sar:(\d+)/(\d+) s:(\d+)x(\d+) ")
_COLOUR = re.compile(r"color_space:(\S+) color_primaries:(\S+) color_trc:(\S+)")
_NO_PICTURE = "matches no streams"
_DOLBY_ALONE = re.compile(r"DOVI configuration record: .*compatibility id: 0")


@dataclass(frozen=True)
class Facts:
    """A film's chosen picture track and whether it has sound."""

    container: str
    track: int
    codec: str
    seconds: float
    """Of the longest track."""
    frames_per_second: float
    sound: bool


@dataclass(frozen=True)
class Shown:
    """The first frame as a player shows it: upright, square pixels; colours as tagged."""

    width: int
    height: int
    matrix: str
    primaries: str
    transfer: str

    @property
    def hdr(self) -> bool:
        """HLG or PQ: it must be mapped to be seen on an ordinary screen."""
        return self.transfer in HDR_TRANSFERS


@dataclass
class _Track:
    header: dict[str, str] = field(default_factory=dict)
    frames: int = 0
    first: int | None = None
    last: int = 0

    def add(self, pts: int, duration: int) -> None:
        self.frames += 1
        self.first = pts if self.first is None else min(self.first, pts)
        self.last = max(self.last, pts + duration)

    @property
    def seconds(self) -> float:
        return float((self.last - (self.first or 0)) * Fraction(self.header.get("tb", "0")))

    @property
    def pixels(self) -> int:
        width, _, height = self.header.get("dimensions", "0x0").partition("x")
        return int(width) * int(height)


def input_of(container: str) -> list[str]:
    """Arguments that read standard input, and nothing else, as this container."""
    return [
        "-protocol_whitelist", "fd", "-codec_whitelist", CODECS, "-max_pixels", str(MAX_PIXELS),
        "-threads", "2", "-f", container, "-i", "fd:",
    ]  # fmt: skip


def facts_of(path: Path, container: str, folder: Path, most_seconds: float) -> Facts:
    """Read all packets up to a second past `most_seconds`, decoding none of them.

    Raises RefusedVideo for a file without moving pictures, a damaged one, or a colour space that
    only its maker's player can show.
    """
    arguments = [
        *input_of(container), "-map", "0:V", "-map", "0:a:0?", "-c", "copy",
        "-t", str(most_seconds + 1), "-f", "framecrc", "pipe:1",
    ]  # fmt: skip
    try:
        done = ffmpeg.run(arguments, source=path, folder=folder, limits=PROBE_LIMITS)
    except ffmpeg.ProgramFailed as error:
        if _NO_PICTURE in error.log:
            raise RefusedVideo("video_without_picture", "no picture track") from error
        raise refusal(error) from error
    if _DOLBY_ALONE.search(done.log):
        raise RefusedVideo("video_type_unsupported", "Dolby Vision without a common base layer")
    return _facts(container, _tracks(done.answer.decode(errors="replace")))


def shown_of(path: Path, container: str, folder: Path) -> Shown:
    """Decode the first frame of a clean film. Raises RefusedVideo."""
    arguments = [
        *input_of(container), "-map", "0:V:0", "-vf", "showinfo=checksum=0",
        "-frames:v", "1", "-f", "null", "-",
    ]  # fmt: skip
    try:
        log = ffmpeg.run(arguments, source=path, folder=folder, limits=PROBE_LIMITS).log
    except ffmpeg.ProgramFailed as error:
        raise refusal(error) from error
    frame, colour = _FRAME.search(log), _COLOUR.search(log)
    if frame is None or colour is None:
        raise RefusedVideo("video_damaged", "no frame could be decoded")
    aspect_width, aspect_height, width, height = map(int, frame.groups())
    if width * height > MAX_PIXELS:
        raise RefusedVideo("video_too_many_pixels", f"{width} x {height}")
    if aspect_width and aspect_height:
        width = round(width * aspect_width / aspect_height)
    return Shown(width, height, *colour.groups())


def refusal(error: ffmpeg.ProgramFailed) -> RefusedVideo:
    """What a failed run means for the one who sent the film."""
    if error.cause == "error" and "exceeds" in error.log and "max_pixels" in error.log:
        return RefusedVideo("video_too_many_pixels", error.log[-200:])
    codes = {"time": "video_took_too_long", "memory": "video_too_demanding"}
    return RefusedVideo(codes.get(error.cause, "video_damaged"), error.log[-200:])


def _tracks(answer: str) -> list[_Track]:
    tracks: defaultdict[int, _Track] = defaultdict(_Track)
    for line in answer.splitlines():
        if header := _HEADER.fullmatch(line):
            tracks[int(header[2])].header[header[1]] = header[3]
        elif line and line[0].isdigit():
            number, _, pts, duration, *_ = (part.strip() for part in line.split(","))
            tracks[int(number)].add(int(pts), int(duration))
    return [tracks[number] for number in sorted(tracks)]


def _facts(container: str, tracks: list[_Track]) -> Facts:
    pictures = [track for track in tracks if track.header.get("media_type") == "video"]
    best = max(pictures, key=lambda track: (track.frames > 0, track.pixels), default=None)
    if best is None or not best.frames:
        raise RefusedVideo("video_without_picture", "no frames")
    if best.pixels > MAX_PIXELS:
        raise RefusedVideo("video_too_many_pixels", best.header.get("dimensions", ""))
    return Facts(
        container=container,
        track=pictures.index(best),
        codec=best.header.get("codec_id", ""),
        seconds=max(best.seconds, *(track.seconds for track in tracks if track.frames)),
        frames_per_second=best.frames / best.seconds if best.seconds > 0 else 0.0,
        sound=any(t.frames for t in tracks if t.header.get("media_type") == "audio"),
    )
