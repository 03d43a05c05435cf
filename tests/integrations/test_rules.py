"""What events add up to, whatever their order; which addresses can be written to."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.integrations.rules import FACTS, LineFacts, Told, ahead_of, fold, mail_address
from reviewapp.models.catalog import EVENT_TYPES

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
LINES = ("1", "2", "3")

instants = st.integers(0, 20).map(lambda hours: NOON + timedelta(hours=hours))
events = st.builds(
    Told, st.sampled_from(EVENT_TYPES), instants, st.frozensets(st.sampled_from(LINES))
)


def told(type_: str, hour: int, *lines: str) -> Told:
    return Told(type_, NOON + timedelta(hours=hour), frozenset(lines))


class TestFold:
    @given(st.lists(events, max_size=8), st.randoms(use_true_random=False))
    def test_order_and_repetition_do_not_matter(self, happened: list[Told], random: object) -> None:
        again = happened * 2
        random.shuffle(again)
        assert fold(again, LINES) == fold(happened, LINES)

    @given(st.lists(events, max_size=8), st.sampled_from(LINES))
    def test_each_fact_is_the_earliest_instant_that_named_the_line(
        self, happened: list[Told], line: str
    ) -> None:
        facts = fold([event for event in happened if event.lines], LINES)[line]
        for type_ in EVENT_TYPES:
            instants = [e.at for e in happened if e.type == type_ and line in e.lines]
            assert getattr(facts, f"{type_}_at") == min(instants, default=None)

    @given(st.lists(events, max_size=6), events)
    def test_one_more_event_never_moves_a_fact_later(
        self, happened: list[Told], late: Told
    ) -> None:
        before, after = fold(happened, LINES), fold([*happened, late], LINES)
        for line in LINES:
            for name in FACTS:
                first, then = getattr(before[line], name), getattr(after[line], name)
                taken_out = late.type == "cancelled" and line in late.lines
                assert first is None or (then is None and taken_out) or taken_out or then <= first

    @given(st.lists(events, max_size=8))
    def test_a_named_delivery_is_never_undone(self, happened: list[Told]) -> None:
        facts = fold([*happened, told("delivered", 5, "1")], LINES)
        assert facts["1"].delivered_at is not None
        assert facts["1"].delivered_at <= NOON + timedelta(hours=5)

    def test_no_events_no_facts(self) -> None:
        assert fold([], LINES) == dict.fromkeys(LINES, LineFacts())

    def test_a_cancel_after_the_delivery_leaves_the_delivery(self) -> None:
        facts = fold([told("cancelled", 9), told("delivered", 4)], ["1"])["1"]
        assert facts == LineFacts(
            delivered_at=NOON + timedelta(hours=4), cancelled_at=NOON + timedelta(hours=9)
        )

    def test_the_parcel_of_the_order_does_not_hold_a_line_taken_out_before(self) -> None:
        happened = [told("delivered", 8), told("shipped", 6), told("cancelled", 3, "2")]
        facts = fold(happened, LINES)
        assert facts["2"] == LineFacts(cancelled_at=NOON + timedelta(hours=3))
        assert facts["1"].delivered_at == facts["3"].delivered_at == NOON + timedelta(hours=8)

    def test_a_line_cancelled_too_late_that_came_by_name_was_delivered(self) -> None:
        facts = fold([told("cancelled", 3, "2"), told("delivered", 8, "2")], LINES)
        assert facts["2"].delivered_at == NOON + timedelta(hours=8)

    def test_an_order_cancelled_in_vain_was_delivered(self) -> None:
        facts = fold([told("cancelled", 3), told("delivered", 8)], ["1"])
        assert facts["1"].delivered_at == NOON + timedelta(hours=8)


@pytest.mark.parametrize(("hours", "ahead"), [(-1, False), (24, False), (24.01, True)])
def test_a_sender_clock_may_be_a_day_ahead(hours: float, ahead: bool) -> None:
    assert ahead_of(NOON + timedelta(hours=hours), NOON) is ahead


class TestMailAddress:
    @pytest.mark.parametrize(
        ("told", "kept"),
        [
            ("ada@customers.example", "ada@customers.example"),
            ("  Ada.Quist@CUSTOMERS.Example ", "Ada.Quist@customers.example"),
            ("a+b@x-y.example", "a+b@x-y.example"),
            ('"much more"@x.example', '"much more"@x.example'),
            ("ada@münchen.example", "ada@xn--mnchen-3ya.example"),
            ("o'neil@x.example", "o'neil@x.example"),
        ],
    )
    def test_what_can_be_written_to_is_kept(self, told: str, kept: str) -> None:
        assert mail_address(told) == kept

    @pytest.mark.parametrize(
        "told",
        [
            "",
            "@",
            "ada",
            "ada@",
            "@x.example",
            "ada@x",
            "ada@@x.example",
            "a b@x.example",
            "ada.@x.example",
            ".ada@x.example",
            "a..b@x.example",
            "ada@x..example",
            "ada@-x.example",
            "ada@x.example.",
            "ada@127.0.0.1",
            "ada@[127.0.0.1]",
            "ada@x.example\nBcc: all@x.example",
            "ada@x.example\r\n",
            "ada\x00@x.example",
            '"ada\n"@x.example',
            "ada@x.example, eve@x.example",
            "Ada <ada@x.example>",
            "ädä@x.example",
            "a" * 65 + "@x.example",
            "ada@" + "x" * 64 + ".example",
            "ada@" + "x." * 130 + "example",
            "ada@xn--\udcff.example",
            "ada@" + "ü" * 300 + ".example",
        ],
        ids=lambda value: value[:20].encode("unicode-escape").decode(),
    )
    def test_what_no_letter_reaches_is_refused(self, told: str) -> None:
        assert mail_address(told) is None

    @given(st.text())
    def test_whatever_is_typed_gives_an_address_or_none(self, text: str) -> None:
        found = mail_address(text)
        assert found is None or re.fullmatch(r"[ -~]{1,64}@[a-z0-9.-]+", found)
        assert found is None or mail_address(found) == found

    @pytest.mark.shared
    def test_the_known_lists_of_addresses(self, shared_data: Path) -> None:
        lists = shared_data / "hostile_text" / "address_lists"
        refused = [a for a in _addresses(lists / "mailbox_valid.txt") if mail_address(a) is None]
        kept = [a for a in _addresses(lists / "mailbox_invalid.txt") if mail_address(a)]
        assert all(_no_public_mailbox(address) for address in refused), refused
        assert kept == []

    @pytest.mark.shared
    def test_the_isemail_cases(self, shared_data: Path) -> None:
        tree = ElementTree.parse(shared_data / "hostile_text" / "isemail_tests.xml")
        for case in tree.iter("test"):
            address = _with_controls(case.findtext("address") or "")
            category = case.findtext("category")
            found = mail_address(address)
            if category == "ISEMAIL_ERR":
                assert found is None, address


def _addresses(file: Path) -> list[str]:
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _no_public_mailbox(address: str) -> bool:
    """Valid on paper: a name with its address, a comment, one label, digits, letters past ASCII."""
    local, _, domain = address.rpartition("@")
    last_label = domain.rpartition(".")[2]
    return (
        not local.isascii()
        or "<" in address
        or "(" in address
        or "." not in domain
        or "_" in domain
        or last_label.isdigit()
    )


def _with_controls(text: str) -> str:
    return "".join(chr(ord(c) - 0x2400) if 0x2400 <= ord(c) <= 0x2421 else c for c in text)
