"""Photos: time and memory of `sanitise` and `render` beside the bare encodes of the same run.

python -m bench.images [--photos 1000] [--folder PHOTOS]

A 12-megapixel JPEG, made here, for time and peak; so many photos of a folder (the demo's own by
default), one after another, for what memory does in the long run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import structlog
from PIL import Image

from bench.publish import installation, new_shop
from reviewapp.media import encodings, images, pixels, service
from reviewapp.media.image_pool import ImagePool
from reviewapp.models.media import MediaAsset
from tests import factories

_DEMO_PHOTOS = Path(__file__).resolve().parents[1] / "reviewapp" / "demo" / "data" / "photos"
_RUNS = 9
_SIZE = (4000, 3000)


def main() -> None:
    """Print one JSON line per measurement."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--photos", type=int, default=1000)
    asked.add_argument("--folder", type=Path, default=_DEMO_PHOTOS)
    told = asked.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        _detailed_picture().save(path, quality=88)
        images.sanitise(path)
        _print("upload", megapixels=12, bytes=path.stat().st_size)
        master = images.sanitise(path).data
        _measure_pool(path, master)
        _print("12 megapixels, peak MB", **_Peaks().look(), goal=100)
        _measure_growth(told.folder, told.photos)
        _measure_first_picture(path.read_bytes())
        _measure_parts(path.read_bytes(), master)


def _measure_pool(path: Path, master: bytes) -> None:
    _print("sanitise, wall", ms=_median_ms(lambda: images.sanitise(path), time.perf_counter))
    _print("render, wall", ms=_median_ms(lambda: images.render(master), time.perf_counter))


def _measure_first_picture(upload: bytes) -> None:
    """From the last byte here to the clean picture that pages can show; sealed, stored, noted."""
    with installation() as kit:
        shop = new_shop(kit)
        with kit.database.transaction(shop.id) as session:
            link = factories.request(session, shop).id

        def stage() -> None:
            staged = service.stage_photo(
                kit, shop_id=shop.id, request_id=link, upload=BytesIO(upload), client_name="a.jpg"
            )
            with kit.database.transaction(shop.id) as session:
                key = session.get_one(MediaAsset, staged.id).key
            kit.storage.read(key)

        stage()
        taken = _median_ms(stage, time.perf_counter)
    _print("first displayable picture after the last byte, wall", ms=taken, goal=250)


def _measure_parts(upload: bytes, master: bytes) -> None:
    def cpu(work: Callable[[], object]) -> float:
        return _median_ms(work, time.process_time)

    def rendered(widths_px: Sequence[int]) -> list[encodings.Encoded]:
        return encodings.renditions(master, widths_px)

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


def _measure_growth(folder: Path, photos: int) -> None:
    """Peaks of each tenth of the run; flat when the last ones are no higher than the first."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    tenths: list[dict[str, float]] = []
    peaks, patient = _Peaks(), images.ImageLimits(wall_seconds=300)
    for number, path in enumerate(islice(cycle(files), photos), start=1):
        images.render(images.sanitise(path, path.name, limits=patient).data, limits=patient)
        seen = peaks.look()
        if number % max(1, photos // 10) == 0:
            tenths.append(seen | {"worker": _memory("self", "VmRSS")})
    _print("peak MB along the run", photos=photos, of=len(files), tenths=tenths)


class _Peaks:
    """The highest memory of the processes of each image program, in MB, whoever serves now."""

    def __init__(self) -> None:
        self._highest = {"uploads": 0.0, "sizes": 0.0}

    def look(self) -> dict[str, float]:
        """After each photo: a process that has served its share is replaced."""
        for name, pid in _processes():
            self._highest[name] = max(self._highest[name], _memory(str(pid), "VmHWM"))
        return dict(self._highest)


def _processes() -> Iterator[tuple[str, int]]:
    pools: dict[str, ImagePool] = {"uploads": images._pool(), "sizes": images._sizes_pool()}
    for name, pool in pools.items():
        for pid in pool.idle_pids:
            yield name, pid


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


def _memory(pid: str, line: str) -> float:
    told = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(int(next(x.split()[1] for x in told if x.startswith(line))) / 1024, 1)


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
    main()
