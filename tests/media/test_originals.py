"""The file as it came: sealed, kept only where a permission needs it, opened only on record."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Gone, Invalid
from reviewapp.core.kit import Kit
from reviewapp.core.sealing import SealBroken
from reviewapp.media import originals, service
from reviewapp.models.audit import AuditEntry
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.rights import PermissionEntry
from reviewapp.reactions import check_originals, relay_events
from reviewapp.rights import service as rights
from reviewapp.rights.ledger import Act, Subject, Terms
from tests import factories

ACT = Act("en", {"action": "submitted"})
KEEP = timedelta(days=90)


def files_of(review: Review) -> list[Subject]:
    return [Subject(one.sha256, one.id, one.source_sha256) for one in review.media]


def photo_file() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "SECRETPLACE"
    file = BytesIO()
    Image.new("RGB", (300, 200), "#446688").save(file, "JPEG", exif=exif)
    return file.getvalue()


@pytest.fixture
def link(committed, shop):
    with committed() as session:
        return factories.request(session, shop).id


@pytest.fixture
def staged(kit: Kit, shop, link) -> UUID:
    return service.stage_photo(
        kit, shop_id=shop.id, request_id=link, upload=BytesIO(photo_file()), client_name="a.jpg"
    ).id


@pytest.fixture
def used(kit: Kit, shop, link, staged, committed):
    """The photo in a review, with a permission for `use` where one is told."""

    def use_it(use: str | None = None, terms: Terms | None = None) -> UUID:
        with committed() as session:
            review = factories.review(session, shop)
            service.attach(session, link, [staged], review_id=review.id)
            session.flush()
            session.refresh(review, ["media"])
            if use:
                rights.grant(session, review, use, files_of(review), ACT, terms)
            return review.id

    return use_it


def asset(kit: Kit) -> MediaAsset:
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.scalars(select(MediaAsset)).one()


def kept(kit: Kit) -> bool:
    found = asset(kit)
    stored = list(kit.storage.list("sealed/"))
    assert bool(stored) == bool(found.sealed_key)
    return bool(stored)


def withdraw(kit: Kit, shop, review_id: UUID) -> None:
    with kit.database.transaction(shop.id) as session:
        rights.withdraw(session, session.get_one(Review, review_id), ACT)
    relay_events(kit)


def test_while_it_is_staged_the_file_is_there_and_readable_to_nobody(kit, staged):
    found = asset(kit)
    stored = kit.storage.read(found.sealed_key)
    assert b"SECRETPLACE" in photo_file()
    assert b"SECRETPLACE" not in stored
    assert b"\xff\xd8\xff" not in stored[:200]
    assert found.sealed_key_id


def test_without_a_permission_it_goes_when_the_review_is_sent(kit, used):
    used()
    check_originals(kit)
    assert not kept(kit)
    assert asset(kit).source_sha256  # its name stays


def test_a_photo_sent_with_a_call_for_help_is_not_kept_as_it_came(kit, shop, link, staged):
    with kit.database.transaction(shop.id) as session:
        service.attach(session, link, [staged])
    check_originals(kit)
    assert not kept(kit)


def test_with_a_permission_it_stays_as_long_as_that_stands_and_the_ledger_names_it(kit, used):
    used("ads")
    with clock.frozen(clock.now() + timedelta(days=2000)):
        check_originals(kit)
    assert kept(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        entry = session.scalars(
            select(PermissionEntry).where(PermissionEntry.asset_id == asset(kit).id)
        ).one()
    assert entry.subject_sha256 == asset(kit).sha256
    assert entry.proof["original_sha256"] == asset(kit).source_sha256


def test_after_the_last_withdrawal_it_stays_for_the_time_of_proof_and_no_longer(kit, shop, used):
    review_id = used("ads")
    check_originals(kit)
    withdraw(kit, shop, review_id)
    ended = clock.now()
    check_originals(kit)
    with clock.frozen(ended + KEEP - timedelta(minutes=1)):
        check_originals(kit)
    assert kept(kit)
    with clock.frozen(ended + KEEP + timedelta(minutes=1)):
        check_originals(kit)
    assert not kept(kit)


def test_a_permission_given_again_keeps_it(kit, shop, used, committed):
    review_id = used("ads")
    check_originals(kit)
    withdraw(kit, shop, review_id)
    with committed() as session:
        review = session.get_one(Review, review_id)
        session.refresh(review, ["media"])
        rights.grant(session, review, "print", files_of(review), ACT)
    with clock.frozen(clock.now() + 3 * KEEP):
        check_originals(kit)
    assert kept(kit)


def test_a_permission_with_an_end_plans_the_end_of_its_proof(kit, used):
    ends = clock.now() + timedelta(days=10)
    used("ads", Terms(ends_at=ends))
    check_originals(kit)
    assert asset(kit).seal_check_at == ends + KEEP
    with clock.frozen(ends + KEEP):
        check_originals(kit)
    assert not kept(kit)


def test_an_installation_may_keep_no_proof_at_all(kit, shop, used):
    review_id = used("ads")
    strict = Kit(kit.settings.changed(proof_days=0))
    check_originals(strict)
    assert kept(kit)
    withdraw(kit, shop, review_id)
    check_originals(strict)
    assert not kept(kit)
    strict.close()


def test_what_nobody_used_takes_its_original_along(kit, staged):
    with clock.frozen(clock.now() + timedelta(hours=49)):
        service.sweep_staged(kit)
    assert not list(kit.storage.list("sealed/"))


def test_opening_one_takes_a_reason_and_is_on_record(kit, shop, staged):
    with kit.database.transaction(shop.id) as session:
        found = session.get_one(MediaAsset, staged)
        with pytest.raises(Invalid):
            originals.open_original(session, kit, found, actor="operator", reason="  ")
        opened = originals.open_original(
            session, kit, found, actor="operator", reason="A claim about the picture's origin."
        )
        assert b"".join(opened) == photo_file()
    with kit.database.transaction(shop.id) as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "media.original_opened")
        ).one()
    assert (entry.actor, entry.subject) == ("operator", f"media:{staged}")
    assert entry.detail["original_sha256"] == asset(kit).source_sha256


def test_one_that_is_not_kept_cannot_be_opened(kit, shop, used):
    used()
    check_originals(kit)
    with kit.database.transaction(shop.id) as session, pytest.raises(Gone):
        originals.open_original(session, kit, asset(kit), actor="operator", reason="A claim.")


def test_a_file_swapped_for_another_photos_is_noticed(kit, shop, link, staged):
    other = service.stage_photo(
        kit, shop_id=shop.id, request_id=link, upload=BytesIO(photo_file()), client_name="b.jpg"
    ).id
    with kit.database.transaction(shop.id) as session:
        mine, theirs = session.get_one(MediaAsset, staged), session.get_one(MediaAsset, other)
        kit.storage.put(
            mine.sealed_key,
            kit.storage.read(theirs.sealed_key),
            content_type="application/octet-stream",
        )
        opened = originals.open_original(session, kit, mine, actor="operator", reason="A claim.")
        with pytest.raises(SealBroken):
            list(opened)


def test_a_new_key_takes_over_what_an_old_one_sealed(kit, shop, staged):
    turned = Kit(kit.settings.changed(secret_keys=("the-new-key", *kit.settings.secret_keys)))
    assert originals.reseal_originals(turned) == 1
    assert originals.reseal_originals(turned) == 0
    turned.close()
    only_new = Kit(kit.settings.changed(secret_keys=("the-new-key",)))
    with only_new.database.transaction(shop.id) as session:
        found = session.get_one(MediaAsset, staged)
        opened = originals.open_original(session, only_new, found, actor="operator", reason="Test.")
        assert b"".join(opened) == photo_file()
    only_new.close()
