"""The errand "films": what pages play, made from clean films that are in use. Takes minutes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from shutil import copyfileobj

from reviewapp.core.errors import NotFound, OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.media.claims import HAS_POSTER, Made, claim, fail, renew, settle
from reviewapp.media.ffmpeg import Limits
from reviewapp.media.film_encode import ENCODE_LIMITS, FilmFile, encode
from reviewapp.media.films import CONTENT_TYPES
from reviewapp.media.refusals import RefusedVideo
from reviewapp.models.media import MediaAsset

_CONTAINERS = {content_type: container for container, (content_type, _) in CONTENT_TYPES.items()}


def render_films(kit: Kit, *, limits: Limits = ENCODE_LIMITS) -> int:
    """Encode every film in use that has its poster; returns how many were settled.

    Claimed, made and settled like photos; while the program works the claim is renewed, so that
    a killed worker's film is taken up by the next one within minutes. A decoder that hangs, eats
    memory or crashes ends with the film's attempt and takes nothing else along.
    """
    settled = 0
    while (film := claim(kit, MediaAsset.kind == "video", HAS_POSTER)) is not None:
        try:
            files = _made(kit, film, limits)
        except (RefusedVideo, NotFound, OutsideFailed) as error:
            settled += fail(kit, film, error)
            if isinstance(error, OutsideFailed):
                break
        else:
            settle(kit, film, "ready", files)
            settled += 1
    return settled


def _made(kit: Kit, film: MediaAsset, limits: Limits) -> list[Made]:
    with tempfile.TemporaryDirectory(prefix="reviewapp-film-") as name:
        master, folder = Path(name) / "master", Path(name) / "made"
        folder.mkdir()
        _fetch(kit, film.key, master)
        container = _CONTAINERS[film.content_type]
        files = encode(master, container, folder, beat=lambda: renew(kit, film), limits=limits)
        return [_stored(kit, file) for file in files]


def _fetch(kit: Kit, key: str, path: Path) -> None:
    """Copy out of the storage: the program reads local files only."""
    with kit.storage.open(key) as stored:
        try:
            with path.open("wb") as file:
                copyfileobj(stored, file)
        except OSError as error:
            raise OutsideFailed from error


def _stored(kit: Kit, file: FilmFile) -> Made:
    made = Made(
        role=file.role,
        width=file.width,
        height=file.height,
        content_type=file.content_type,
        byte_count=file.byte_count,
        sha256=file.sha256,
        suffix=file.suffix,
    )
    with file.path.open("rb") as content:
        kit.storage.put(made.key, content, content_type=file.content_type)
    return made
