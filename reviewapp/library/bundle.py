"""The bundle that leaves: files in a channel's sizes with their rights, captions, certificates.

Made from clean masters only; every picture is encoded anew and carries XMP, nothing of a camera.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from PIL import Image

from reviewapp.core.kit import Kit
from reviewapp.library.contents import Content, as_read, quoted_in
from reviewapp.library.cropping import CROPS, Box, crop_box
from reviewapp.models.review import Review
from reviewapp.rights.certificate import as_pdf
from reviewapp.rights.xmp import FileRights, saving_options, with_xmp_box, xmp_packet

QUALITY = 88
LONG_EDGE = 2048
"""Pixels of the uncropped picture: no master is wider."""
CROPS_BY_USE: dict[str, tuple[str, ...]] = {
    "site": ("1x1", "4x5", "16x9"),
    "email": ("1x1", "16x9"),
    "homepage": ("1x1", "16x9"),
    "social": ("1x1", "4x5", "9x16", "16x9"),
    "ads": ("1x1", "4x5", "9x16", "16x9"),
    "marketplace": ("1x1",),
    "print": (),
    "partners": ("1x1", "4x5"),
}
"""Which crops a channel takes, beside the whole picture."""
SCREEN = {
    "JPEG": (".jpg", {"quality": QUALITY}),
    "WEBP": (".webp", {"quality": QUALITY}),
    "AVIF": (".avif", {"quality": 70, "speed": 8}),
}
PAPER = {"JPEG": (".jpg", {"quality": 95, "subsampling": 0}), "PNG": (".png", {})}
"""Format → ending and how it is written; what is printed loses nothing on its way."""


@dataclass(frozen=True)
class Piece:
    """One content of the bundle with all that is said about it."""

    content: Content
    review: Review
    rights: FileRights
    certificate: dict[str, Any]
    focus: tuple[float, float]

    @property
    def name(self) -> str:
        """The beginning of its files' names; says nothing of its author."""
        kind = "excerpt" if self.content.excerpt else self.content.kind
        return f"{kind}-{self.content.sha256[:12]}"


@dataclass(frozen=True)
class Made:
    """A file as it lies in the bundle."""

    name: str
    sha256: str


def write_bundle(
    kit: Kit, use: str, pieces: Sequence[Piece], about: dict[str, Any], file: BinaryIO
) -> dict[str, list[Made]]:
    """Write the ZIP and tell, by subject, which files are in it.

    NotFound or OutsideFailed when a master is gone or storage does not answer.
    """
    made: dict[str, list[Made]] = {}
    told: list[dict[str, Any]] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as bundle:
        for piece in pieces:
            files = [_put(bundle, *part) for part in _parts(kit, use, piece)]
            made[piece.content.sha256] = files
            told.append(_told(piece, files))
        manifest = json.dumps(about | {"contents": told}, ensure_ascii=False, indent=2)
        bundle.writestr("manifest.json", manifest)
    return made


def _parts(kit: Kit, use: str, piece: Piece) -> Iterator[tuple[str, bytes]]:
    packet = xmp_packet(piece.rights)
    if piece.content.asset is None:
        yield f"{piece.name}.txt", _caption(piece).encode()
    elif piece.content.kind == "video":
        yield from _films(kit, piece, packet)
    else:
        yield from _pictures(kit, use, piece, packet)
    certificate = json.dumps(piece.certificate, ensure_ascii=False, indent=2)
    yield f"certificates/{piece.name}.json", certificate.encode()
    yield f"certificates/{piece.name}.pdf", as_pdf(piece.certificate)


def _pictures(kit: Kit, use: str, piece: Piece, packet: bytes) -> Iterator[tuple[str, bytes]]:
    asset = piece.content.asset
    assert asset is not None
    with Image.open(io.BytesIO(kit.storage.read(asset.key))) as master:
        whole = master.convert("RGB")
    boxes: dict[str, Box] = {"whole": (0, 0, *whole.size)}
    for name in CROPS_BY_USE[use]:
        boxes[name] = crop_box(*whole.size, CROPS[name], piece.focus)
    for name, box in boxes.items():
        picture = whole.crop(box)
        picture.thumbnail((LONG_EDGE, LONG_EDGE), Image.Resampling.LANCZOS)
        for kind, (extension, how) in (PAPER if use == "print" else SCREEN).items():
            file = io.BytesIO()
            picture.save(file, kind, **how, **saving_options(kind, packet))
            yield f"{piece.name}-{name}{extension}", file.getvalue()


def _films(kit: Kit, piece: Piece, packet: bytes) -> Iterator[tuple[str, bytes]]:
    """The finished films as they are shown, the packet at their end, not cropped; and captions."""
    asset = piece.content.asset
    assert asset is not None
    for rendition in asset.renditions:
        if rendition.role == "video":
            film = with_xmp_box(kit.storage.read(rendition.key), packet)
            yield f"{piece.name}-{rendition.height}p.mp4", film
        elif rendition.role == "captions":
            yield f"{piece.name}-{rendition.language}.vtt", kit.storage.read(rendition.key)


def _put(bundle: zipfile.ZipFile, name: str, data: bytes) -> Made:
    bundle.writestr(name, data)
    return Made(name, hashlib.sha256(data).hexdigest())


def _told(piece: Piece, files: Sequence[Made]) -> dict[str, Any]:
    product = piece.review.product
    credit = piece.rights.credit
    return {
        "kind": piece.content.kind,
        "sha256": piece.content.sha256,
        "product": {"id": product.external_id, "title": product.title},
        "caption": _caption(piece),
        "excerpt": bool(piece.content.excerpt),
        "credit": credit,
        "alt_text": f"{product.title}, {_shown_by(piece)} {credit}",
        "ends_on": piece.rights.ends_on and piece.rights.ends_on.isoformat(),
        "files": [asdict(one) for one in files],
    }


def _shown_by(piece: Piece) -> str:
    return "a video by" if piece.content.kind == "video" else "a photo by"


def _caption(piece: Piece) -> str:
    """The author's words as readers see them, with the name that goes with them (G15)."""
    review = piece.review
    words = f"{as_read(review, 'title')}\n{as_read(review, 'body')}".strip()
    if piece.content.excerpt:
        words = f"{quoted_in(review, piece.content.excerpt)}\n(excerpt)"
    return f"{words}\n{piece.rights.credit}, {review.rating} of 5"
