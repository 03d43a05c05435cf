"""Photos: time and memory of `sanitise` and `render` beside the bare encodes of the same run.

python -m bench.images [PHOTOS]   (1,000 photos for the memory line; 12-megapixel JPEG, made here)
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import structlog
from PIL import Image

from reviewapp.media import images, pixels

_RUNS = 15
_SIZE = (4000, 3000)


def main(photos: int) -> None:
    """Print one JSON line per measurement."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        _detailed_picture().save(path, quality=88)
        images.sanitise(path)
        _print("upload", megapixels=12, bytes=path.stat().st_size)
        master = images.sanitise(path).data
        _measure_pool(path, master)
        _measure_parts(path.read_bytes(), master)
        _measure_growth(path, photos)


def _measure_pool(path: Path, master: bytes) -> None:
    _print("sanitise, wall", ms=_median_ms(lambda: images.sanitise(path), time.perf_counter))
    _print("render, wall", ms=_median_ms(lambda: images.render(master), time.perf_counter))


def _measure_parts(upload: bytes, master: bytes) -> None:
    def cpu(work: Callable[[], object]) -> float:
        return _median_ms(work, time.process_time)

    made = cpu(lambda: pixels.renditions(master, images.RENDITION_WIDTHS_PX))
    three = pixels.renditions(master, images.RENDITION_WIDTHS_PX)
    bare = {f"{file.content_type} {file.width}": cpu(_bare_encode(file)) for file in three}
    alone = sum(
        cpu(lambda width=width: pixels.renditions(master, (width,)))
        for width in images.RENDITION_WIDTHS_PX
    )
    _print("normalise, CPU", ms=cpu(lambda: pixels.normalise(upload, "JPEG", 50_000_000)))
    _print(
        "renditions, CPU",
        ms=made,
        ratio_to_encodes=round(made / sum(bare.values()), 2),
        ratio_to_each_alone=round(made / alone, 2),
    )
    _print("bare encodes, CPU", ms=round(sum(bare.values()), 1), each=bare)
    _print("rendition bytes", sizes={f"{f.content_type} {f.width}": len(f.data) for f in three})


def _measure_growth(path: Path, photos: int) -> None:
    peaks = []
    for number in range(photos):
        images.render(images.sanitise(path).data)
        if number % max(1, photos // 10) == 0:
            peaks.append(_peak_mb())
    _print("image process, peak MB along the run", photos=photos, peaks=peaks)


def _bare_encode(file: pixels.Encoded) -> Callable[[], None]:
    picture = Image.open(BytesIO(file.data)).convert("RGB")
    options: dict[str, Any] = {"quality": pixels.RENDITION_QUALITY}
    if file.content_type == "image/webp":
        options |= {"format": "WEBP", "method": pixels.WEBP_METHOD}
    else:
        options |= {"format": "JPEG", "progressive": True}
    return lambda: picture.save(BytesIO(), **options)


def _detailed_picture() -> Image.Image:
    """Noise at three scales: as much detail as a busy photo has (about 3 bits a pixel)."""
    picture = Image.new("RGB", _SIZE)
    layers = []
    for _ in range(3):
        coarse = Image.effect_noise((50, 40), 120).resize(_SIZE, Image.Resampling.BICUBIC)
        fine = Image.effect_noise((1000, 750), 60).resize(_SIZE, Image.Resampling.BICUBIC)
        layers.append(Image.blend(coarse, fine, 0.3))
    picture.paste(Image.merge("RGB", layers))
    return picture


def _peak_mb() -> float:
    pid = images._pool().idle_pids[0]
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(int(next(x.split()[1] for x in lines if x.startswith("VmHWM:"))) / 1024, 1)


def _median_ms(work: Callable[[], object], clock: Callable[[], float]) -> float:
    taken = []
    for _ in range(_RUNS):
        start = clock()
        work()
        taken.append((clock() - start) * 1000)
    return round(statistics.median(taken), 1)


def _print(what: str, **facts: object) -> None:
    print(json.dumps({"what": what} | facts))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
