"""The API's doors for content: only what may leave is told, and a refusal says how to ask."""

from __future__ import annotations

import io
import zipfile

import pytest

from reviewapp.library.ask_letters import PURPOSE
from reviewapp.library.making import make_exports
from reviewapp.library.projecting import keep_pieces
from reviewapp.models.catalog import Suppression
from reviewapp.models.library import Export, PermissionAsk
from reviewapp.models.media import MediaAsset
from reviewapp.models.outbox import Mail
from reviewapp.models.review import Review
from tests import factories
from tests.collect.links import rows

KEY = {"Idempotency-Key": "spring-1"}


@pytest.fixture
def photo(kit, published):
    return rows(kit, MediaAsset)[0]


@pytest.fixture
def listed(api, kit, published):
    """Ids in GET /assets."""

    def read(**filters):
        with kit.database.transaction(published.shop_id) as session:
            keep_pieces(session, [published.id])
        found, cursor = [], None
        while True:
            query = {"limit": 1} | filters | ({"cursor": cursor} if cursor else {})
            page = api.get("/api/v1/assets", query_string=query).json
            found += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return set(found)

    return read


def wanted(channel, *ids, **values):
    return {"channel": channel, "assets": [str(one) for one in ids], "where": "Spring"} | values


def test_a_channel_lists_what_may_be_used_there_and_no_more(
    api, author, published, photo, check_photo, listed
):
    assert listed() == {str(photo.id), str(published.id)}
    assert listed(channel="ads") == {str(published.id)}, "nobody has looked at the photo"
    check_photo()
    assert listed(channel="ads") == {str(photo.id), str(published.id)}
    assert listed(channel="ads", kind="photo") == {str(photo.id)}
    assert listed(channel="print") == set()
    check_photo("children")
    assert listed(channel="ads") == {str(published.id)}
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "off"})
    assert listed(channel="ads") == set()
    told = api.get("/api/v1/assets").json["items"]
    assert {one["kind"] for one in told} == {"photo", "words"}
    assert api.get("/api/v1/assets?channel=moon").status_code == 422


def test_an_export_is_made_once_and_fetched_until_something_in_it_ends(
    api, kit, author, published, photo, check_photo
):
    check_photo()
    body = wanted("ads", photo.id, published.id, until="2099-05-31")
    first = api.post("/api/v1/exports", json=body, headers=KEY)
    again = api.post("/api/v1/exports", json=body, headers=KEY)
    assert (first.status_code, first.data) == (201, again.data)
    assert len(rows(kit, Export)) == 1
    place = f"/api/v1/exports/{first.json['id']}"
    assert (first.json["state"], first.json["until"]) == ("waiting", "2099-05-31")
    assert api.get(f"{place}/bundle").status_code == 404
    make_exports(kit)
    assert api.get(place).json["state"] == "made"
    with zipfile.ZipFile(io.BytesIO(api.get(f"{place}/bundle", buffered=True).data)) as files:
        assert "manifest.json" in files.namelist()
    assert [one["id"] for one in api.get("/api/v1/exports").json["items"]] == [first.json["id"]]
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "off"})
    ended = api.get(f"{place}/bundle")
    assert (ended.status_code, ended.json["code"]) == (410, "export_ended")


def test_a_refusal_says_what_is_missing_and_its_question_can_be_sent_as_it_is(
    api, client, kit, published, photo
):
    refused = api.post("/api/v1/exports", json=wanted("print", published.id, photo.id))
    assert (refused.status_code, refused.json["code"]) == (422, "export_refused")
    assert refused.content_type == "application/problem+json"
    reasons = {
        one["asset"]: [reason["code"] for reason in one["reasons"]]
        for one in refused.json["refusals"]
    }
    assert reasons == {
        str(published.id): ["not_allowed"],
        str(photo.id): ["not_allowed", "unchecked"],
    }
    assert set(refused.json["fields"]) == {"assets.0", "assets.1"}
    ask = refused.json["ask"]
    asked = api.post(ask["href"], json=ask["body"], headers=KEY)
    again = api.post(ask["href"], json=ask["body"], headers=KEY)
    assert (asked.status_code, asked.data) == (201, again.data)
    assert len(rows(kit, Mail, Mail.letter == "permission_ask")) == 1
    row = rows(kit, PermissionAsk)[0]
    assert (row.member_id, row.note) == (None, "Spring")
    client.post(f"/a/{kit.links.sign(PURPOSE, row.id)}", data={"answer": "yes"})
    assert api.post("/api/v1/exports", json=wanted("print", published.id)).status_code == 201
    twice = api.post(ask["href"], json=ask["body"])
    assert (twice.status_code, twice.json["code"]) == (422, "nobody_asked")
    assert twice.json["not_asked"][0]["code"] in ("asked_before", "allowed_already")


def test_who_wants_no_mail_is_named_and_not_asked(api, kit, committed, published):
    with committed() as session:
        digest = session.get_one(Review, published.id).customer_id
        customer = session.get_one(factories.Customer, digest)
        session.add(
            Suppression(
                shop_id=published.shop_id,
                email_digest=customer.email_digest,
                reason="unsubscribed",
            )
        )
    answer = api.post("/api/v1/permission-requests", json=wanted("print", published.id))
    assert answer.status_code == 422
    assert answer.json["not_asked"] == [
        {"review": str(published.id), "code": "unsubscribed",
         "title": "Its author wants no more mail."}
    ]  # fmt: skip
    assert rows(kit, PermissionAsk) == []


@pytest.mark.parametrize("path", ["exports", "permission-requests"])
def test_wrong_bodies_are_refused_by_field(api, kit, committed, published, path):
    with committed() as session:
        theirs = factories.review(session, factories.shop(session), state="published")
    address = f"/api/v1/{path}"
    unknown = api.post(address, json=wanted("ads", theirs.id))
    assert unknown.json["fields"] == {"assets.0": ["No such asset."]}
    for body in (
        wanted("moon", published.id),
        wanted("ads"),
        wanted("ads", published.id, until="soon"),
        wanted("ads", published.id, until="1999-01-01"),
        wanted("ads", published.id, surprise=1),
        wanted("ads", published.id, where="x" * 201),
    ):
        assert api.post(address, json=body).status_code == 422, body
    assert rows(kit, Export) == rows(kit, PermissionAsk) == []


def test_redacted_words_stay_redacted(api, kit, committed, published, listed):
    with committed() as session:
        row = session.get_one(Review, published.id)
        row.redactions = [{"field": "body", "start": 0, "end": 9, "reason": "abusive"}]
    listed()
    words = next(one for one in api.get("/api/v1/assets?kind=words").json["items"])
    assert words["body"].startswith("[…]")
