"""Colours as a file means them, as sRGB: ICC profiles, and the numbers films and phones use.

Runs in the image process.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms

_SRGB = ImageCms.createProfile("sRGB")
_HEAD_BYTES = 64 * 1024
# Red, green and blue as ICC writes them (D50); ISO/IEC 23091-2 (CICP) table 2: 9 and 12.
Primaries = tuple[tuple[float, float, float], ...]
_PRIMARIES: dict[int, Primaries] = {
    9: ((0.67348, 0.27904, -0.00194), (0.16566, 0.67534, 0.02998), (0.12505, 0.04561, 0.79686)),
    12: ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),
}


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours of `profile` (ICC) as sRGB; a profile that does not fit the pixels is ignored.

    Raises one of the decoder's errors for a broken profile.
    """
    if not profile:
        return image.convert("RGB")
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    if ImageCms.getProfileDescription(source).startswith("sRGB") and image.mode == "RGB":
        return image
    converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    return converted or image.convert("RGB")


@dataclass(frozen=True)
class Numbers:
    """How a file without a profile says its colours are meant (ISO/IEC 23091-2, CICP)."""

    primaries: int
    transfer: int

    @classmethod
    def of(cls, heif: bytes) -> Numbers | None:
        """From the `colr` box of type `nclx` (ISO/IEC 14496-12 12.1.5); None without one."""
        at = heif[:_HEAD_BYTES].find(b"colrnclx")
        if at < 0 or len(heif) < at + 12:
            return None
        return cls(*struct.unpack_from(">HH", heif, at + 8))

    def profile(self) -> bytes | None:
        """The sRGB profile with these primaries; None where they are sRGB's or not known.

        Its tone curve is Display P3's as well, and what `tone_curve` leads to.
        """
        return _with_primaries(_PRIMARIES[self.primaries]) if self.primaries in _PRIMARIES else None

    def tone_curve(self) -> list[int] | None:
        """A table from 8-bit code to 8-bit sRGB code for high dynamic range; None for others.

        White is at 203 cd/m² (ITU-R BT.2408 2.1); what is brighter is bent below it.
        """
        to_light = {16: _pq_light, 18: _hlg_light}.get(self.transfer)
        if to_light is None:
            return None
        return [_srgb_code(_bent(to_light(code / 255) / 203)) for code in range(256)]


def _pq_light(signal: float) -> float:
    """Display light in cd/m² (ITU-R BT.2100 table 4)."""
    root = signal ** (1 / 78.84375)
    share = max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
    return 10000.0 * float(share ** (1 / 0.1593017578))


def _hlg_light(signal: float) -> float:
    """Display light in cd/m² on a screen of 1000 (ITU-R BT.2100 table 5, gamma 1.2)."""
    bright = (math.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
    linear = signal**2 / 3 if signal <= 0.5 else bright
    return 1000.0 * float(linear**1.2)


def _bent(light: float) -> float:
    """Linear up to 0.7 of white, then ever flatter."""
    return light if light <= 0.7 else 0.7 + 0.3 * (1 - math.exp((0.7 - light) / 0.3))


def _srgb_code(light: float) -> int:
    curved = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return round(255 * min(1.0, curved))


def _with_primaries(primaries: Primaries) -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(_SRGB).tobytes())
    tags = _tags(profile)
    for name, values in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True):
        numbers = (round(value * 65536) for value in values)
        struct.pack_into(">3i", profile, tags[name] + 8, *numbers)
    return bytes(profile).replace(b"s\0R\0G\0B", b"w\0i\0d\0e").replace(b"sRGB", b"wide")


def _tags(profile: bytearray) -> dict[bytes, int]:
    """Where each tag's data begins (ICC.1 7.3)."""
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = (struct.unpack_from(">4sII", profile, 132 + 12 * index) for index in range(count))
    return {name: offset for name, offset, _ in entries}
