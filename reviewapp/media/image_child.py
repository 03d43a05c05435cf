"""What both image programs do: take a picture behind limits, answer, take the next; run apart.

A program is sent a JSON line and that many bytes, answers a JSON line and its parts, reads no file
and ends at the end of its input. Limits: address space and core at start, CPU time per picture.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import struct
import sys
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from reviewapp.media.encodings import Encoded

Answer = tuple[dict[str, Any], list[bytes]]
"""Facts for the JSON line, and the files that follow it."""
BROKEN_FILE = (
    OSError,
    ValueError,
    SyntaxError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What Pillow and its plug-ins raise on broken files."""

_NOBODY_ID = 65534


def serve(answer: Callable[[dict[str, Any], bytes], Answer], warm_up: Callable[[], None]) -> None:
    """Answer pictures from stdin until it ends; argv: address space in bytes.

    `warm_up` loads every codec: once confined the libraries' files may be out of reach.
    """
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a codec prints must not be taken for an answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    warm_up()
    _confine(int(sys.argv[1]))
    while line := requests.readline():
        request = json.loads(line)
        payload = requests.read(request["byte_count"])
        _allow_cpu(request["cpu_seconds"])
        facts, parts = answer(request, payload)
        answers.write(json.dumps(facts | {"parts": [len(part) for part in parts]}).encode())
        answers.write(b"\n")
        answers.writelines(parts)
        answers.flush()
        del payload, parts


def files(made: Sequence[Encoded], **facts: Any) -> Answer:
    """The answer that hands these files over."""
    told = [
        {"content_type": one.content_type, "width": one.width, "height": one.height} for one in made
    ]
    return {"files": told, **facts}, [one.data for one in made]


def refusal(code: str, error: Exception) -> Answer:
    """The answer that says why there are none."""
    return {"refused": code, "detail": f"{type(error).__name__}: {error}"[:300]}, []


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
