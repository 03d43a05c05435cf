"""The pack as one ZIP: paper, document, log, files, and a sum for each of them."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfileobj
from typing import Any, BinaryIO

from reviewapp.core.errors import NotFound
from reviewapp.core.storage import Storage
from reviewapp.rights.certificate import font_path
from reviewapp.support.evidence.gathering import Gathered
from reviewapp.support.evidence.paper import as_pdf

IN_MEMORY = 16 * 1024 * 1024
MADE_OF = 1024 * 1024
README = (
    "evidence.pdf says everything on paper, evidence.json the same for programs.\n"
    "log.json holds the entries of the shop's log about this case with their hashes.\n"
    "files/ holds what was sent with the conversation, policies/ the texts that were in force.\n"
)


def pack(storage: Storage, gathered: Gathered) -> BinaryIO:
    """Write the ZIP to a temporary file that is gone when closed; read from its beginning.

    A file that storage no longer has is named as missing in the document: the rest is not lost.
    """
    with tempfile.TemporaryDirectory(prefix="evidence-") as folder:
        paths = _fetch(storage, gathered, Path(folder))
        document = _with_sums(gathered.document, gathered, paths)
        made = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # handed on, closed by who reads it
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            sums = [
                f"{_put(archive, name, content)}  {name}\n"
                for name, content in _texts(document, paths)
            ]
            sums += [f"{_copy(archive, name, path)}  {name}\n" for name, path in paths.items()]
            archive.writestr("SHA256SUMS", "".join(sorted(sums, key=lambda line: line[66:])))
        made.seek(0)
        return made  # type: ignore[return-value]  # a file in all that is asked of it


def _fetch(storage: Storage, gathered: Gathered, folder: Path) -> dict[str, Path]:
    paths = {}
    for number, attached in enumerate(gathered.files):
        path = folder / str(number)
        try:
            with storage.open(attached.key) as source, path.open("wb") as sink:
                copyfileobj(source, sink, MADE_OF)
        except NotFound:
            continue
        paths[attached.name] = path
    return paths


def _with_sums(
    document: dict[str, Any], gathered: Gathered, paths: dict[str, Path]
) -> dict[str, Any]:
    files = [
        {
            "name": each.name,
            "asset_id": str(each.asset_id),
            "content_type": each.content_type,
            "sha256": _sha256(paths[each.name]) if each.name in paths else None,
        }
        for each in gathered.files
    ]
    return document | {"files": files}


def _texts(document: dict[str, Any], paths: dict[str, Path]) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", README.encode()
    yield "evidence.json", _json(document)
    yield "log.json", _json(document["log"])
    for each in document["policies"]:
        name = f"policies/{each['kind']}-{each['language']}-{each['version']}.txt"
        yield name, each["body"].encode()
    yield "evidence.pdf", as_pdf(document, paths, font_path())


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> str:
    archive.writestr(name, content)
    return hashlib.sha256(content).hexdigest()


def _copy(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    archive.write(path, name, zipfile.ZIP_STORED)
    return _sha256(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
