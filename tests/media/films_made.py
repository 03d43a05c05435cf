"""Films made for a test by the product's own ffmpeg: small, quick, each with one peculiarity."""

from __future__ import annotations

import subprocess
from pathlib import Path

from reviewapp.media.ffmpeg import program

SECRET = "SECRETPLACE"
QUICK = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-shortest")


def ffmpeg(*arguments: str) -> None:
    """Run it without limits: what it reads is ours."""
    subprocess.run(
        [program(), "-hide_banner", "-nostdin", "-y", "-loglevel", "error", *arguments], check=True
    )


def film(
    path: Path,
    *options: str,
    size: str = "320x240",
    seconds: float = 1,
    rate: int = 10,
    sound: bool = True,
    picture: str = "testsrc",
) -> Path:
    """A moving test picture with a tone, and a place in every corner of its metadata."""
    source = ["-f", "lavfi", "-i", f"{picture}=s={size}:r={rate}:d={seconds}"]
    tone = ["-f", "lavfi", "-i", f"sine=440:d={seconds}"] if sound else []
    ffmpeg(
        *source, *tone, *QUICK, "-pix_fmt", "yuv420p",
        "-metadata", f"comment={SECRET}", "-metadata", "location=+52.5200+013.4050/",
        "-metadata", "creation_time=2026-01-02T03:04:05Z",
        "-metadata:s:v", f"handler_name={SECRET}", "-movflags", "use_metadata_tags",
        *options, str(path),
    )  # fmt: skip
    return path
