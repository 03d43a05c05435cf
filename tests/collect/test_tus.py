"""tus 1.0.0 by its specification: status codes, headers, extensions, hostile values."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from reviewapp.core import clock
from reviewapp.media.upload_sweep import sweep_uploads
from reviewapp.models.media import MediaAsset
from reviewapp.models.upload import Upload
from tests.collect.links import rows
from tests.collect.tus_client import BODY, VERSION, begin, metadata, offset, send, send_file
from tests.media.test_service import picture


@pytest.fixture(scope="module")
def photo() -> bytes:
    """A JPEG of a few kilobytes."""
    return picture().read()


def sha(algorithm: str, data: bytes) -> str:
    return f"{algorithm} {b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def parts_of(link) -> list[str]:
    return list(link.kit.storage.list("uploads/"))


def test_options_tell_what_is_spoken(link):
    answer = link.client.options(f"/r/{link.token}/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    wanted = {"creation", "creation-with-upload", "expiration", "checksum", "termination"}
    assert set(answer.headers["Tus-Extension"].split(",")) == wanted
    assert answer.headers["Tus-Max-Size"] == str(256 * 1024 * 1024)
    assert set(answer.headers["Tus-Checksum-Algorithm"].split(",")) == {"sha1", "sha256"}


def test_a_file_in_two_parts_becomes_a_photo_of_this_link(link, photo):
    made = begin(link, len(photo))
    place = made.headers["Location"]
    assert (made.status_code, made.headers["Tus-Resumable"]) == (201, "1.0.0")
    first = send(link, place, 0, photo[:1000])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "1000")
    head = link.client.head(place, headers=VERSION)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == (
        "1000",
        str(len(photo)),
    )
    assert head.headers["Cache-Control"] == "no-store"
    assert parsedate_to_datetime(head.headers["Upload-Expires"]) > clock.now()
    last = send(link, place, 1000, photo[1000:])
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(photo)))
    told = link.client.get(place).json
    asset = rows(link.kit, MediaAsset)[0]
    assert (told["state"], told["media"]["id"]) == ("staged", str(asset.id))
    assert told["media"]["placeholder"].startswith("data:image/")
    upload = rows(link.kit, Upload)[0]
    assert upload.sha256 == hashlib.sha256(photo).hexdigest()
    assert parts_of(link) == []
    assert link.ask_for_help(media_id=[told["media"]["id"]]).status_code == 303
    assert rows(link.kit, MediaAsset)[0].state == "attached"


def test_creation_may_carry_the_first_bytes(link, photo):
    made = link.client.post(
        f"/r/{link.token}/uploads",
        data=photo[:500],
        headers=VERSION
        | {"Upload-Length": str(len(photo)), "Content-Type": BODY}
        | {"Upload-Metadata": metadata(filename="a.jpg", form="help")},
    )
    assert (made.status_code, made.headers["Upload-Offset"]) == (201, "500")
    assert offset(link, made.headers["Location"]) == 500


@pytest.mark.parametrize("version", [None, "0.2.2", "1.0.1", "1.0.0, 1.0.0"])
def test_another_version_is_told_which_one_is_spoken(link, photo, version):
    place = begin(link, len(photo)).headers["Location"]
    said = {"Tus-Resumable": version} if version else {}
    for method, path in [("POST", f"/r/{link.token}/uploads"), ("HEAD", place), ("PATCH", place)]:
        answer = link.client.open(path, method=method, headers=said)
        assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    assert link.client.delete(place, headers=said).status_code == 412
    assert offset(link, place) == 0


@pytest.mark.parametrize("length", ["", "-1", "ten", "1e3", "+5", "0x10", "9" * 30, "١٢"])
def test_a_length_that_is_no_number_is_malformed(link, length):
    assert begin(link, 5, {"Upload-Length": length.encode().decode("latin-1")}).status_code == 400
    assert rows(link.kit, Upload) == []


def test_a_length_left_open_is_not_spoken_here(link):
    headers = VERSION | {"Upload-Defer-Length": "1"}
    assert link.client.post(f"/r/{link.token}/uploads", headers=headers).status_code == 400


@pytest.mark.parametrize(
    "value",
    [
        "filename !!!",
        "filename YQ==,filename Yg==",
        "näme YQ==",
        "filename /w==",
        f"a {'A' * 5000}",
        "form Li4vLi4=",
        f"form {b64encode(b'x' * 81).decode()}",
    ],
)
def test_metadata_outside_its_syntax_is_malformed(link, value):
    assert begin(link, 5, {"Upload-Metadata": value}).status_code == 400


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("mug.php.jpg", "image/jpeg", "image_type_mismatch"),
        ("mug\x00.jpg", "image/jpeg", "image_type_mismatch"),
        ("mug.png", "image/png", "image_type_mismatch"),
        ("mug.jpg", "image/png", "image_type_mismatch"),
        ("mug.svg", "image/svg+xml", "image_type_unsupported"),
        ("mug.jpg", "text/html", "image_type_unsupported"),
        ("mug.jpg", "video/mp4", "image_type_mismatch"),
    ],
)
def test_name_type_and_content_must_agree(link, photo, name, kind, code):
    answer, place = send_file(link, photo, filename=name, filetype=kind)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert answer.mimetype == "application/problem+json"
    assert rows(link.kit, MediaAsset) == []
    assert parts_of(link) == []
    told = link.client.get(place)
    assert (told.status_code, told.json["title"]) == (410, answer.json["title"])
    assert link.client.head(place, headers=VERSION).status_code == 410


def test_long_and_path_like_names_hurt_nothing(link, photo):
    answer, place = send_file(link, photo, filename="../../etc/" + "ü" * 800 + ".jpg", filetype="")
    assert answer.status_code == 204
    assert link.client.get(place).json["filename"].startswith("ü")


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pt"])
def test_a_refusal_speaks_the_readers_language(open_link, language):
    link = open_link(language=language)
    answer, _ = send_file(link, b"%PDF-1.7 " * 20, filename="bill.pdf", filetype="application/pdf")
    assert answer.status_code == 422
    said = {"en": "This kind", "de": "Diese Art", "fr": "Ce type", "es": "Este tipo"}
    assert answer.json["title"].startswith(said.get(language, "Este tipo"))


def test_a_wrong_offset_changes_nothing(link, photo):
    place = begin(link, len(photo)).headers["Location"]
    send(link, place, 0, photo[:100])
    for wrong in (0, 50, 101, len(photo)):
        assert send(link, place, wrong, photo[wrong : wrong + 10]).status_code in (409, 413)
    assert send(link, place, 99, b"x").status_code == 409
    assert link.client.patch(place, headers=VERSION | {"Content-Type": BODY}).status_code == 400
    assert offset(link, place) == 100


def test_a_body_of_another_kind_is_not_taken(link, photo):
    place = begin(link, len(photo)).headers["Location"]
    for kind in ("application/octet-stream", "multipart/form-data", ""):
        assert send(link, place, 0, photo, Content_Type=kind).status_code == 415
    assert offset(link, place) == 0


def test_more_bytes_than_announced_are_not_taken(link, photo):
    place = begin(link, 100).headers["Location"]
    answer = send(link, place, 0, photo)
    assert (answer.status_code, answer.json["code"]) == (413, "upload_longer_than_said")
    chunked = link.client.patch(
        place,
        headers=VERSION | {"Upload-Offset": "0", "Content-Type": BODY},
        input_stream=picture(),
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert chunked.status_code == 413
    assert offset(link, place) == 0
    assert parts_of(link) == []


@pytest.mark.parametrize(
    ("length", "kind"), [(20 * 2**20 + 1, "image/jpeg"), (256 * 2**20 + 1, "video/mp4")]
)
def test_a_file_over_its_limit_is_refused_before_it_is_sent(link, length, kind):
    answer = begin(link, length, filetype=kind)
    assert (answer.status_code, answer.json["code"]) == (413, "upload_too_large")


def test_an_empty_file_is_told_so(link):
    answer = begin(link, 0)
    assert (answer.status_code, answer.json["code"]) == (422, "image_empty")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_damaged_bytes_are_thrown_away(link, photo, algorithm):
    place = begin(link, len(photo)).headers["Location"]
    wrong = send(link, place, 0, photo[:100], Upload_Checksum=sha(algorithm, b"other"))
    assert (wrong.status_code, offset(link, place)) == (460, 0)
    assert parts_of(link) == []
    right = send(link, place, 0, photo[:100], Upload_Checksum=sha(algorithm, photo[:100]))
    assert (right.status_code, offset(link, place)) == (204, 100)


@pytest.mark.parametrize("value", ["crc32 AAAA", "md5 AAAA", "sha1", "sha1 ???", ""])
def test_a_checksum_that_cannot_be_checked_is_a_bad_request(link, photo, value):
    place = begin(link, len(photo)).headers["Location"]
    answer = send(link, place, 0, photo[:9], Upload_Checksum=value)
    assert answer.status_code in (400, 460)
    assert offset(link, place) == 0


def test_termination_forgets_bytes_and_photo(link, photo):
    place = begin(link, len(photo)).headers["Location"]
    send(link, place, 0, photo[:100])
    assert link.client.delete(place, headers=VERSION).status_code == 204
    assert link.client.head(place, headers=VERSION).status_code == 410
    assert send(link, place, 100, photo[100:]).status_code == 410
    _, done = send_file(link, photo)
    assert link.client.delete(done, headers=VERSION).status_code == 204
    assert list(link.kit.storage.list("")) == []
    assert rows(link.kit, MediaAsset) == []


def test_a_photo_in_use_cannot_be_terminated(link, photo):
    _, place = send_file(link, photo)
    link.ask_for_help(media_id=[link.client.get(place).json["media"]["id"]])
    assert link.client.delete(place, headers=VERSION).status_code == 409
    assert rows(link.kit, MediaAsset)[0].state == "attached"


def test_an_expired_upload_is_gone_and_swept(link, photo):
    place = begin(link, len(photo)).headers["Location"]
    send(link, place, 0, photo[:100])
    with clock.frozen(clock.now() + timedelta(hours=47)):
        assert sweep_uploads(link.kit) == 0
        assert offset(link, place) == 100
    with clock.frozen(clock.now() + timedelta(hours=49)):
        assert link.client.head(place, headers=VERSION).status_code == 410
        assert sweep_uploads(link.kit) == 1
        assert link.client.head(place, headers=VERSION).status_code == 404
    assert list(link.kit.storage.list("")) == []


def test_another_method_may_be_named_in_a_header(link, photo):
    place = begin(link, len(photo)).headers["Location"]
    told = VERSION | {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0", "Content-Type": BODY}
    assert link.client.post(place, data=photo[:10], headers=told).status_code == 204
    assert (
        link.client.get(place, headers=told | {"X-HTTP-Method-Override": "DELETE"}).json["offset"]
        == 10
    )
    assert link.client.post(place, headers=VERSION).status_code == 405
    told = VERSION | {"X-HTTP-Method-Override": "DELETE"}
    assert link.client.post(place, headers=told).status_code == 204


def test_an_upload_belongs_to_its_link(link, open_link, photo):
    place = begin(link, len(photo)).headers["Location"]
    foreign = place.replace(link.token, open_link().token)
    assert link.client.head(foreign, headers=VERSION).status_code == 404
    assert send(link, foreign, 0, photo).status_code == 404
    assert link.client.delete(foreign, headers=VERSION).status_code == 404
    assert link.client.get(f"/r/{'x' * 66}/uploads").status_code == 404
    other_site = begin(link, 5, {"Origin": "https://evil.example"})
    assert other_site.status_code == 403


def test_reading_stores_nothing(link, photo):
    place = begin(link, len(photo)).headers["Location"]
    before = [(row.expires_at, row.received) for row in rows(link.kit, Upload)]
    for method in ("GET", "HEAD", "OPTIONS"):
        link.client.open(place, method=method, headers=VERSION)
        link.client.open(f"/r/{link.token}/uploads", method=method, headers=VERSION)
    assert [(row.expires_at, row.received) for row in rows(link.kit, Upload)] == before
