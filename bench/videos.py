"""Videos: our rendering against the very same command given to plain ffmpeg, in one run.

Plain: the program alone, no limits, no checks, no hashing. Ours: probing, confinement, encoding,
hashing. Goal: at most 1.1 times plain (CPU); peak memory of the encoding process.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from reviewapp.media import ffmpeg
from reviewapp.media.film_encode import arguments, encode
from reviewapp.media.film_facts import facts_of, shown_of
from reviewapp.media.films import clean

SECONDS = 10
ROUNDS = 3
FILMS = {
    "1080p, 10 s, H.264": ("1920x1080", "yuv420p", "libx264"),
    "1080p, 10 s, HEVC": ("1920x1080", "yuv420p", "libx265"),
}


def main() -> None:
    """Measure each film in turn, plain and ours alternating."""
    for name, (size, pixels, encoder) in FILMS.items():
        with tempfile.TemporaryDirectory() as folder:
            source = _source(Path(folder) / "source.mp4", size, pixels, encoder)
            _staging(name, source)
            _measure(name, source)


def _source(path: Path, size: str, pixels: str, encoder: str) -> Path:
    """A film with detail and movement, and a tone."""
    quiet = ["-x265-params", "log-level=none"] if encoder == "libx265" else []
    subprocess.run(
        [
            ffmpeg.program(), "-loglevel", "error", "-y",
            "-f", "lavfi", "-i", f"testsrc2=s={size}:r=30:d={SECONDS},noise=alls=12:allf=t",
            "-f", "lavfi", "-i", f"sine=440:d={SECONDS}",
            "-c:v", encoder, "-preset", "ultrafast", "-crf", "20", *quiet,
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
