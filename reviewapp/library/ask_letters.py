"""The mails of a question to an author: the very content and use; their ids are its proof (P2)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core.i18n import translator
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.library import PermissionAsk
from reviewapp.models.outbox import Mail
from reviewapp.models.review import Review
from reviewapp.outbox.addresses import path_of
from reviewapp.outbox.envelopes import message_id
from reviewapp.outbox.mail import queue_letter
from reviewapp.rights.rules import last_day
from reviewapp.rights.texts import licence_text

PURPOSE = "permission"
"""What the link of an ask is signed for."""
PICTURE_WIDTH = 640
"""Pixels of the picture in the mail, at least."""


def mail_question(
    session: Session, kit: Kit, asked: PermissionAsk, review: Review, *, reminder: bool = False
) -> None:
    """Queue the one mail of a question, or its one reminder."""
    customer = review.customer
    assert customer is not None
    assert customer.email is not None
    shop = session.get_one(Shop, asked.shop_id)
    hashes, words = {one["sha256"] for one in asked.subjects}, translator(asked.language)
    shown = next((one for one in review.media if one.sha256 in hashes), None)
    picture = shown and shown.picture(PICTURE_WIDTH)
    published = f"{kit.settings.public_url}/p/v1/{shop.widget_key}/media"
    longer = asked.runs_until and {
        "runs": words.long_date(last_day(asked.runs_until)),
        "until": asked.ends_on and words.long_date(asked.ends_on),
    }
    queue_letter(
        session,
        shop_id=asked.shop_id,
        letter="permission_longer" if longer else "permission_ask",
        to=(customer.name, customer.email),
        customer_id=customer.id,
        language=asked.language,
        key=_key(asked, reminder),
        params={
            "product": review.product.title,
            "use": licence_text(asked.use, asked.language).sentence,
            "note": asked.note or None,
            "picture_url": f"{published}/{picture.key}" if picture else None,
            "words": None if shown else review.body,
            "page_url": f"{kit.settings.public_url}/a/{kit.links.sign(PURPOSE, asked.id)}",
            "reminder": reminder,
        }
        | (longer or {}),
    )


def messages_of(session: Session, kit: Kit, asked: PermissionAsk) -> dict[str, str]:
    """Message-IDs of the mail that asked, and of its reminder, as a proof names them."""
    sender = path_of(kit.settings.mail_from)
    rows = session.execute(
        select(Mail.key, Mail.id).where(
            Mail.shop_id == asked.shop_id, Mail.key.in_([_key(asked, False), _key(asked, True)])
        )
    )
    names = {_key(asked, False): "message_id", _key(asked, True): "reminder_message_id"}
    return {names[key]: message_id(mail_id, sender) for key, mail_id in rows}


def _key(asked: PermissionAsk, reminder: bool) -> str:
    return f"permission_ask:{asked.id}:{'reminder' if reminder else 'first'}"
