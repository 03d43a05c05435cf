"""Documents of a product as the publisher writes them, with every kind of review."""

from __future__ import annotations

from typing import Any

from tests.browser.shelf import picture

SENTENCE = "The glaze is even, the handle fits three fingers, and it keeps tea warm for an hour. "
COLORS = ("#8a5a44", "#4f6d7a", "#c0a36e", "#5b7553", "#9a5f7a", "#3d405b")
MEDIA = {
    f"media/{at}-{size}.{ending}": picture(color, size // 4, size // 4, form)
    for at, color in enumerate(COLORS)
    for size in (320, 1600)
    for ending, form in (("jpg", "JPEG"), ("webp", "WEBP"), ("avif", "AVIF"))
}
KINDS = {"avif": "image/avif", "jpg": "image/jpeg", "webp": "image/webp"}


def sources(at: int) -> list[dict[str, Any]]:
    """Renditions of one picture by rising width, in three formats."""
    return [
        {"src": f"media/{at}-{size}.{ending}", "width": size, "height": size, "type": kind}
        for size in (320, 1600)
        for ending, kind in KINDS.items()
    ]


def photo(at: int) -> dict[str, Any]:
    """A photo of a review."""
    color = COLORS[at % len(COLORS)]
    shape = {"width": 1600, "height": 1600, "color": color, "placeholder": ""}
    return shape | {"sources": sources(at % len(COLORS))}


def film(at: int, *, ready: bool = True) -> dict[str, Any]:
    """A film of a review; one that is not rendered yet has its poster alone."""
    path = {"path": "media/film.mp4", "width": 720, "height": 1280, "content_type": "video/mp4"}
    return {
        "width": 720,
        "height": 1280,
        "duration": 65,
        "color": COLORS[at % len(COLORS)],
        "placeholder": "",
        "poster": sources(at % len(COLORS)),
        "sources": [path] if ready else [],
        "preview": None,
        "captions": [{"path": "media/film.vtt", "language": "en"}] if ready else [],
    }


def review(position: int, **values: Any) -> dict[str, Any]:
    """A review as documents hold it."""
    return {
        "id": f"01930000-0000-7000-8000-{position:012d}",
        "position": position,
        "rating": 1 + position % 5,
        "title": f"No. {position}",
        "body": SENTENCE,
        "author": "Ada Q.",
        "date": f"2026-11-{1 + position % 28:02d}",
        "language": "en",
        "verified": True,
    } | values


def telling_reviews() -> list[dict[str, Any]]:
    """Newest first: one of every kind, then plain ones down to position 25."""
    special: list[dict[str, Any]] = [
        {"photos": [photo(0), photo(1)], "helpful": 3, "title": "Better than the picture"},
        {"videos": [film(2)], "photos": [photo(3)], "title": "See how it pours"},
        {"videos": [film(4, ready=False)], "title": "A film to come"},
        {"body": SENTENCE * 14, "title": "I wrote it all down " * 6},
        {"reply": {"body": SENTENCE, "date": "2026-11-20"}, "rating": 1, "title": ""},
        {"incentive": "Got 10 % off for writing.", "verified": False, "edited": True},
        {"imported_from": "Judge.me", "verified": False},
        {"staff": True, "verified": False, "redacted": ["abusive"], "body": "It is ▇▇▇ good."},
        {"author": "ليلى", "title": "كوب جميل", "body": "يحافظ على دفء الشاي.", "language": "ar"},
        {"author": "Wortreich-Zusammengesetzt" * 3, "language": "de", "body": "Ø" * 300},
    ]
    newest = [review(44 - at, **values) for at, values in enumerate(special)]
    return newest + [review(position) for position in range(34, 24, -1)]


def head(reviews: list[dict[str, Any]] | None = None, **values: Any) -> dict[str, Any]:
    """A product's head."""
    shown = telling_reviews() if reviews is None else reviews
    strip = [{**photo(at), "kind": "photo", "review": shown[0]["id"], "position": 44}
             for at in (0, 1)] if shown else []  # fmt: skip
    if len(shown) > 2:
        strip.insert(0, {**film(2), "kind": "video", "review": shown[1]["id"], "position": 43})
    return {
        "format": 1,
        "product": {"id": "MUG", "title": "Stoneware mug", "url": None},
        "summary": {
            "count": 45,
            "average": 3.4,
            "histogram": {"1": 6, "2": 5, "3": 9, "4": 13, "5": 12},
        },
        "reviews": shown,
        "media": strip,
        "chunks": {"last": 2, "next": 1},
        "attributes": [
            {
                "id": "fit",
                "label": "How does it fit?",
                "kind": "scale",
                "average": 2.1,
                "choices": [
                    {"value": "small", "label": "Runs small"},
                    {"value": "true", "label": "True to size"},
                    {"value": "large", "label": "Runs large"},
                ],
                "counts": {"small": 4, "true": 23, "large": 7},
            }
        ],
        "topics": [{"word": "glaze", "count": 12}, {"word": "handle", "count": 7}],
    } | values


def chunk(number: int) -> dict[str, Any]:
    """An older chunk."""
    low = 20 * number
    if number == 2:
        reviews = telling_reviews()[:5]
    else:
        reviews = [review(position) for position in range(low + 19, low - 1, -1)]
    return {"format": 1, "reviews": reviews, "next": number - 1 if number else None}


def collection(**values: Any) -> dict[str, Any]:
    """A selection for the carousel."""
    product = {"id": "MUG", "key": "MUG", "title": "Stoneware mug", "url": "https://kiln.example/m"}
    return {
        "format": 1,
        "title": "Mornings with our mug",
        "selected": True,
        "summary": head()["summary"],
        "reviews": [each | {"product": product} for each in telling_reviews()[:6]],
        "all_url": "https://kiln.example/reviews",
    } | values


def shop_documents(**heads: dict[str, Any]) -> dict[str, Any]:
    """Everything a storefront may ask for."""
    found: dict[str, Any] = {
        "products/MUG/head.json": head(),
        "stars/0.json": {"format": 1, "shards": 1, "products": {"MUG": [3.4, 45]}},
        "collections/picked.json": collection(),
        "media/film.mp4": b"",
        "media/film.vtt": b"WEBVTT\n\n00:00.000 --> 00:02.000\nTea is poured.\n",
        **MEDIA,
    }
    for number in range(3):
        found[f"products/MUG/chunk-{number}.json"] = chunk(number)
    return found | {f"products/{key}/head.json": value for key, value in heads.items()}
