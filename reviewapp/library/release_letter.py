"""The letter that asks somebody in a picture, and the address where they answer (P5)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core.kit import Kit
from reviewapp.library.ask_letters import PICTURE_WIDTH
from reviewapp.models.account import Shop
from reviewapp.models.media import MediaAsset
from reviewapp.models.outbox import Mail
from reviewapp.models.release_ask import ReleaseAsk
from reviewapp.models.review import Review
from reviewapp.outbox.mail import queue_letter
from reviewapp.rights.texts import licence_text

PURPOSE = "release"
"""What the link of such a question is signed for."""
LETTER = "release_ask"


def send_question(
    session: Session, kit: Kit, asked: ReleaseAsk, asset: MediaAsset | None, review: Review,
    address: str,
) -> None:  # fmt: skip
    """Queue the letter. The picture's address is the published one: no reader is told by it."""
    shop = session.get_one(Shop, asked.shop_id)
    picture = asset and asset.picture(PICTURE_WIDTH)
    published = f"{kit.settings.public_url}/p/v1/{shop.widget_key}/media"
    queue_letter(
        session,
        shop_id=asked.shop_id,
        letter=LETTER,
        to=address,
        language=asked.language,
        key=key_of(asked),
        params={
            "product": review.product.title,
            "use": licence_text(asked.use, asked.language).sentence,
            "note": asked.note or None,
            "picture_url": f"{published}/{picture.key}" if picture else None,
            "guardian": asked.party == "guardian",
            "page_url": answered_at(kit, asked),
        },
    )


def answered_at(kit: Kit, asked: ReleaseAsk) -> str:
    """The address of the page where this person answers."""
    return f"{kit.settings.public_url}/d/{kit.links.sign(PURPOSE, asked.id)}"


def handed_over(kit: Kit, asked: ReleaseAsk) -> str:
    """The link to hand over by hand; empty where a mail has it, or the question is settled."""
    return answered_at(kit, asked) if asked.state == "open" and not asked.address else ""


def message_of(session: Session, asked: ReleaseAsk) -> dict[str, str]:
    """The Message-ID of the letter that asked, as long as it is there."""
    found = session.scalar(
        select(Mail.message_id).where(Mail.shop_id == asked.shop_id, Mail.key == key_of(asked))
    )
    return {"message_id": found} if found else {}


def key_of(asked: ReleaseAsk) -> str:
    """What its letter is queued under, once."""
    return f"{LETTER}:{asked.id}"
