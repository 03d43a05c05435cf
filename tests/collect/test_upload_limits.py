"""Limits that hold against parallel requests, lies and full disks; reasons that help."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update

from reviewapp.collect.upload_slots import UploadSlots
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import MESSAGES, OutsideFailed
from reviewapp.core.i18n import LANGUAGES, translator
from reviewapp.media import upload_quota
from reviewapp.media.refusals import IMAGE_REFUSALS, VIDEO_REFUSALS
from reviewapp.media.service import MOST_PHOTOS
from reviewapp.media.upload_quota import Quota
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.upload import Upload
from tests.collect.links import REVIEW, Link, rows, said
from tests.collect.tus_client import VERSION, begin, offset, send, send_file
from tests.media.films_made import film
from tests.media.test_service import picture


def at_once(link: Link, number: int, act: Callable[[Link, int], Any]) -> list[Any]:
    """`act` in that many browsers at the same moment."""
    links = [replace(link, client=link.client.application.test_client()) for _ in range(number)]
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(act, links, range(number)))


def statuses(answers: list[Any]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def test_exactly_six_of_ten_parallel_files_fit_a_form(link):
    answers = at_once(link, 10, lambda here, n: begin(here, 1000 + n))
    assert statuses(answers) == {201: MOST_PHOTOS, 422: 4}
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert refused.json["title"].startswith("There are as many files here as can be sent.")
    assert len(rows(link.kit, Upload)) == MOST_PHOTOS


def test_a_review_never_has_more_than_six_files_however_many_forms_are_sent(link):
    ids = []
    for n in range(10):
        _, place = send_file(link, picture().read(), form=f"tab-{n}")
        ids.append(link.client.get(place).json["media"]["id"])
    both = [ids[:5], ids[5:]]
    answers = at_once(link, 2, lambda here, n: here.send_review(media_id=both[n]))
    assert statuses(answers) == {303: 1, 422: 1}
    slower = next(answer for answer in answers if answer.status_code == 422)
    assert "There are as many files here as can be sent." in said(slower.text)
    assert REVIEW["body"] in slower.text
    assert sum(asset.review_id is not None for asset in rows(link.kit, MediaAsset)) == 5
    late = link.send_review(media_id=ids)
    assert late.status_code == 422
    assert "At most 6 files can be sent." in said(late.text)
    assert REVIEW["body"] in late.text
    assert len(rows(link.kit, Review)) == 1


def test_parallel_plain_forms_share_the_quota(link, monkeypatch):
    monkeypatch.setattr(upload_quota, "LINK_QUOTA", Quota(files=5, bytes=10**9, open=12))

    def two(n):
        return [(picture(), f"{n}-{side}.jpg") for side in "ab"]

    answers = at_once(link, 4, lambda here, n: here.send_review(rating="", media=two(n)))
    assert statuses(answers) == {422: 4}
    assert len(rows(link.kit, MediaAsset)) == 5
    assert sum("Too many files came from here today" in answer.text for answer in answers) == 3


@pytest.mark.parametrize(
    ("quota", "code"),
    [
        (Quota(files=2, bytes=10**9, open=9), "uploads_count"),
        (Quota(files=9, bytes=2500, open=9), "uploads_bytes"),
        (Quota(files=9, bytes=10**9, open=2), "uploads_open"),
    ],
)
@pytest.mark.parametrize("whose", ["LINK_QUOTA", "ADDRESS_QUOTA"])
def test_a_quota_holds_for_links_and_addresses(link, open_link, monkeypatch, quota, code, whose):
    monkeypatch.setattr(upload_quota, whose, quota)
    links = [link, link, link, link]
    if whose == "ADDRESS_QUOTA":
        links = [link, open_link(), open_link(), open_link()]
    answers = at_once(link, 4, lambda _, n: begin(links[n], 1000))
    assert statuses(answers) == {201: 2, 429: 2}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json["code"] == code
    assert int(refused.headers["Retry-After"]) > 0


def test_an_address_is_kept_as_a_keyed_digest_only(link):
    begin(link, 100)
    kept = rows(link.kit, Upload)[0]
    assert len(kept.address_digest) == 64
    assert "127.0.0.1" not in str(vars(kept))


def test_two_that_go_on_from_one_offset_do_not_mix(link):
    place = begin(link, 3_000_000).headers["Location"]
    answers = at_once(link, 3, lambda here, n: send(here, place, 0, bytes([n]) * 1_000_000))
    assert statuses(answers) == {204: 1, 409: 2}
    upload = rows(link.kit, Upload)[0]
    bodies = [link.kit.storage.read(key) for key in upload.parts]
    assert upload.received == 1_000_000
    assert len(set(b"".join(bodies))) == 1
    assert set(link.kit.storage.list("uploads/")) == set(upload.parts)


def test_a_photo_that_calls_itself_a_film_is_not_let_through(link):
    photo = picture().read()
    heavy = photo + bytes(20 * 2**20)
    for name, kind in (("mug.jpg", "video/mp4"), ("mug.mp4", ""), ("mug", "video/mp4")):
        answer, _ = send_file(link, heavy, filename=name, filetype=kind)
        assert (answer.status_code, answer.json["code"][:6]) == (422, "image_")
    assert rows(link.kit, MediaAsset) == []


def test_too_many_pixels_and_too_long_films_are_told_so(link, tmp_path):
    bomb = BytesIO()
    Image.new("1", (8000, 7000)).save(bomb, "PNG")
    answer, _ = send_file(link, bomb.getvalue(), filename="big.png", filetype="image/png")
    assert (answer.status_code, answer.json["code"]) == (422, "image_too_many_pixels")
    long = film(tmp_path / "long.mp4", size="32x32", rate=1, seconds=90, sound=False)
    answer, _ = send_file(link, long.read_bytes(), filename="long.mp4", filetype="video/mp4")
    assert (answer.status_code, answer.json["code"]) == (422, "video_too_long")
    plain = link.send_review(media=[(BytesIO(long.read_bytes()), "long.mp4")])
    assert plain.status_code == 422
    assert "long.mp4: This video lasts longer than a minute." in said(plain.text)
    short = film(tmp_path / "short.mp4", size="32x32", rate=5, sound=False).read_bytes()
    answer, place = send_file(link, short, filename="short.mp4", filetype="video/mp4")
    assert link.client.get(place).json["media"]["kind"] == "video"


def test_a_form_with_a_file_over_its_limit_keeps_the_others_and_the_words(link):
    heavy = BytesIO(picture().read() + bytes(20 * 2**20))
    answer = link.send_review(media=[(picture(), "good.jpg"), (heavy, "heavy.jpg")])
    assert answer.status_code == 422
    assert "heavy.jpg: This file is too large." in said(answer.text)
    assert REVIEW["body"] in answer.text
    assert len(rows(link.kit, MediaAsset)) == 1


def test_a_full_disk_is_told_and_the_upload_goes_on_later(link, monkeypatch):
    photo = picture().read()
    place = begin(link, len(photo)).headers["Location"]
    send(link, place, 0, photo[:2000])

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr("reviewapp.core.storage.os.fsync", full)
        answer = send(link, place, 2000, photo[2000:])
        assert (answer.status_code, answer.json["code"]) == (507, "no_room")
        assert answer.json["title"].startswith("There is no room left on our side")
        plain = link.send_review(rating="", media=[(picture(), "mug.jpg")])
        assert (plain.status_code, "no room left" in said(plain.text)) == (422, True)
    assert offset(link, place) == 2000
    assert send(link, place, 2000, photo[2000:]).status_code == 204
    assert len(rows(link.kit, MediaAsset)) == 1


def test_a_storage_that_refuses_at_the_end_is_asked_again(link, monkeypatch):
    photo = picture().read()
    put = link.kit.storage.put

    def refuse_masters(key: str, data: Any, **options: Any) -> None:
        if key.startswith("masters/"):
            raise OutsideFailed
        put(key, data, **options)

    with monkeypatch.context() as storage:
        storage.setattr(link.kit.storage, "put", refuse_masters)
        answer, place = send_file(link, photo)
        assert answer.status_code == 503
    told = link.client.get(place).json
    assert (told["state"], told["offset"], told["media"]) == ("received", len(photo), None)
    assert told["reason"] == "Something this needs did not answer. Please try again."
    assert offset(link, place) == len(photo)
    assert send(link, place, len(photo), b"").status_code == 204
    assert link.client.get(place).json["state"] == "staged"


def test_who_dies_while_looking_at_a_file_leaves_it_to_others(link):
    photo = picture().read()
    place = begin(link, len(photo)).headers["Location"]
    send(link, place, 0, photo[:-1])
    with link.kit.database.transaction(EVERY_SHOP) as session:
        key = "uploads/lost-part"
        link.kit.storage.put(key, photo[-1:], content_type="application/octet-stream")
        parts = [*rows(link.kit, Upload)[0].parts, key]
        session.execute(
            update(Upload).values(
                state="received", received=len(photo), parts=parts, claimed_at=clock.now()
            )
        )
    busy = send(link, place, len(photo), b"")
    assert (busy.status_code, busy.json["code"]) == (409, "upload_busy")
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert send(link, place, len(photo), b"").status_code == 204
    assert rows(link.kit, Upload)[0].state == "staged"


def test_bytes_that_are_gone_end_the_upload(link):
    photo = picture().read()
    place = begin(link, len(photo)).headers["Location"]
    send(link, place, 0, photo[:500])
    link.kit.storage.delete(rows(link.kit, Upload)[0].parts[0])
    assert send(link, place, 500, photo[500:]).status_code == 410
    assert link.client.head(place, headers=VERSION).status_code == 410


def test_slow_lines_leave_threads_for_pages():
    slots = UploadSlots(threads=6)
    with ExitStack() as held:
        for link in ("one", "one", "one", "two"):
            held.enter_context(slots.taken(link))
        for link in ("one", "three"):
            with pytest.raises(OutsideFailed, match="uploads_busy"), slots.taken(link):
                pass
    with slots.taken("three"):
        pass


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_told_in_the_readers_language(language):
    codes = [code for code in MESSAGES if code.startswith(("upload", "tus", "no_room"))]
    texts = [MESSAGES[code] for code in codes]
    texts += [*IMAGE_REFUSALS.values(), *VIDEO_REFUSALS.values()]
    spoken = translator(language).gettext
    assert [text for text in texts if (spoken(text) == text) != (language == "en")] == []
