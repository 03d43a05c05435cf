"""Documents are behind for a moment and never wrong: written, settled, rebuilt."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import brotli

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.review import ModerationDecision, Reply
from reviewapp.widgets.pacing import LONGEST_PAUSE
from reviewapp.widgets.publishing import publish_due, publish_once
from reviewapp.widgets.rebuilding import rebuild
from reviewapp.widgets.rules import CHUNK_SIZE
from reviewapp.widgets.service import refresh_review, refresh_shop
from tests import factories
from tests.widgets.stories import (
    all_files,
    change,
    give_photo,
    head,
    positions,
    publish,
    published_json,
    shop_with_product,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_published_review_reaches_every_document(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product, rating=5, body="Warm for hours.")
    publish_due(kit)
    folder = f"p/v1/{shop.widget_key}/products/MUG"
    assert head(kit, shop)["summary"]["count"] == 1
    for name in ("head.json", "chunk-0.json", "head.html", "index.html", "page-0.html"):
        assert b"Warm for hours." in kit.published.read(f"{folder}/{name}")
    assert published_json(kit, shop, "stars/0.json")["products"] == {"MUG": [5.0, 1]}
    assert published_json(kit, shop, "transparency.json")["published"] == 1


def test_twins_hold_the_same_bytes(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product)
    publish_due(kit)
    plain = {k: v for k, v in all_files(kit).items() if not k.endswith((".br", ".gz"))}
    files = all_files(kit)
    assert plain
    for key, content in plain.items():
        assert brotli.decompress(files[f"{key}.br"]) == content
        assert gzip.decompress(files[f"{key}.gz"]) == content


def test_a_new_review_leaves_old_chunks_alone(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    for _ in range(2 * CHUNK_SIZE + 1):
        publish(kit, shop, product)
    publish_due(kit)
    before = {k: v for k, v in all_files(kit).items() if "chunk-0" in k or "page-1" in k}
    root = Path(kit.published.root)
    stamps = {key: (root / key).stat().st_ino for key in before}
    publish(kit, shop, product)
    publish_due(kit)
    assert {key: (root / key).stat().st_ino for key in before} == stamps
    assert head(kit, shop)["summary"]["count"] == 2 * CHUNK_SIZE + 2


def test_head_and_chunks_together_hold_every_review_once(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    ids = [publish(kit, shop, product) for _ in range(47)]
    change(kit, shop, ids[3], state="withdrawn")
    publish_due(kit)
    first = head(kit, shop)
    seen, number = positions(first["reviews"]), first["chunks"]["next"]
    assert len(seen) == CHUNK_SIZE
    while number is not None:
        chunk = published_json(kit, shop, f"products/MUG/chunk-{number}.json")
        seen += [p for p in positions(chunk["reviews"]) if p < seen[-1]]
        number = chunk["next"]
    assert seen == [p for p in reversed(range(47)) if p != 3]


def test_a_withdrawn_review_disappears_everywhere_with_its_photo(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    review_id = publish(kit, shop, product, body="Gone tomorrow.")
    give_photo(kit, shop, review_id)
    publish_due(kit)
    media = f"p/v1/{shop.widget_key}/media/aa/bb/aabb-320.webp"
    assert kit.published.read(media) == b"webp bytes"
    assert head(kit, shop)["media"][0]["sources"][0]["src"] == "media/aa/bb/aabb-320.webp"
    change(kit, shop, review_id, state="withdrawn")
    publish_due(kit)
    assert not kit.published.exists(media)
    left = {k: v for k, v in all_files(kit).items() if not k.endswith((".br", ".gz"))}
    assert all(b"Gone tomorrow." not in content for content in left.values())
    assert head(kit, shop)["summary"] == {
        "average": 0.0,
        "count": 0,
        "histogram": {"1": 0, "2": 0, "3": 0, "4": 0, "5": 0},
    }


def test_a_photo_file_stays_while_another_shown_review_uses_it(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    first, second = publish(kit, shop, product), publish(kit, shop, product)
    give_photo(kit, shop, first)
    give_photo(kit, shop, second)
    change(kit, shop, first, state="withdrawn")
    publish_due(kit)
    assert kit.published.exists(f"p/v1/{shop.widget_key}/media/aa/bb/aabb-320.webp")


def test_a_photo_whose_file_is_missing_does_not_stop_the_documents(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    give_photo(kit, shop, publish(kit, shop, product))
    kit.storage.delete("aa/bb/aabb-320.webp")
    publish_due(kit)
    assert head(kit, shop)["summary"]["count"] == 1


def test_the_answer_and_the_labels_are_shown(kit: Kit) -> None:
    shop, product = shop_with_product(kit, locale="de")
    review_id = publish(kit, shop, product, incentivized=True, source="judgeme", relation="staff")
    with kit.database.transaction(shop.id) as session:
        reply = Reply(
            shop_id=shop.id, review_id=review_id, kind="thanks", body="Danke!", improvement="none"
        )
        reply.published_at = NOON
        factories.add(session, reply)
        refresh_review(session, review_id)
    publish_due(kit)
    (review,) = head(kit, shop)["reviews"]
    assert review["reply"] == {"body": "Danke!", "date": "2026-11-22"}
    assert review["imported_from"] == "Judge.me"
    assert review["staff"] is True
    assert review["incentive"]


def test_a_redacted_passage_is_blocked_out_everywhere(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    redaction = {"field": "body", "start": 5, "end": 17, "reason": "personal_information"}
    publish(kit, shop, product, body="Call 030 123 4567 now", redactions=[redaction])
    publish_due(kit)
    assert head(kit, shop)["reviews"][0]["body"] == "Call ▇▇▇ now"
    plain = [v for k, v in all_files(kit).items() if not k.endswith((".br", ".gz"))]
    assert all(b"030 123" not in content for content in plain)


def test_rebuilding_gives_identical_bytes(kit: Kit) -> None:
    shop, product = shop_with_product(kit, locale="pt_BR")
    ids = [publish(kit, shop, product, rating=1 + n % 5) for n in range(45)]
    give_photo(kit, shop, ids[7])
    change(kit, shop, ids[2], rating=5)
    change(kit, shop, ids[30], state="withdrawn")
    rebuild(kit)
    before = all_files(kit)
    assert before
    for key in before:
        kit.published.delete(key)
    steps: list[tuple[int, int]] = []
    assert rebuild(kit, progress=lambda done, of: steps.append((done, of))) == 1
    assert steps == [(1, 1)]
    assert all_files(kit) == before


def test_what_was_published_bit_by_bit_equals_a_rebuild(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    for number in range(25):
        review_id = publish(kit, shop, product, rating=1 + number % 5)
        publish_once(kit)
        if number % 6 == 0:
            change(kit, shop, review_id, state="withdrawn")
    with clock.frozen(clock.now() + LONGEST_PAUSE):
        publish_due(kit)
    documents = {k: v for k, v in all_files(kit).items() if "/products/" in k or "/stars/" in k}
    rebuild(kit)
    after = all_files(kit)
    assert documents == {key: after[key] for key in documents}


def test_the_figures_tell_what_became_of_every_review(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product, rating=5, source="loox")
    publish(kit, shop, product, state="pending")
    publish(kit, shop, product, state="withdrawn")
    refused = publish(kit, shop, product, state="refused")
    with kit.database.transaction(shop.id) as session:
        decision = {"action": "refuse", "reason": "abusive", "note": "insults", "actor": "api"}
        factories.add(
            session,
            ModerationDecision(
                shop_id=shop.id, review_id=refused, version=1, rules_version="1", **decision
            ),
        )
        refresh_shop(session, shop.id)
    publish_due(kit)
    figures = published_json(kit, shop, "transparency.json")
    assert figures["published"] == 1
    assert figures["imported"] == {"Loox": 1}
    assert figures["refused"] == {"abusive": 1}
    assert (figures["waiting"], figures["withdrawn"]) == (1, 1)
    assert figures["histogram"]["5"] == 1


def test_a_shop_without_reviews_has_policy_and_an_empty_star_file(kit: Kit) -> None:
    shop, _ = shop_with_product(kit, locale="fr-CA")
    rebuild(kit)
    assert published_json(kit, shop, "stars/0.json")["products"] == {}
    policy = kit.published.read(f"p/v1/{shop.widget_key}/policy.html").decode()
    assert '<html lang="fr"' in policy


def test_the_tags_are_published_beside_the_documents(kit: Kit) -> None:
    rebuild(kit)
    assert b"customElements" in kit.published.read("widget/v1/embed.js")
    assert kit.published.exists("widget/v1/embed.js.br")
