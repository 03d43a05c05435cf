"""What a shop may choose, and that nothing it sends can relax a rule (G31)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from reviewapp.accounts.question_text import BUILT_IN, QuestionsUnclear, as_text, from_text
from reviewapp.accounts.rules import BOUNDS, problems
from reviewapp.accounts.shop_form import as_typed, from_typed
from reviewapp.models import form_questions as asked
from reviewapp.models.account import Shop
from reviewapp.models.audit import AuditEntry
from reviewapp.models.shop_settings import ShopSettings
from tests.people import SignedIn

Committed = Callable[[], Any]


def kept(committed: Committed, shop: Shop) -> Shop:
    with committed() as session:
        return session.get_one(Shop, shop.id)


def save(owner: SignedIn, shop: Shop, **changes: str) -> Any:
    return owner.post("/admin/settings", as_typed(shop) | changes)


def test_the_defaults_are_within_the_rules() -> None:
    assert problems(ShopSettings()) == {}


def test_a_form_sent_back_unchanged_changes_nothing(
    owner: SignedIn, committed: Committed, shop: Shop
) -> None:
    assert save(owner, shop).status_code == 302
    assert kept(committed, shop).settings == shop.settings
    with committed() as session:
        assert session.scalars(select(AuditEntry)).all() == []
    assert "Nothing was changed." in owner.get("/admin/settings").text


def test_choices_are_kept_and_logged(owner: SignedIn, committed: Committed, shop: Shop) -> None:
    answer = save(
        owner, shop, name="Kiln", usage_days="9",
        usage_days_by_product_type="mattress: 30\nmug = 3",
        reminder_1="4", reminder_2="", experience_page="emphasis", country="AT",
        incentive="10 % off the next order", incentive_disclosure="Everybody asked gets 10 % off.",
        blocked_words="foo\n\nbar", staff_domains="@Kiln.example",
        questions="[apparel]\nfit\nWhat for? | Work | Travel", color="#AA3300",
        reply_approval="1",
    )  # fmt: skip
    assert answer.status_code == 302
    shop = kept(committed, shop)
    settings = shop.settings
    assert (shop.name, shop.country, shop.color) == ("Kiln", "AT", "#aa3300")
    assert settings.usage_days_by_product_type == {"mattress": 30, "mug": 3}
    assert settings.reminder_days == (4,)
    assert settings.experience_page == "emphasis"
    assert settings.reply_approval is True
    assert settings.blocked_words == ("foo", "bar")
    assert settings.staff_domains == ("kiln.example",)
    apparel = asked.questions_for("Apparel", settings.questions_by_product_type, "en")
    assert [question.label for question in apparel] == ["How does it fit?", "What for?"]
    assert [choice.label for choice in apparel[1].choices] == ["Work", "Travel"]
    with committed() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert entry.action == "shop.changed"
    assert entry.detail["values"]["usage_days"] == {"was": 7, "is": 9}
    assert "Kiln" not in str(entry.detail)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("auto_publish_days", "15"),
        ("auto_publish_days", "0"),
        ("delay_days", "15"),
        ("delay_days", "-1"),
        ("reminder_2", "31"),
        ("reminder_2", "5"),
        ("experience_page", "help_only"),
        ("experience_page", ""),
        ("send_from_hour", "2"),
        ("send_until_hour", "23"),
        ("send_until_hour", "9"),
        ("max_messages", "0"),
        ("link_days", "1"),
        ("usage_days", "nine"),
        ("usage_days", "9" * 30),
        ("usage_days", "٣"),
        ("usage_days_by_tag", "a: 9999"),
        ("usage_days_by_tag", "no number"),
        ("incentive", "10 % off"),
        ("incentive", "A voucher if you leave a 5 star review"),
        ("questions", "[apparel]\nWhy did you not contact us first?"),
        ("questions", "no type"),
        ("questions", "[a]\nOne | only"),
        ("postal_address", ""),
        ("name", ""),
        ("email", "nobody"),
        ("url", "javascript:alert(1)"),
        ("time_zone", "Mars/Olympus"),
        ("locale", "tlh"),
        ("country", "Germany"),
        ("color", "red"),
        ("color", "#12345g"),
        ("staff_domains", "not a domain"),
    ],
)
def test_what_would_relax_a_rule_or_make_no_sense_is_refused_with_its_field(
    owner: SignedIn, committed: Committed, shop: Shop, field: str, value: str
) -> None:
    answer = save(owner, shop, **{field: value, "blocked_words": "kept while typing"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text or "data-error-summary" in answer.text
    assert "kept while typing" in answer.text
    assert kept(committed, shop).settings_json == {}
    for target in re.findall(r'<li><a href="#([\w-]+)"', answer.text):
        assert f'id="{target}"' in answer.text


@pytest.mark.parametrize(
    "smuggled",
    [
        "min_rating", "publish_from_rating", "hide_review_block", "auto_refuse_below", "gate",
        "max_reminders", "reminder_3", "reminder_days", "settings_json", "widget_key", "id",
        "tracking_pixel", "questions_by_product_type", "business_hours",
    ],
)  # fmt: skip
def test_fields_nobody_knows_change_nothing(
    owner: SignedIn, committed: Committed, shop: Shop, smuggled: str
) -> None:
    assert save(owner, shop, **{smuggled: "4"}).status_code == 302
    after = kept(committed, shop)
    assert after.settings == ShopSettings()
    assert (after.widget_key, after.id) == (shop.widget_key, shop.id)


def test_the_bounds_are_the_laws() -> None:
    assert BOUNDS["delay_days"][1] == 14
    assert BOUNDS["auto_publish_days"] == (1, 14)
    for name, (least, most) in BOUNDS.items():
        for beyond in (least - 1, most + 1, True, 3.5, "7", None):
            settings = replace(ShopSettings(), **{name: beyond})
            try:
                assert name in problems(settings)
            except TypeError:
                assert not isinstance(beyond, int)


def test_three_reminders_cannot_be_expressed() -> None:
    assert "reminder_days" in problems(replace(ShopSettings(), reminder_days=(3, 6, 9)))


def test_typed_and_read_are_inverse(shop: Shop) -> None:
    read = from_typed(as_typed(shop), shop.settings)
    assert read.problems == {}
    assert read.settings == shop.settings


def test_a_settings_page_shows_what_is_stored(owner: SignedIn, shop: Shop) -> None:
    page = unescape(owner.get("/admin/settings").text)
    assert f'value="{shop.name}"' in page
    assert 'name="usage_days" value="7"' in page


def test_built_in_questions_are_those_the_page_asks() -> None:
    assert set(BUILT_IN) == set(asked.BUILT_IN)


def test_questions_keep_their_ids_and_other_languages_over_an_edit() -> None:
    stored = {"tea": [{"id": "strong", "label": {"en": "How strong?", "de": "Wie stark?"}}]}
    text = as_text(stored) + "\nWie schmeckt er?\nWie schmeckt er?\n漢字"
    entries = from_text(text, stored)["tea"]
    assert entries[0] == stored["tea"][0]
    assert len({entry["id"] for entry in entries}) == 4
    shown = asked.questions_for("tea", {"tea": entries}, "de")
    assert [question.label for question in shown][:2] == ["Wie stark?", "Wie schmeckt er?"]
    assert len(shown) == 4


@pytest.mark.parametrize(
    "text",
    ["[a]\n" + "q\n" * 6, "[a]\n" + "x" * 121, "[a]\n| b", "\n".join(f"[{n}]" for n in range(51))],
)
def test_questions_that_cannot_be_name_their_line(text: str) -> None:
    with pytest.raises(QuestionsUnclear, match=r"^Line \d+: "):
        from_text(text, {})
