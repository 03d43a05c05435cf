"""Which film a file is: what its name claims, what its first bytes say; and no others."""

from __future__ import annotations

from reviewapp.media.image_types import DeceptiveNameError, name_extension

HEAD_BYTES = 4096
"""How much of a file `sniff_film` wants to see."""

_CLAIMS: dict[str, str] = {
    **dict.fromkeys(("mp4", "m4v", "mov", "qt", "3gp", "3gpp", "3g2"), "mov"),
    **dict.fromkeys(("webm", "mkv"), "matroska"),
}
_EBML = b"\x1a\x45\xdf\xa3"
_BOXES = frozenset((b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"))
"""What a QuickTime or ISO file may begin with; cameras of old wrote no `ftyp`."""
_NO_FILM_BRANDS = frozenset((
    b"mif1", b"msf1", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"avif", b"avis",
    b"crx ", b"jp2 ", b"jpx ", b"M4A ", b"M4B ", b"M4P ", b"F4V ", b"F4A ",
))  # fmt: skip
_LONGEST_FIRST_BOX = 1 << 40


def claimed_container(client_name: str) -> str | None:
    """The demuxer the name promises; None when it has no extension, "" for a foreign one.

    Raises DeceptiveNameError like `claimed_formats`.
    """
    extension = name_extension(client_name)
    return None if extension is None else _CLAIMS.get(extension, "")


def sniff_film(head: bytes) -> str | None:
    """The demuxer to force for a file that begins with `head`: "mov", "matroska"; None: no film."""
    if head.startswith(_EBML):
        # The document type stands within the EBML header, which is a few dozen bytes long.
        return "matroska" if b"webm" in head[:64] or b"matroska" in head[:64] else None
    size, box = int.from_bytes(head[:4]), head[4:8]
    if box not in _BOXES or not (size in (0, 1) or 8 <= size < _LONGEST_FIRST_BOX):
        return None
    if box == b"ftyp" and head[8:12] in _NO_FILM_BRANDS:
        return None
    return "mov"


__all__ = ["HEAD_BYTES", "DeceptiveNameError", "claimed_container", "sniff_film"]
