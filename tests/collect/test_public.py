"""The door of shoppers under hostile input: clear answers, nothing stored or told."""

from __future__ import annotations

import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from reviewapp.models.outbox import Mail
from reviewapp.models.review import Review
from reviewapp.models.review_submission import ReviewSubmission
from tests import factories
from tests.collect.links import counts, rows
from tests.collect.written import WRITTEN, Shopper


@pytest.fixture
def shopper(client, kit, committed, shop) -> Shopper:
    """On the page of a dress, whose type is asked how it fits."""
    with committed() as session:
        product = factories.product(session, shop, "DRESS", product_type="Dress")
    return Shopper(client, kit, shop, product)


@pytest.fixture
def unhurried(monkeypatch) -> None:
    """Without limits, so that every input is looked at."""
    monkeypatch.setattr("reviewapp.collect.public.limit", lambda *args, **values: 1)


WRONG = [
    ("rating", ""), ("rating", "0"), ("rating", "6"), ("rating", "4.5"), ("rating", "٤"),
    ("body", ""), ("body", " \u200b\u2060 "), ("body", "x" * 5001), ("body", "a\x00b"),
    ("title", "x" * 121), ("title", "\x1b[31m"), ("display_name", ""),
    ("display_name", "x" * 61), ("email", ""), ("email", "ada"), ("email", "ada@localhost"),
    ("email", "ada@customers.example\nBcc: all@customers.example"),
    ("email", "a" * 65 + "@customers.example"), ("email", "ada@" + "x." * 130 + "example"),
    ("email", "\"'><script>@x.example"), ("website", "https://spam.example"),
    ("question_fit", "huge"), ("question_use", "x" * 501),
]  # fmt: skip


@pytest.mark.usefixtures("unhurried")
def test_each_wrong_field_is_named_and_nothing_is_stored(shopper):
    before = counts(shopper.kit)
    for name, value in WRONG:
        answer = shopper.send(**{name: value})
        assert (answer.status_code, set(answer.json["fields"])) == (422, {name}), (name, value)
    missing = shopper.client.post(f"{shopper.address}/reviews", data={})
    assert set(missing.json["fields"]) == {"rating", "body", "display_name", "email"}
    assert counts(shopper.kit) == before


@pytest.mark.usefixtures("unhurried")
def test_bodies_of_every_shape_get_a_clear_answer(shopper):
    address = f"{shopper.address}/reviews"
    post = shopper.client.post
    assert post(address, json=WRITTEN | {"rating": 2}).status_code == 202
    before = counts(shopper.kit)
    assert post(address, json=["rating"]).status_code == 400
    assert post(address, data=b"{", content_type="application/json").status_code == 400
    nested = post(address, json=WRITTEN | {"body": {"$ne": 1}, "title": None})
    assert set(nested.json["fields"]) == {"body", "title"}
    assert post(address, data=WRITTEN | {"body": "x" * 70_000}).status_code == 413
    assert post(address, data=b"\xff\xfe", content_type="text/plain").status_code == 422
    for key in ("NOPE", "~!!", "~AA", "..", "%00", "~" + "A" * 4000):
        other = f"/w/v1/{shopper.shop.widget_key}/products/{key}/reviews"
        assert post(other, data=WRITTEN).status_code == 404, key
    assert post("/w/v1/wk_nobody/products/DRESS/reviews", data=WRITTEN).status_code == 404
    assert counts(shopper.kit) == before


@pytest.mark.usefixtures("unhurried")
def test_reading_methods_store_nothing(shopper):
    before = counts(shopper.kit)
    query = "&".join(f"{name}={value}" for name, value in WRITTEN.items())
    for path in (f"{shopper.address}/reviews", f"{shopper.address}/form",
                 f"/write/{shopper.shop.widget_key}/DRESS"):  # fmt: skip
        for method in ("get", "head", "options"):
            answer = getattr(shopper.client, method)(f"{path}?{query}")
            assert answer.status_code < 500
            assert "Set-Cookie" not in answer.headers
    for method in ("put", "patch", "delete"):
        assert getattr(shopper.client, method)(f"{shopper.address}/reviews").status_code == 405
    assert counts(shopper.kit) == before


@pytest.mark.shared
@pytest.mark.usefixtures("unhurried")
def test_real_hostile_texts_are_shown_as_text(shopper, shared_data, monkeypatch):
    monkeypatch.setattr("reviewapp.collect.confirming.limit", lambda *args, **values: 1)
    texts = json.loads((shared_data / "hostile_text" / "blns.json").read_text())
    for file in sorted((shared_data / "hostile_text" / "xss").iterdir()):
        texts += file.read_text(errors="replace").splitlines()[::40]
    taken = 0
    for hostile in texts[::6]:
        told = {"title": hostile, "body": hostile, "display_name": hostile}
        answer = shopper.send(**told, question_use=hostile)
        assert answer.status_code in (202, 422), hostile
        taken += answer.status_code == 202
        shown = shopper.client.post(
            f"/write/{shopper.shop.widget_key}/DRESS", data=WRITTEN | told | {"email": hostile}
        ).text
        if answer.status_code == 202:
            shown += shopper.client.get(shopper.confirm_path()).text
        assert not re.search(r"<script(?! type=\"module\" src=\"/static/)", shown), hostile
        assert not re.search(r"<(img|svg|iframe|a)[^>]*\son\w+=", shown), hostile
    assert taken > 30


def test_two_hundred_at_once_are_slowed_down_not_broken(shopper, app):
    def one(number: int) -> int:
        told = WRITTEN | {"email": f"buyer-{number}@customers.example"}
        answer = app.test_client().post(f"{shopper.address}/reviews", data=told)
        assert answer.status_code == 202 or int(answer.headers["Retry-After"]) > 0
        return answer.status_code

    with ThreadPoolExecutor(16) as together:
        answers = Counter(together.map(one, range(200)))
    assert set(answers) == {202, 429}
    assert len(rows(shopper.kit, ReviewSubmission)) == answers[202] <= 25
    assert len(rows(shopper.kit, Mail)) == answers[202]


def test_the_same_form_sent_at_once_is_kept_once(shopper, app, monkeypatch):
    monkeypatch.setattr("reviewapp.collect.public.limit", lambda *args, **values: 1)

    def one(_number: int) -> int:
        return app.test_client().post(f"{shopper.address}/reviews", data=WRITTEN).status_code

    with ThreadPoolExecutor(8) as together:
        assert set(together.map(one, range(24))) == {202}
    assert len(rows(shopper.kit, ReviewSubmission)) == len(shopper.letters()) == 1
    path = shopper.confirm_path()
    with ThreadPoolExecutor(8) as together:
        answers = set(together.map(lambda _: app.test_client().post(path).status_code, range(8)))
    assert answers == {303}
    assert len(rows(shopper.kit, Review)) == 1


def test_a_mailbox_cannot_be_filled_by_strangers(shopper):
    answers = [shopper.send(body=f"Text number {number}.").status_code for number in range(7)]
    assert answers == [202] * 4 + [429] * 3
    assert len(shopper.letters()) == 4


def test_the_log_names_no_person(shopper):
    with capture_logs() as logs:
        shopper.send()
        shopper.send(email="not an address")
        shopper.client.get(shopper.confirm_path())
        shopper.confirm()
    told = json.dumps(logs, default=str)
    assert "ada" not in told.lower()
    assert shopper.confirm_path().rpartition("/")[2] not in told


def test_the_form_is_described_in_the_readers_language(shopper):
    answer = shopper.client.get(f"{shopper.address}/form?lang=de-AT")
    assert answer.json["language"] == "de"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age=300" in answer.headers["Cache-Control"]
    fit, *others = answer.json["questions"]
    assert (fit["name"], len(fit["choices"])) == ("question_fit", 3)
    assert fit["label"] != "How does it fit?"
    assert others[0]["choices"] == []
    shopper.send(question_fit="small", question_use="On holiday")
    assert rows(shopper.kit, ReviewSubmission)[0].answers == {"fit": "small", "use": "On holiday"}
