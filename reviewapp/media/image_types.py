"""Which picture a file is: what its name claims, what its first bytes say."""

from __future__ import annotations

import re
from urllib.parse import unquote

HEAD_BYTES = 4096
"""How much of a file `sniff` wants to see."""

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")

_CLAIMS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif"), frozenset({"JPEG"})),
    "png": frozenset({"PNG"}),
    "webp": frozenset({"WEBP"}),
    "heic": frozenset({"HEIF"}),
    # The container is common to both codecs (ISO/IEC 23008-12), and so are these names.
    **dict.fromkeys(("heif", "hif"), frozenset({"HEIF", "AVIF"})),
    "avif": frozenset({"AVIF"}),
}
# Names that a careless server or a double click would run (ASVS 5.2.2: double extensions).
_ACTIVE = frozenset((
    "asp", "aspx", "jsp", "php", "php3", "php4", "php5", "php7", "phar", "phtml", "cgi", "pl",
    "htm", "html", "shtml", "xhtml", "xml", "svg", "svgz", "js", "mjs", "swf", "wasm", "hta",
    "bat", "cmd", "dll", "exe", "jar", "msi", "ps1", "py", "rb", "scr", "sh", "vbs",
))  # fmt: skip
_EXTENSION = re.compile(r"(?=.*[a-z])[a-z0-9]{1,8}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HEVC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AV1_BRANDS = frozenset({b"avif", b"avis"})
_STILL_BRANDS = frozenset({b"mif1", b"msf1"})


class DeceptiveNameError(ValueError):
    """A client's file name made to deceive: control characters or a hidden active extension."""


def claimed_formats(client_name: str) -> frozenset[str] | None:
    """The formats the name allows; None when it has no extension; empty for a foreign one.

    Raises DeceptiveNameError for null bytes and names like `photo.php.jpg` (G.1, check 3).
    """
    extension = name_extension(client_name)
    return None if extension is None else _CLAIMS.get(extension, frozenset())


def name_extension(client_name: str) -> str | None:
    """The last extension of a client's file name, lower case; None when there is none.

    Raises DeceptiveNameError for null bytes and hidden active extensions.
    """
    name = unquote(client_name)
    if _CONTROL.search(name):
        raise DeceptiveNameError("control character in the file name")
    name = re.split(r"[/\\]", name)[-1].rstrip(". ").lower()
    _, *extensions = name.split(".")
    if any(extension.strip() in _ACTIVE for extension in extensions[:-1]):
        raise DeceptiveNameError("active extension inside the file name")
    if not extensions or not _EXTENSION.fullmatch(extensions[-1]):
        return None
    return extensions[-1]


def sniff(head: bytes) -> str | None:
    """The format of a file that begins with `head`, one of FORMATS; None for anything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return _sniff_boxes(head) if head[4:8] == b"ftyp" else None


def _sniff_boxes(head: bytes) -> str | None:
    """HEIF or AVIF by the brands of the `ftyp` box; None for films and other ISO media."""
    major, size = head[8:12], min(int.from_bytes(head[:4]), len(head))
    brands = {head[at : at + 4] for at in range(16, size - 3, 4)}
    if major in _AV1_BRANDS:
        return "AVIF"
    if major in _HEVC_BRANDS:
        return "HEIF"
    if major not in _STILL_BRANDS:
        return None
    return "AVIF" if brands & _AV1_BRANDS and not brands & _HEVC_BRANDS else "HEIF"
