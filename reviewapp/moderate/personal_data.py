"""Finding personal data in words: mail, phone, account, card, street, this order's number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewapp.moderate.signals import Span

MAIL = "There is an e-mail address in the text."
PHONE = "There is a phone number in the text."
IBAN = "There is a bank account number in the text."
CARD = "There is a payment card number in the text."
IDENTITY = "There is something that looks like an identity number in the text."
STREET = "There is something that looks like a postal address in the text."
ORDER = "The number of this order stands in the text."

SHORTEST_ORDER_NUMBER = 4

_MAIL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}\s?(?:@|\(at\)|\[at\]| at (?=[\w-]+ dot ))\s?"
    r"[\w-]{1,63}(?:(?:\.|\s?\(dot\)\s?|\s?\[dot\]\s?| dot )[\w-]{2,63}){1,4}",
    re.IGNORECASE,
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}(?![A-Za-z0-9])", re.I)
_CARD = re.compile(r"(?<![\d.,-])[2-6]\d{3}(?:[ -]?\d{2,6}){2,4}(?![\d-])")
_CALLED = re.compile(
    r"\b(?:tel|phone|telephone|telefon|telefone|teléfono|téléphone|mobile|cell|handy|whatsapp|call|ring|"
    r"text|reach|anrufen|appele[rz]|llam(?:ar|e|en)|ligu?(?:e|ar)|fax|number(?:\sis)?)\b[^\d\n]{0,24}?"
    r"(?P<number>\+?\(?\d[\d()\s./-]{5,18}\d)(?!\d)",
    re.IGNORECASE,
)
_ADDRESS_OF_MACHINE = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
LEAST_PHONE_DIGITS = 7
_US_IDENTITY = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_STREET = re.compile(
    r"""(?<!\w)(?:
    \d{1,5}[a-z]?,?\s(?:[A-ZÀ-Ý][\w.'’-]*\s){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|
        Boulevard|Blvd|Court|Ct|Square|Way|Terrace|Crescent|Close|Highway|Hwy|Parkway|Pkwy|Circle)\b\.?
    |(?!During|Spring|Bring|String)[A-ZÄÖÜ][\wäöüß.-]*(?:straße|strasse|str\.|weg|gasse|allee|platz|ring|damm|ufer)\s\d{1,4}\s?[a-z]?\b
    |\d{1,4}(?:\s?(?:bis|ter))?,?\s(?:rue|avenue|boulevard|bd|impasse|chemin|allée|quai|place)\s
        (?:(?:de|du|des|la|le|les|l['’]|d['’])\s?)*[A-ZÀ-Ý]\w+
    |(?:Calle|C/|Avenida|Avda\.?|Plaza|Paseo|Rua|R\.|Travessa|Alameda|Praça)\s
        (?:(?:de|do|da|dos|das|del|la|las|los)\s)*[A-ZÀ-Ý]\w+(?:\s[A-ZÀ-Ý]\w+){0,3},?\s(?:n[.ºo°]\s?)?\d{1,5}
    |P\.?\s?O\.?\s?Box\s\d+
    |(?:Apt|Suite|Ste)\.?\s\d{1,5}\b
    |Via\s[A-Z]\w+(?:\s[A-Z]\w+)?\s\d{1,4}\b
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Finding:
    """A piece of personal data: what it is, as an English msgid, and where."""

    explanation: str
    span: Span


def find_personal_data(
    text: str, *, countries: tuple[str, ...] = (), order_number: str | None = None
) -> list[Finding]:
    """All pieces of personal data in `text`, in order, none inside another.

    `countries` (ISO 3166 alpha-2) say how local phone numbers are read; numbers with + always are.
    """
    found: list[Finding] = []
    for finder in (_mails, _ibans, _cards, _identities, _streets):
        found += finder(text)
    found += _order_numbers(text, order_number)
    for finding in _phones(text, countries):
        if not any(overlap(finding.span, other.span) for other in found):
            found.append(finding)
    return sorted(found, key=lambda finding: finding.span)


def overlap(one: Span, other: Span) -> bool:
    """Whether the two share a character."""
    return one.start < other.end and other.start < one.end


def luhn_valid(digits: str) -> bool:
    """Check digit of payment cards (ISO/IEC 7812-1)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def iban_valid(text: str) -> bool:
    """Check digits of a bank account (ISO 13616, mod 97)."""
    plain = re.sub(r"[\s-]", "", text).upper()
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def _mails(text: str) -> Iterator[Finding]:
    for match in _MAIL.finditer(text):
        yield Finding(MAIL, Span(match.start(), match.end()))


def _ibans(text: str) -> Iterator[Finding]:
    for match in _IBAN.finditer(text):
        # The pattern may swallow a word after the number: give it back group by group.
        end = match.end()
        while end > match.start() + 14 and not iban_valid(text[match.start() : end]):
            end = max(text.rfind(" ", match.start(), end), match.start())
        if end > match.start() + 14:
            yield Finding(IBAN, Span(match.start(), end))


def _cards(text: str) -> Iterator[Finding]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if 12 <= len(digits) <= 19 and luhn_valid(digits):
            yield Finding(CARD, Span(match.start(), match.end()))


def _identities(text: str) -> Iterator[Finding]:
    for match in _US_IDENTITY.finditer(text):
        yield Finding(IDENTITY, Span(match.start(), match.end()))


def _streets(text: str) -> Iterator[Finding]:
    for match in _STREET.finditer(text):
        yield Finding(STREET, Span(match.start(), match.end()))


def _order_numbers(text: str, order_number: str | None) -> Iterator[Finding]:
    number = (order_number or "").strip().lstrip("#")
    if len(number) < SHORTEST_ORDER_NUMBER:
        return
    for match in re.finditer(rf"(?<!\w)#?{re.escape(number)}(?!\w)", text, re.IGNORECASE):
        yield Finding(ORDER, Span(match.start(), match.end()))


def _phones(text: str, countries: tuple[str, ...]) -> Iterator[Finding]:
    if sum(char.isdigit() for char in text) < 6:
        return
    from phonenumbers import Leniency, PhoneNumberMatcher

    for country in (*dict.fromkeys(countries), None):
        for match in PhoneNumberMatcher(text, country, leniency=Leniency.VALID):
            if not _ADDRESS_OF_MACHINE.fullmatch(match.raw_string):
                yield Finding(PHONE, Span(match.start, match.end))
    for called in _CALLED.finditer(text):
        number = called["number"]
        digits = sum(char.isdigit() for char in number)
        if digits >= LEAST_PHONE_DIGITS and not _ADDRESS_OF_MACHINE.fullmatch(number):
            yield Finding(PHONE, Span(*called.span("number")))
