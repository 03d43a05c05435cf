"""The API's doors for people in a picture: asked one by one, told how it stands (P5)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from reviewapp.models.media import MediaAsset
from reviewapp.models.outbox import Mail
from reviewapp.models.release_ask import ReleaseAsk
from tests import factories
from tests.collect.links import rows
from tests.library.shelf import asset_of

PLACE = "/api/v1/release-requests"
KEY = {"Idempotency-Key": "grace-1"}
YES = {"answer": "yes", "name": "Grace Quist"}


@pytest.fixture
def photo(kit, published, check_photo):
    check_photo("people", "children")
    return rows(kit, MediaAsset)[0]


def test_a_refusal_names_whom_to_ask_and_the_answers_let_it_leave(api, client, photo):
    wanted = {"channel": "ads", "assets": [str(photo.id)], "where": "Spring"}
    refused = api.post("/api/v1/exports", json=wanted).json
    assert "ask" not in refused
    ways = refused["ask_people"]
    assert [way["body"]["party"] for way in ways] == ["depicted", "guardian"]
    for way in ways:
        asked = api.post(way["href"], json=way["body"])
        assert (asked.status_code, asked.json["state"]) == (201, "open")
        assert (asked.json["where"], asked.json["by_mail"]) == ("Spring", False)
        page = "/d/" + asked.json["link"].rpartition("/d/")[2]
        assert client.post(page, data=YES).status_code == 303
        told = api.get(f"{PLACE}/{asked.json['id']}").json
        assert (told["state"], told["link"]) == ("granted", None)
        assert told["answered_at"]
    assert api.post("/api/v1/exports", json=wanted).status_code == 201


def test_one_letter_is_sent_once_and_no_address_is_told(api, kit, photo):
    body = {"asset": str(photo.id), "channel": "ads", "party": "depicted",
            "email": "grace@friends.example", "language": "de"}  # fmt: skip
    first = api.post(PLACE, json=body, headers=KEY)
    assert (first.status_code, first.json["by_mail"], first.json["link"]) == (201, True, None)
    assert api.post(PLACE, json=body, headers=KEY).data == first.data
    again = api.post(PLACE, json=body)
    assert (again.status_code, list(again.json["fields"])) == (422, ["email"])
    (mail,) = rows(kit, Mail, Mail.letter == "release_ask")
    assert mail.language == "de"
    assert rows(kit, ReleaseAsk)[0].member_id is None
    listed = api.get(PLACE)
    assert "friends.example" not in listed.text
    assert [one["id"] for one in listed.json["items"]] == [first.json["id"]]
    for filters, count in (("state=open&channel=ads", 1), ("state=granted", 0), ("channel=site", 0),
                           (f"asset={photo.id}", 1), (f"asset={uuid4()}", 0)):  # fmt: skip
        assert len(api.get(f"{PLACE}?{filters}").json["items"]) == count, filters


def test_a_mistaken_question_is_taken_back_until_it_is_answered(api, client, kit, photo):
    body = {"asset": str(photo.id), "channel": "ads", "party": "depicted"}
    wrong, right = (api.post(PLACE, json=body).json for _ in range(2))
    assert api.post(f"{PLACE}/{wrong['id']}/take-back").json["state"] == "taken_back"
    client.post("/d/" + right["link"].rpartition("/d/")[2], data=YES)
    late = api.post(f"{PLACE}/{right['id']}/take-back")
    assert (late.status_code, rows(kit, ReleaseAsk, ReleaseAsk.state == "granted") != []) == (
        409, True,
    )  # fmt: skip


def test_wrong_bodies_and_other_shops_are_refused(api, kit, committed, shop, photo):
    body = {"asset": str(photo.id), "channel": "ads", "party": "depicted"}
    for field, value in (
        ("asset", str(uuid4())), ("asset", "x"), ("channel", "moon"), ("party", "author"),
        ("language", "xx"), ("email", "nobody"), ("where", "x" * 301), ("surprise", 1),
    ):  # fmt: skip
        refused = api.post(PLACE, json=body | {field: value})
        assert (refused.status_code, list(refused.json["fields"])) == (422, [field])
    assert api.get(f"{PLACE}?state=maybe").status_code == 422
    assert api.get(f"{PLACE}/{uuid4()}").status_code == 404
    assert rows(kit, ReleaseAsk) == []
    with committed() as session:
        other = factories.shop(session)
        review = factories.review(session, other, state="published")
        theirs = asset_of(session, review, sha256="a" * 64).id
    assert api.post(PLACE, json=body | {"asset": str(theirs)}).status_code == 422
