"""Filter chains: any film's frames to upright 8-bit BT.709 of a given size."""

from __future__ import annotations

from fractions import Fraction

from reviewapp.media.film_facts import Shown

MOST_FRAMES_PER_SECOND = 30
_SAME_RATE = 0.01
_USUAL_RATES = tuple(
    Fraction(number, 1001 if number % 1000 == 0 else 1)
    for number in (10, 12, 15, 20, 24_000, 24, 25, 30_000, 30, 48, 50, 60_000, 60)
)

HD_LINES = 720
"""Untagged films of this height on are BT.709, smaller ones BT.601: what players assume."""
NOMINAL_PEAK_NITS = {"arib-std-b67": 203, "smpte2084": 203}
"""Reference white of HLG and PQ (ITU-R BT.2408): what a face in daylight is graded against."""


def upright_box(width: int, height: int, long_side: int, short_side: int) -> tuple[int, int]:
    """The size within a box that turns with the picture: even, never scaled up."""
    scale = min(1.0, long_side / max(width, height), short_side / min(width, height))
    return _even(width * scale), _even(height * scale)


def sdr(shown: Shown, size: tuple[int, int]) -> str:
    """Scale to `size` and bring the colours to BT.709, limited range, 8 bit.

    The program itself turns frames upright before the first filter. HDR is scaled first: mapping
    works in floating point, four times the memory.
    """
    width, height = size
    if shown.hdr:
        return (
            f"zscale={width}:{height}:filter=bicubic:r=tv,"
            f"zscale=t=linear:npl={NOMINAL_PEAK_NITS[shown.transfer]},format=gbrpf32le,"
            "zscale=p=bt709,tonemap=tonemap=mobius:desat=0,"
            "zscale=t=bt709:m=bt709:r=tv,format=yuv420p,setsar=1"
        )
    if shown.primaries == "bt2020":
        return (
            f"zscale={width}:{height}:filter=bicubic:p=bt709:t=bt709:m=bt709:r=tv,"
            "format=yuv420p,setsar=1"
        )
    matrix = ""
    if shown.matrix in ("unknown", "reserved"):
        small = min(shown.width, shown.height) < HD_LINES
        matrix = f":in_color_matrix={'bt601' if small else 'bt709'}"
    return (
        f"scale={width}:{height}:flags=bicubic{matrix}:out_color_matrix=bt709:out_range=tv,"
        "format=yuv420p,setsar=1"
    )


def frame_rate(average: float) -> Fraction:
    """The constant rate to show a film at: its own where it is a usual one, at most 30.

    Phones write frames when they have them; players and editors want them evenly spaced.
    """
    for rate in _USUAL_RATES:
        if abs(average - rate) <= _SAME_RATE * rate:
            return rate / 2 if rate > MOST_FRAMES_PER_SECOND else rate
    return Fraction(MOST_FRAMES_PER_SECOND)


def _even(length: float) -> int:
    return max(2, int(length) // 2 * 2)
