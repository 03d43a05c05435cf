"""Videos: our rendering against the very same command given to plain ffmpeg, in one run.

python -m bench.videos [--folder FILMS]

Plain: the program alone, no limits, no checks, no hashing. Ours: probing, confinement, encoding,
hashing. Goal: at most 1.1 times plain (CPU); peak memory of the encoding process. Films of ten
seconds are made here; real ones (HDR10, Dolby Vision, HEVC) are taken from the folder where it has
them, and are so short that what happens once a film weighs more.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.corpora import DATA
from reviewapp.media import ffmpeg
from reviewapp.media.film_encode import arguments, encode
from reviewapp.media.film_facts import facts_of, shown_of
from reviewapp.media.films import clean

SIZE, SECONDS = "1920x1080", 10
ROUNDS = 3
QUIET = "log-level=none"
PQ = (
    "-x265-params", f"{QUIET}:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:hdr10=1",
    "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc",
)  # fmt: skip
FILMS = {
    "1080p, 10 s, H.264": ("yuv420p", "libx264", ()),
    "1080p, 10 s, HEVC": ("yuv420p", "libx265", ("-x265-params", QUIET)),
    "1080p, 10 s, HEVC 10 bit, HDR (PQ)": ("yuv420p10le", "libx265", PQ),
}
REAL = ("hdr10-av1.mp4", "dolbyVision-hdr.MOV", "h265_bframes.mp4")


def main() -> None:
    """Measure each film in turn, plain and ours alternating."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--folder", type=Path, default=DATA / "video")
    real = asked.parse_args().folder
    for name, (pixels, encoder, options) in FILMS.items():
        with tempfile.TemporaryDirectory() as folder:
            source = _source(Path(folder) / "source.mp4", pixels, encoder, options)
            _staging(name, source)
            _measure(name, source)
    for source in (real / name for name in REAL):
        if source.is_file():
            _staging(source.name, source)
            _measure(source.name, source)


def _source(path: Path, pixels: str, encoder: str, options: Sequence[str]) -> Path:
    """A film with detail and movement, and a tone."""
    subprocess.run(
        [
            ffmpeg.program(), "-loglevel", "error", "-y",
            "-f", "lavfi", "-i", f"testsrc2=s={SIZE}:r=30:d={SECONDS},noise=alls=12:allf=t",
            "-f", "lavfi", "-i", f"sine=440:d={SECONDS}",
            "-c:v", encoder, "-preset", "ultrafast", "-crf", "20", *options,
            "-pix_fmt", pixels, "-c:a", "aac", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path


def _staging(name: str, source: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        spent = _cpu(lambda: clean(source, source.name, Path(folder)))
    print(f"{name}: staging (probe, new container, poster) {spent[0]:.2f} s CPU, {spent[1]:.2f} s")


def _measure(name: str, source: Path) -> None:
    plain, ours = [], []
    for _ in range(ROUNDS):
        plain.append(_cpu(lambda: _plainly(source)))
        ours.append(_cpu(lambda: _ours(source)))
    plain_cpu = statistics.median(cpu for cpu, _ in plain)
    our_cpu = statistics.median(cpu for cpu, _ in ours)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{name}: plain ffmpeg {plain_cpu:.2f} s CPU, ours {our_cpu:.2f} s CPU: "
        f"{our_cpu / plain_cpu:.2f} × plain (goal 1.1); peak of any process {peak:.0f} MB"
    )


def _plainly(source: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        words = arguments(facts_of(source, "mov", folder, 60), shown_of(source, "mov", folder))
        with source.open("rb") as given:
            subprocess.run(
                [ffmpeg.program(), "-y", "-loglevel", "error", *words],
                cwd=folder, stdin=given, check=True,
            )  # fmt: skip


def _ours(source: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        encode(source, "mov", Path(folder))


def _cpu(work: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of this process and its children, and wall seconds."""
    started, before = time.perf_counter(), _used()
    work()
    return _used() - before, time.perf_counter() - started


def _used() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


if __name__ == "__main__":
    main()
