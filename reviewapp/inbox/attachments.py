"""Files that came by mail: photos and films through the checks of the case form, others named."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from reviewapp.core.errors import Invalid
from reviewapp.core.kit import Kit
from reviewapp.inbox.parsing import Attachment, Incoming
from reviewapp.media.service import MOST_PHOTOS
from reviewapp.media.staging import stage_upload

SHOWN_NAME = 80


@dataclass(frozen=True)
class Files:
    """Staged assets, and a sentence for the team about every file that is none."""

    staged: Sequence[UUID]
    left_out: tuple[str, ...]


def stage_files(kit: Kit, shop_id: UUID, mail: Incoming) -> Files:
    """Check and stage what can be shown; nothing else leaves the sealed mail.

    Runs outside any transaction. What is staged and then not used is swept. OutsideFailed when
    the storage or a media process fails: the mail is tried again.
    """
    staged: list[UUID] = []
    left_out: list[str] = []
    with tempfile.TemporaryDirectory(prefix="reviewapp-mail-") as folder:
        for file in mail.attachments():
            if reason := _not_looked_at(file, len(staged)):
                left_out.append(_sentence(file, reason))
                continue
            path = Path(folder) / "file"
            path.write_bytes(file.data)
            try:
                kept = stage_upload(
                    kit,
                    shop_id=shop_id,
                    request_id=None,
                    path=path,
                    client_name=file.name,
                    content_type=file.content_type,
                )
            except Invalid as refused:
                left_out.append(_sentence(file, refused.message))
            else:
                staged.append(kept.id)
    return Files(tuple(staged), tuple(left_out))


def _not_looked_at(file: Attachment, taken: int) -> str | None:
    if file.decoration:
        return "a small picture of the signature."
    if taken >= MOST_PHOTOS:
        return f"a message shows at most {MOST_PHOTOS} files."
    return None


def _sentence(file: Attachment, reason: str) -> str:
    name = " ".join(file.name.split())[:SHOWN_NAME]
    return f"Not shown here: {name} ({file.content_type}, {_size(len(file.data))}): {reason}"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{max(1, round(count / 1000))} kB"
