"""What the demo ships: products, reviews in the public domain, photos, and made-up people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent / "data"
SHOP_NAME = "Marlow & Finch"
COUNTRIES = ("DE", "GB", "DE", "FR", "AT", "NL", "IE", "DE", "ES", "GB")


@dataclass(frozen=True)
class Offer:
    """A product as the storefront tells of it; `price` in euros."""

    id: str
    title: str
    price: str
    product_type: str
    usage_days: int
    tags: list[str]
    colours: list[str]
    sizes: str
    tagline: str
    text: str
    details: list[str]


@dataclass(frozen=True)
class Said:
    """One review of the shipped collection; `source_row` is its row there."""

    product: str
    rating: int
    title: str
    body: str
    source_row: int


@dataclass(frozen=True)
class Buyer:
    """Somebody who does not exist."""

    name: str
    email: str
    country: str
    locale: str = "en"

    @property
    def display_name(self) -> str:
        """First name and initial, as most people sign."""
        first, _, last = self.name.partition(" ")
        return f"{first} {last[:1]}."


@lru_cache(maxsize=1)
def offers() -> dict[str, Offer]:
    """Products by their id in the shop."""
    return {name: Offer(id=name, **facts) for name, facts in _read("products.json").items()}


def reviews() -> list[Said]:
    """Every shipped review, products taking turns."""
    piles = [[Said(product, **one) for one in told] for product, told in _read_reviews().items()]
    longest = max(map(len, piles))
    spread = [
        (place * longest / len(pile), number, said)
        for number, pile in enumerate(piles)
        for place, said in enumerate(pile)
    ]
    return [said for _, _, said in sorted(spread, key=lambda entry: entry[:2])]


def reply_to(source_row: int | None) -> dict[str, str] | None:
    """The shop's answer (kind, body, improvement) to a shipped review, where there is one."""
    found: dict[str, str] | None = _read("replies.json").get(str(source_row))
    return found


def buyer(number: int, locale: str = "en") -> Buyer:
    """The made-up buyer of this number; the same every time."""
    names = _read("people.json")
    firsts, lasts = names["first_names"], names["last_names"]
    first = firsts[number % len(firsts)]
    last = lasts[(number * 7 + number // len(lasts)) % len(lasts)]
    return Buyer(
        name=f"{first} {last}",
        email=f"buyer-{number}@buyers.example",
        country=COUNTRIES[number % len(COUNTRIES)],
        locale=locale,
    )


def product_facts(offer: Offer, public_url: str) -> dict[str, Any]:
    """What the shop tells our API about a product; addresses follow where the demo runs."""
    return {
        "title": offer.title,
        "url": f"{public_url}/demo/store/products/{offer.id}",
        "image_url": f"{public_url}/static/demo/products/{offer.id}.jpg",
        "brand": SHOP_NAME,
        "sku": offer.id,
        "product_type": offer.product_type,
        "tags": offer.tags,
        "usage_days": offer.usage_days,
    }


def photo_file(name: str) -> Path:
    """A customer's photo as the phone wrote it."""
    return DATA / "photos" / f"{name}.jpg"


def film_file(name: str) -> Path:
    """A customer's film as the phone wrote it."""
    return DATA / "films" / f"{name}.mp4"


def captions_files(name: str) -> list[tuple[str, Path]]:
    """(language, file) of the captions a film has."""
    files = sorted((DATA / "films").glob(f"{name}.*.vtt"))
    return [(file.suffixes[0].removeprefix("."), file) for file in files]


def _read_reviews() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = _read("reviews.json")
    return found


@lru_cache(maxsize=8)
def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return found
