"""What an author reads of a photo that waits, failed, or is ready, on their own page."""

from __future__ import annotations

import pytest

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.media.service import hide
from reviewapp.models.media import MEDIA_REASONS, MediaAsset
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


def taken_out(kit: Kit, reason: str) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        (asset,) = session.query(MediaAsset)
        hide(session, asset, reason)


TAKEN_OUT = {
    "en": "We do not show one of your photos. It shows another person",
    "de": "Eines Ihrer Fotos zeigen wir nicht. Es zeigt eine andere Person",
    "fr": "Nous n’affichons pas l’une de vos photos. On y voit une autre personne",
    "es": "No mostramos una de sus fotos. Muestra a otra persona",
    "pt": "Não mostramos uma das suas fotos. Mostra outra pessoa",
}


def test_the_author_reads_why_a_file_was_taken_out_in_their_language(kit: Kit, link: Link) -> None:
    link.send_review(media=(picture(), "mug.jpg"))
    taken_out(kit, "personal_information")
    for language, words in TAKEN_OUT.items():
        assert words in said(link.get(f"/mine?lang={language}").text)
    assert "/photos/" not in link.get("/mine").text
    for reason in set(MEDIA_REASONS):
        taken_out(kit, reason)
        assert "We do not show one of your photos." in said(link.get("/mine").text), reason


def test_what_the_author_took_away_is_not_explained_to_them(kit: Kit, link: Link) -> None:
    link.send_review(media=(picture(), "mug.jpg"))
    taken_out(kit, "author")
    assert "We do not show" not in said(link.get("/mine").text)


@pytest.mark.parametrize("language", FAILED)
def test_it_is_said_in_the_readers_language(kit: Kit, link: Link, language: str) -> None:
    link.send_review(media=(picture(), "mug.jpg"))
    settle(kit, "failed")
    assert FAILED[language] in said(link.get(f"/mine?lang={language}").text)
