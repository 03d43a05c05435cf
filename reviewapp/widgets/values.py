"""What a storefront is shown, as frozen values: the input of every published document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PhotoSource:
    """One rendition; `path` is relative to the shop's published folder, sizes in pixels."""

    path: str
    width: int
    height: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A shown photo, its renditions by rising width, and what stands there until it loads."""

    width: int
    height: int
    color: str
    placeholder: str
    sources: tuple[PhotoSource, ...]


@dataclass(frozen=True, slots=True)
class Captions:
    """What is said in a film, as WebVTT."""

    path: str
    language: str


@dataclass(frozen=True, slots=True)
class Film:
    """A shown film; without `sources` it is still being prepared, and its poster stands for it.

    `poster` like a photo's sources; `sources` play, by rising width; `preview` is a short silent
    glimpse.
    """

    width: int
    height: int
    duration_ms: int
    color: str
    placeholder: str
    poster: tuple[PhotoSource, ...]
    sources: tuple[PhotoSource, ...] = ()
    preview: str | None = None
    captions: tuple[Captions, ...] = ()


def media_path(key: str) -> str:
    """Where a rendition lies in the shop's published folder."""
    return f"media/{key}"


@dataclass(frozen=True, slots=True)
class ShopReply:
    """The shop's public answer."""

    body: str
    replied_on: date


@dataclass(frozen=True, slots=True)
class PublishedReview:
    """A review as anyone may read it; the text is already redacted (G15)."""

    id: str
    position: int
    rating: int
    title: str
    body: str
    author: str
    written_on: date
    language: str
    verified: bool = False
    incentive: str | None = None
    """The disclosure to show; None: nothing was offered for it (G20)."""
    imported_from: str | None = None
    staff: bool = False
    edited: bool = False
    redacted: tuple[str, ...] = ()
    """Reasons (G13) of the passages taken out."""
    photos: tuple[Photo, ...] = ()
    videos: tuple[Film, ...] = ()
    reply: ShopReply | None = None
    helpful: int = 0
    """How many readers found it helpful."""


@dataclass(frozen=True, slots=True)
class StripItem:
    """A photo or film with the review it belongs to."""

    review: str
    position: int
    item: Photo | Film


@dataclass(frozen=True, slots=True)
class Summary:
    """All published reviews of a product in numbers (G16); `histogram` is one to five stars."""

    count: int
    average: float
    histogram: tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One question's answers over all published reviews of a listing."""

    id: str
    label: str
    kind: str
    """`scale` where the choices go from one end to another, else `choice`."""
    choices: tuple[tuple[str, str, int], ...]
    """(value, label, count) in the order they are offered."""
    average: float | None = None
    """Mean place on the scale, the first choice being 1, to one decimal."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A word many of the newest reviews use; `count` is of reviews."""

    word: str
    count: int


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What documents tell of a product."""

    key: str
    external_id: str
    title: str
    url: str | None = None
    image_url: str | None = None
    brand: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    sku: str | None = None


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What documents tell of the shop; `base_url` is its published folder, without a slash."""

    name: str
    language: str
    url: str | None
    base_url: str
    auto_publish_days: int = 10
    incentive: str | None = None
    incentive_disclosure: str | None = None


@dataclass(frozen=True, slots=True)
class ProductView:
    """What the head and its pages are made of; `newest` is by falling position."""

    shop: ShopFacts
    product: ProductFacts
    summary: Summary
    newest: tuple[PublishedReview, ...]
    strip: tuple[StripItem, ...]
    """The newest photos and films of all reviews of the product."""
    last_chunk: int | None
    """The highest chunk number; None: nothing was published yet."""
    next_chunk: int | None
    """The chunk that holds the newest review not in `newest`; None: all are shown."""
    attributes: tuple[Attribute, ...] = ()
    topics: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class ChunkView:
    """One chunk of a product's reviews, newest first; `older` is the next lower number."""

    shop: ShopFacts
    product: ProductFacts
    number: int
    older: int | None
    reviews: tuple[PublishedReview, ...]
    newer: int | None = None
    """The next higher number; None: reading backwards ends at the first page."""


@dataclass(frozen=True, slots=True)
class StoreView:
    """The store's page, or one page of all its reviews; newest first, each with its product."""

    shop: ShopFacts
    number: int | None
    """The page, counted from the oldest; None: the first page, with the newest reviews."""
    summary: Summary
    reviews: tuple[tuple[ProductFacts, PublishedReview], ...]
    older: int | None
    newer: int | None = None
    """The page with the next newer reviews; None: the first page has them."""


@dataclass(frozen=True, slots=True)
class CollectionView:
    """A hand-picked selection in its order, and the numbers of all reviews beside it (G17)."""

    title: str
    summary: Summary
    reviews: tuple[tuple[ProductFacts, PublishedReview], ...]
    all_url: str


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """A published answer; `by` is `shop` or `buyer`."""

    id: str
    body: str
    author: str
    by: str
    answered_on: date
    votes: int


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A published question with its answers, the shop's first."""

    id: str
    body: str
    author: str
    asked_on: date
    votes: int
    answers: tuple[ShownAnswer, ...]


@dataclass(frozen=True, slots=True)
class QuestionsView:
    """One document of a product's questions, newest first.

    `number` is the page, counted from the oldest; None: the newest ones, with no page of
    their own. `older` is the page where reading goes on.
    """

    number: int | None
    count: int
    questions: tuple[ShownQuestion, ...]
    older: int | None
    newer: int | None = None
    """The page with the next newer questions; None: the first document has them."""


@dataclass(frozen=True, slots=True)
class FairnessFigures:
    """What a check of the monitor has in the log; counts are by star, one to five."""

    checked_on: date
    days: int
    answers: tuple[int, ...]
    shown: tuple[int, ...]
    reached: tuple[int, ...]
    decided: tuple[int, ...]
    published: tuple[int, ...]
    refused: tuple[int, ...]
    median_hours: tuple[float | None, ...]
    gaps: tuple[str, ...]
    """Measures in which star levels were treated differently beyond chance."""


@dataclass(frozen=True, slots=True)
class LogHead:
    """The newest entry of the hash-chained log: kept by others, it proves what came before."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Transparency:
    """A shop's figures for anyone to check (G19); all counts are of reviews."""

    published: int
    histogram: tuple[int, int, int, int, int]
    verified: int
    incentivized: int
    imported: dict[str, int]
    refused: dict[str, int]
    """By reason (G13)."""
    waiting: int
    withdrawn: int
    fairness: FairnessFigures | None = None
    """The newest check of the monitor (G29); None before the first."""
    log: LogHead | None = None
