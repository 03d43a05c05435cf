"""Photos: time and memory of `sanitise` and `render` beside the bare encodes of the same run.

python -m bench.images [PHOTOS]   (1,000 photos for the memory line; 12-megapixel JPEG, made here)
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import structlog
from PIL import Image

from reviewapp.media import encodings, images, pixels

_RUNS = 9
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

    def rendered(widths_px: Sequence[int]) -> list[encodings.Encoded]:
        return list(encodings.renditions(master, widths_px))

    files = rendered(images.RENDITION_WIDTHS_PX)
    made = cpu(lambda: rendered(images.RENDITION_WIDTHS_PX))
    bare = {f"{file.content_type} {file.width}": cpu(_bare_encode(file, master)) for file in files}
    decode = cpu(lambda: _bare_decode(upload))
    three = cpu(lambda: _three_webp(upload))
    normalised = cpu(lambda: pixels.normalise(upload, "JPEG", 50_000_000))
    _print("bare decode, CPU", ms=decode)
    _print("upright sRGB pixels, CPU", ms=normalised)
    _print(
        "three WebP sizes of the upload, CPU",
        ms=three,
        ratio_to_bare_decode=round(three / decode, 2),
        goal=6.5,
    )
    _print(
        "all renditions, CPU",
        ms=made,
        ratio_to_bare_encodes=round(made / sum(bare.values()), 2),
        goal=1.15,
    )
    _print("bare encodes, CPU", ms=round(sum(bare.values()), 1), each=bare)
    _print("rendition bytes", sizes={f"{f.content_type} {f.width}": len(f.data) for f in files})


def _bare_decode(upload: bytes) -> None:
    Image.MAX_IMAGE_PIXELS = 50_000_000  # the pixel steps leave their own limit behind
    Image.open(BytesIO(upload)).load()


def _three_webp(upload: bytes) -> None:
    """The three WebP sizes of the goal from the file as it came, by the same steps."""
    image = pixels.normalise(upload, "JPEG", 50_000_000)
    for width in (1600, 800, 320):
        size = (width, round(image.height * width / image.width))
        image = image.resize(size, Image.Resampling.LANCZOS)
        encodings.encoded(image, "WEBP", **encodings.WEBP)


def _measure_growth(path: Path, photos: int) -> None:
    peaks = []
    for number in range(photos):
        images.render(images.sanitise(path).data)
        if number % max(1, photos // 10) == 0:
            peaks.append(_peak_mb())
    _print("image process, peak MB along the run", photos=photos, peaks=peaks)


def _bare_encode(file: encodings.Encoded, master: bytes) -> Callable[[], None]:
    """Writing the very pixels of this file, read and scaled beforehand."""
    Image.MAX_IMAGE_PIXELS = 50_000_000
    picture = Image.open(BytesIO(master)).resize((file.width, file.height))
    options: dict[str, Any] = {
        "image/webp": {"format": "WEBP", **encodings.WEBP},
        "image/avif": {"format": "AVIF", **encodings.avif_options(file.width)},
        "image/jpeg": {"format": "JPEG", **encodings.JPEG},
    }[file.content_type]
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
