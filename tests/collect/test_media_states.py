"""What an author reads of a photo that waits, failed, or is ready, on their own page."""

from __future__ import annotations

import pytest

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.media import MediaAsset
from tests.collect.links import Link, said
from tests.media.test_service import picture

FAILED = {
    "en": "This file could not be prepared and is not shown.",
    "de": "Diese Datei ließ sich nicht aufbereiten",
    "fr": "Ce fichier n’a pas pu être préparé",
    "es": "Este archivo no se pudo preparar",
    "pt": "Não foi possível preparar este ficheiro",
}


def settle(kit: Kit, state: str) -> MediaAsset:
    with kit.database.transaction(EVERY_SHOP) as session:
        (asset,) = session.query(MediaAsset)
        asset.state = state
        return asset


def test_each_state_has_its_picture_and_its_words(kit: Kit, link: Link) -> None:
    link.send_review(media=(picture(), "mug.jpg"))
    waiting = link.get("/mine")
    assert "Still being prepared" in said(waiting.text)

    asset = settle(kit, "ready")
    ready = link.get("/mine").text
    assert "Still being prepared" not in said(ready)
    assert f"/photos/{asset.id}" in ready

    settle(kit, "failed")
    kit.storage.delete(asset.key)
    failed = link.get("/mine").text
    assert FAILED["en"] in said(failed)
    assert 'src="data:image/webp;base64,' in failed


@pytest.mark.parametrize("language", FAILED)
def test_it_is_said_in_the_readers_language(kit: Kit, link: Link, language: str) -> None:
    link.send_review(media=(picture(), "mug.jpg"))
    settle(kit, "failed")
    assert FAILED[language] in said(link.get(f"/mine?lang={language}").text)
