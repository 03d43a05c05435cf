"""What happened in the demo's shop before it opens: purchases, answers, cases. Values only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reviewapp.demo.catalogue import Buyer, Said, buyer, reviews

FIRST_DAY = 54
"""How many days ago the shop began to ask; older reviews came along from elsewhere."""
LAST_PAST_DAY = 30
"""Orders of the past end here; the present is told one by one in present.py."""
SILENT_EACH = 6
"""After so many buyers who answer comes one who does not."""
PHOTOS = {
    "juniper-dress": ("juniper-on-the-door", "juniper-on-boards", "juniper-on-the-bed"),
    "marlow-midi": ("marlow-by-the-wall", "marlow-on-the-bed"),
    "sorrel-tee": ("sorrel-on-boards",),
    "heath-sweater": ("heath-on-the-rug",),
    "linden-blouse": ("linden-on-the-bed",),
    "calder-trousers": ("calder-on-boards",),
    "tarn-jacket": ("tarn-on-the-door", "tarn-on-the-rug"),
    "fennel-skirt": ("fennel-by-the-wall",),
}
FILMS = {"juniper-on-the-bed": "juniper-swings"}
"""The film that comes along with a photo."""
PHOTO_OF_LAST = 7
"""Photos come with reviews of four stars or more, three in each so many of a product."""
IMPORTED_SHARE = 0.83
"""How much of the collection is there as an import: the older part, checked against no order."""
USES: tuple[tuple[str, ...], ...] = (
    ("site", "email", "homepage", "social"),
    (),
    ("site", "social", "ads"),
    ("site",),
    ("site", "email", "homepage", "social", "ads", "marketplace", "print", "partners"),
)
ADVERTISED = "juniper-dress"
"""All photos of this product may be advertised: what a marketer looks for is there."""
FITS = ("true", "true", "large", "true", "small", "")


@dataclass(frozen=True)
class Told:
    """Something that happened to an order, days after it was placed; no lines: all of them."""

    type: str
    after_days: float
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """A review that a buyer writes so many days after being asked, and what becomes of it."""

    rating: int
    title: str
    body: str
    after_days: float = 1.0
    photo: str | None = None
    uses: tuple[str, ...] = ()
    fit: str = ""
    decision: str = "publish"
    """publish, wait, hold, or a reason to refuse."""
    note: str = ""
    source_row: int | None = None
    film: str | None = None
    takes_back: str | None = None
    """The use that the author ends again once the review is decided."""


@dataclass(frozen=True)
class Help:
    """What a buyer asks help for so many days after being asked, and how the shop answered."""

    route: str
    message: str
    after_days: float = 0.8
    photo: str | None = None
    reply: str | None = None
    solved: bool = False


@dataclass(frozen=True)
class Purchase:
    """One order and everything that follows from it; the first product is the one reviewed."""

    number: int
    buyer: Buyer
    products: tuple[str, ...]
    ordered_days_ago: float
    told: tuple[Told, ...] = ()
    answer: Answer | None = None
    help: Help | None = None
    unsubscribes: bool = False

    @property
    def order_id(self) -> str:
        """The shop's order number."""
        return f"MF-{self.number}"


def past() -> list[Purchase]:
    """The orders of the past, oldest first: one for each shipped review, and silent buyers."""
    told = _with_photos(lived_reviews())
    count = len(told) + len(told) // SILENT_EACH
    answers: Iterator[tuple[str, Answer]] = iter(told)
    found: list[Purchase] = []
    for place in range(count):
        silent = place % (SILENT_EACH + 1) == SILENT_EACH
        product, answer = ("", None) if silent else next(answers, ("", None))
        days_ago = FIRST_DAY - (FIRST_DAY - LAST_PAST_DAY) * place / count
        found.append(
            Purchase(
                number=1001 + place,
                buyer=buyer(place),
                products=(product or "calder-trousers",),
                ordered_days_ago=days_ago,
                told=delivered(2 + place % 3),
                answer=answer and replace(answer, after_days=0.2 + place % 4),
                unsubscribes=silent and place % 21 == 20,
            )
        )
    return found


def imported_reviews() -> list[Said]:
    """The older part of the collection."""
    told = reviews()
    return told[: round(len(told) * IMPORTED_SHARE)]


def lived_reviews() -> list[Said]:
    """The newer part, written through the demo shop's own requests."""
    told = reviews()
    return told[round(len(told) * IMPORTED_SHARE) :]


def delivered(after_days: float) -> tuple[Told, ...]:
    """Sent on the next day, there after so many."""
    return Told("shipped", 1), Told("delivered", after_days)


def _with_photos(told: list[Said]) -> list[tuple[str, Answer]]:
    """Answers as they were shipped; the newest good words of each product bring its photos."""
    photos = {product: list(names) for product, names in PHOTOS.items()}
    passed = dict.fromkeys(PHOTOS, 0)
    answers = []
    for place, said in reversed(list(enumerate(told))):
        photo = None
        passed[said.product] += 1
        if said.rating >= 4 and len(said.body) > 120 and passed[said.product] % PHOTO_OF_LAST < 3:
            photo = photos[said.product].pop() if photos[said.product] else None
        uses = USES[place % len(USES)] if photo or place % 11 == 0 else ()
        if photo and said.product == ADVERTISED:
            uses = USES[-1]
        answer = Answer(
            rating=said.rating,
            title=said.title,
            body=said.body,
            photo=photo,
            film=FILMS.get(photo or ""),
            uses=uses,
            takes_back="social" if "ads" in uses else None,
            fit=FITS[place % len(FITS)],
            source_row=said.source_row,
        )
        answers.append((said.product, answer))
    return answers[::-1]
