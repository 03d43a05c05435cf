"""Where a shop may put its own words into a licence text, and what it may not say there (P1, P2).

Pure. The list of words is a fence, not a reader: a person writes the words, and what they wrote
is a version for ever, with their name beside it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LENGTHS = {"shop": 60, "contact": 100, "friendly": 140}
"""Characters at most, by slot."""
EMPTY = "Fill this in, or go back to the standard text."
TOO_LONG = "Keep it within {most} characters."
MARKUP = "Plain words only: no links, no brackets, no line breaks."
NAME = "Only a name: no comma, colon or semicolon."
CONTACT = "An e-mail address or a phone number, with a name before it if you like."
SENTENCE = "One sentence of words: no numbers and no percentages."
REWARD = "A permission is never rewarded: leave out gifts, discounts and prizes."
MEANING = "The friendly sentence may not speak of what is allowed. The terms do."
_MARKUP = re.compile(r"[<>{}\[\]\\^|`*_#\x00-\x1f\x7f]|://|\bwww\.", re.IGNORECASE)
_CONTACT = re.compile(
    r"(?:[\w .'’&-]{2,60}[, ]+)?(?:[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+?[0-9][0-9 ()/.-]{5,24}[0-9])"
)
_REWARD = re.compile(
    r"\b(?:discount|voucher|coupon|gift|prize|reward|bonus|points|cashback|free\b|win\b"
    r"|rabatt|gutschein|geschenk|gewinn|praemie|pramie|punkte|gratis|kostenlos|umsonst"
    r"|remise|reduction|bon d.achat|cadeau|recompense|gagne|offert|gratuit"
    r"|descuento|cupon|regalo|premio|recompensa|sorteo"
    r"|desconto|cupao|brinde|oferta|sorteio|gratuit)"
)
_MEANING = re.compile(
    r"\b(?:allow|permi|consent|agree|licen|right|revo[ck]|withdr|take back|forever|irrevoc|train"
    r"|every use|all uses|any use|must\b|required"
    r"|erlaub|zustimm|einwillig|lizen|recht|widerruf|zuruck|immer|unwiderr|jede nutzung|muss"
    r"|autoris|accord|consen|droit|retir|toujours|toute utilisation|doi[st]\b|oblig"
    r"|permit|acept|derecho|siempre|cualquier uso|debe"
    r"|aceit|direito|sempre|qualquer uso|deve)"
)


@dataclass(frozen=True)
class Slots:
    """A shop's own words in one language; all empty: the standard text."""

    shop: str = ""
    """Its name, after the words "the shop"."""
    contact: str = ""
    """Whom to ask about it, after the terms."""
    friendly: str = ""
    """A sentence before the terms."""


NO_SLOTS = Slots()


def wrong_slots(slots: Slots, own_name: str) -> dict[str, str]:
    """What is wrong, by slot (English msgids); empty: these words may stand in a licence text.

    All slots are filled or none is. `own_name` is the shop's name, which may be any words.
    """
    if slots == NO_SLOTS:
        return {}
    found = {name: _wrong(name, getattr(slots, name), own_name) for name in LENGTHS}
    return {name: fault for name, fault in found.items() if fault}


def as_sentence(words: str) -> str:
    """The words with a full stop, where they end without any."""
    return words if not words or words[-1] in ".!?…" else f"{words}."


def _wrong(name: str, words: str, own_name: str) -> str:
    most = LENGTHS[name]
    if not words:
        return EMPTY
    if len(words) > most:
        return TOO_LONG.format(most=most)
    if _MARKUP.search(words):
        return MARKUP
    if name == "shop":
        return "" if words == own_name else _wrong_name(words)
    if name == "contact":
        return "" if _CONTACT.fullmatch(words) else CONTACT
    return _wrong_sentence(words)


def _wrong_name(words: str) -> str:
    if re.search(r"[,;:!?]", words):
        return NAME
    plain = _plain(words)
    return MEANING if _REWARD.search(plain) or _MEANING.search(plain) else ""


def _wrong_sentence(words: str) -> str:
    plain = _plain(words)
    if re.search(r"[0-9%€$£¥]|\bwww\b|@", plain):
        return SENTENCE
    if _REWARD.search(plain):
        return REWARD
    return MEANING if _MEANING.search(plain) else ""


def _plain(words: str) -> str:
    """Lower case without accents, so that one spelling finds all."""
    split = unicodedata.normalize("NFKD", words.casefold())
    return "".join(one for one in split if not unicodedata.combining(one))
