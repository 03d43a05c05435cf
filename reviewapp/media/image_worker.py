"""The image process: decodes and encodes behind limits, for `image_pool`; never imported by it.

It is sent a JSON line and that many bytes, answers a JSON line and its parts, reads no file and
ends at the end of its input. Limits: address space and core at start, CPU time per picture.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from io import BytesIO
from typing import Any

from PIL import Image

from reviewapp.media import encodings, looks, pixels, redaction

_NOBODY_ID = 65534


def main() -> None:
    """Serve pictures from stdin until it ends; argv: address space in bytes."""
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a codec prints must not be taken for an answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _warm_up()
    _confine(int(sys.argv[1]))
    while line := requests.readline():
        request = json.loads(line)
        payload = requests.read(request["byte_count"])
        _allow_cpu(request["cpu_seconds"])
        answer, parts = _answer(request, payload)
        answers.write(json.dumps(answer | {"parts": [len(part) for part in parts]}).encode())
        answers.write(b"\n")
        answers.writelines(parts)
        answers.flush()
        del payload, parts


def _answer(request: dict[str, Any], payload: bytes) -> tuple[dict[str, Any], list[bytes]]:
    try:
        if request["task"] == "sanitise":
            return _sanitise(payload, request["source_format"], request["max_pixels"])
        if request["task"] == "redact":
            return _redact(payload, request["areas"])
        return _render(payload, request["widths_px"])
    except (pixels.TooManyPixelsError, MemoryError) as error:
        return _refusal("image_too_many_pixels", error), []
    except pixels.DECODER_ERRORS as error:
        return _refusal("image_damaged", error), []


def _sanitise(
    payload: bytes, source_format: str, max_pixels: int
) -> tuple[dict[str, Any], list[bytes]]:
    image = pixels.normalise(payload, source_format, max_pixels)
    master, look = encodings.encode_master(image), looks.look_of(image)
    facts = {"files": [_facts(master)], "look": vars(look)}
    return facts, [master.data]


def _redact(payload: bytes, areas: list[dict[str, Any]]) -> tuple[dict[str, Any], list[bytes]]:
    image = pixels.normalise(payload, "JPEG", pixels.MASTER_LONG_SIDE_PX**2)
    image = redaction.redacted(image, areas)
    master, look = encodings.encode_master(image), looks.look_of(image)
    return {"files": [_facts(master)], "look": vars(look)}, [master.data]


def _render(payload: bytes, widths_px: list[int]) -> tuple[dict[str, Any], list[bytes]]:
    made = list(encodings.renditions(payload, widths_px))
    return {"files": [_facts(file) for file in made]}, [file.data for file in made]


def _facts(file: encodings.Encoded) -> dict[str, Any]:
    return {
        "content_type": file.content_type,
        "width": file.width,
        "height": file.height,
    }


def _refusal(code: str, error: Exception) -> dict[str, Any]:
    return {"refused": code, "detail": f"{type(error).__name__}: {error}"[:300]}


def _warm_up() -> None:
    """Load every codec now: after `_confine` the libraries' files may be out of reach."""
    dot = Image.new("RGB", (2, 2))
    for source_format in ("JPEG", "PNG", "WEBP", "AVIF"):
        out = BytesIO()
        dot.save(out, source_format)
        pixels.normalise(out.getvalue(), source_format, 4)
    looks.look_of(dot)


def _confine(address_space_bytes: int) -> None:
    """Give up what a decoder never needs (standards G.1, check 7)."""
    if os.geteuid() == 0:
        # A container may not map this id; the limits below hold all the same.
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setgid(_NOBODY_ID)
            os.setuid(_NOBODY_ID)
    resource.setrlimit(resource.RLIMIT_AS, (address_space_bytes, address_space_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))


def _allow_cpu(seconds: int) -> None:
    """From now on `seconds` of CPU time, then SIGXCPU ends this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(usage.ru_utime + usage.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


if __name__ == "__main__":
    main()
