"""One suite for both storages: a folder, and a bucket on a real HTTP server."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from reviewapp.core.errors import NotFound, OutsideFailed
from reviewapp.core.storage import (
    Storage,
    UnsafeKey,
    content_key,
    storage_from_url,
)

UNSAFE_KEYS = [
    "",
    "/etc/passwd",
    "../secret",
    "a/../../secret",
    "a//b",
    "a/",
    ".hidden",
    "a/.unfinished/b",
    "a\\b",
    "a\x00b",
    "a b",
    "a\n",
    "é",
    "x" * 513,
]


@pytest.fixture(params=["file", "s3"])
def storage(request: Any, tmp_path: Path) -> Storage:
    if request.param == "file":
        return storage_from_url((tmp_path / "kept here").as_uri())
    return storage_from_url(request.getfixturevalue("s3_url"))


def test_what_is_put_is_read_back_byte_for_byte(storage: Storage) -> None:
    storage.put("ab/cd/one.webp", b"\x00\xffpicture", content_type="image/webp")

    assert storage.read("ab/cd/one.webp") == b"\x00\xffpicture"
    with storage.open("ab/cd/one.webp") as stream:
        assert stream.read(2) == b"\x00\xff"
        assert stream.read() == b"picture"


def test_an_empty_object_exists(storage: Storage) -> None:
    storage.put("empty", b"", content_type="text/plain")

    assert storage.exists("empty")
    assert storage.read("empty") == b""


def test_a_stream_is_put_to_its_end_and_left_open(storage: Storage) -> None:
    film = os.urandom(9 * 1024 * 1024)
    stream = BytesIO(film)

    storage.put("film.mp4", stream, content_type="video/mp4")

    assert hashlib.sha256(storage.read("film.mp4")).digest() == hashlib.sha256(film).digest()
    assert not stream.closed


def test_putting_again_replaces(storage: Storage) -> None:
    storage.put("head.json", b"old and longer", content_type="application/json")
    storage.put("head.json", b"new", content_type="application/json")

    assert storage.read("head.json") == b"new"


def test_nothing_is_found_under_a_key_never_used(storage: Storage) -> None:
    storage.put("folder/file", b"x", content_type="text/plain")

    for key in ("other", "folder", "folder/file/deeper"):
        assert not storage.exists(key)
        with pytest.raises(NotFound):
            storage.read(key)
        with pytest.raises(NotFound):
            storage.open(key)


def test_deleting_twice_is_as_good_as_once(storage: Storage) -> None:
    storage.put("folder/gone", b"x", content_type="text/plain")

    storage.delete("folder/gone")
    storage.delete("folder/gone")
    storage.delete("never/was")

    assert not storage.exists("folder/gone")


def test_listing_names_all_keys_of_a_prefix_in_order(storage: Storage) -> None:
    for key in ("b/2", "b/10", "a/1", "bc", "b/deep/er", "c"):
        storage.put(key, b"x", content_type="text/plain")

    assert list(storage.list("b/")) == ["b/10", "b/2", "b/deep/er"]
    assert list(storage.list("b")) == ["b/10", "b/2", "b/deep/er", "bc"]
    assert list(storage.list("")) == ["a/1", "b/10", "b/2", "b/deep/er", "bc", "c"]
    assert list(storage.list("nothing/here/")) == []


@pytest.mark.parametrize("key", UNSAFE_KEYS)
def test_a_key_that_leaves_its_place_is_nowhere(storage: Storage, key: str) -> None:
    with pytest.raises(UnsafeKey):
        storage.put(key, b"x", content_type="text/plain")
    for look in (storage.read, storage.open, storage.exists, storage.delete):
        with pytest.raises(UnsafeKey):
            look(key)
    with pytest.raises(UnsafeKey):
        storage.url(key, expires_seconds=60)


def test_a_bucket_gives_a_signed_address_that_ends(s3_url: str) -> None:
    bucket = storage_from_url(s3_url)
    bucket.put("private.webp", b"x", content_type="image/webp")

    address = urlsplit(bucket.url("private.webp", expires_seconds=60) or "")

    assert address.path.endswith("/some/prefix/private.webp")
    assert "X-Amz-Signature=" in address.query
    assert "X-Amz-Expires=60" in address.query


def test_a_bucket_keeps_the_content_type(s3_url: str, s3_endpoint: str) -> None:
    storage_from_url(s3_url).put("a.webp", b"x", content_type="image/webp")
    storage_from_url(s3_url).put("b.webp", BytesIO(b"x"), content_type="image/webp")

    client = boto3.client("s3", endpoint_url=s3_endpoint, region_name="us-east-1")
    for name in ("a.webp", "b.webp"):
        head = client.head_object(Bucket=urlsplit(s3_url).netloc, Key=f"some/prefix/{name}")
        assert head["ContentType"] == "image/webp"


def test_two_prefixes_of_a_bucket_do_not_meet(s3_url: str) -> None:
    storage_from_url(s3_url).put("x", b"1", content_type="text/plain")
    other = storage_from_url(s3_url.replace("/some/prefix", "/other"))

    assert list(other.list("")) == []
    assert not other.exists("x")


def test_a_bucket_that_is_not_there_is_an_outside_failure(s3_url: str) -> None:
    missing = storage_from_url(s3_url.replace("s3://b", "s3://no"))

    with pytest.raises(OutsideFailed):
        missing.put("x", b"1", content_type="text/plain")
    with pytest.raises(OutsideFailed):
        list(missing.list(""))


def test_a_server_that_is_not_there_is_an_outside_failure(monkeypatch: Any) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    nowhere = storage_from_url("s3://bucket?endpoint=http://127.0.0.1:9")

    with pytest.raises(OutsideFailed):
        nowhere.read("x")


def test_a_content_key_spreads_files_over_folders() -> None:
    sha256 = hashlib.sha256(b"picture").hexdigest()

    key = content_key(sha256, ".webp")

    assert key == f"{sha256[:2]}/{sha256[2:4]}/{sha256}.webp"
    assert content_key(sha256, "") == key.removesuffix(".webp")


@pytest.mark.parametrize(
    ("sha256", "suffix"),
    [("abc", ".webp"), ("A" * 64, ".webp"), ("a" * 64, "/../x"), ("a" * 64, "webp")],
)
def test_a_content_key_is_made_of_a_hash_only(sha256: str, suffix: str) -> None:
    with pytest.raises(ValueError, match="no content key"):
        content_key(sha256, suffix)


@pytest.mark.parametrize(
    "url",
    ["", "/plain/path", "http://host/x", "file://elsewhere/x", "s3:///x", "s3://b/p?secret=1"],
)
def test_a_storage_url_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="storage URL"):
        storage_from_url(url)


def test_entries_tell_size_and_age(storage: Storage) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    storage.put("a/one", b"12345", content_type="text/plain")
    storage.put("b/two", b"", content_type="text/plain")

    (one,) = storage.entries("a/")

    assert (one.key, one.byte_count) == ("a/one", 5)
    assert before <= one.modified_at <= datetime.now(UTC) + timedelta(seconds=2)
    assert [entry.key for entry in storage.entries("")] == ["a/one", "b/two"]


def test_a_stranger_cannot_read_what_is_kept(storage: Storage) -> None:
    storage.put("private", b"x", content_type="text/plain")

    assert not storage.readable_by_anyone("private")
    assert not storage.readable_by_anyone("nothing")


def test_a_bucket_that_is_open_to_all_is_found_out(s3_url: str) -> None:
    bucket = storage_from_url(s3_url)
    bucket.put("private", b"x", content_type="text/plain")
    parts = urlsplit(s3_url)
    endpoint = parts.query.partition("endpoint=")[2].partition("&")[0]
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").put_object_acl(
        Bucket=parts.netloc, Key="some/prefix/private", ACL="public-read"
    )

    assert bucket.readable_by_anyone("private")
