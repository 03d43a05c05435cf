"""Asking for a longer time: once for each end; a no takes nothing, a yes leaves no gap (P3)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.core.errors import Invalid
from reviewapp.library.asking import ask, remind_and_close
from reviewapp.library.exporting import Plan
from reviewapp.library.noticing import tell_ends
from reviewapp.library.renewing import ask_longer
from reviewapp.library.rules import (
    ASK_REFUSALS,
    RENEWAL_REFUSALS,
    AskFacts,
    RenewalFacts,
    why_not_renew,
)
from reviewapp.models.library import Export, ExportItem, PermissionAsk, TakeDown
from reviewapp.models.outbox import Mail
from reviewapp.models.rights import PermissionEntry
from reviewapp.outbox.mail import send_mail
from reviewapp.rights.ledger import verify
from tests.collect.links import counts, rows, said
from tests.library.renewals import (
    JUNE,
    NOW,
    clock,
    held,
    longer,
    say_to,
    until_june,
    work,
    written,
)
from tests.library.test_asking import address
from tests.library.test_exporting import taken

__all__ = ["clock", "longer", "say_to", "until_june"]
DAY = timedelta(days=1)
YEAR_END = date(2027, 12, 31)
SECRETS = st.frozensets(st.sampled_from("abc"))


@pytest.fixture
def leaflet(kit, shop, until_june, marketer, check_photo):
    """The words and the photo, taken out for as long as they may run."""
    check_photo()
    return taken(kit, shop, until_june, marketer, Plan("print", "Leaflet", JUNE))


def ends(kit):
    """Until when what was taken out runs, by place."""
    return {one.place: one.until for one in rows(kit, Export)}


def renewal_of(kit):
    """The one question for a longer time."""
    (asked,) = rows(kit, PermissionAsk, PermissionAsk.runs_until.is_not(None))
    return asked


def refused(question, *values):
    with pytest.raises(Invalid) as error:
        question(*values)
    ((told,),) = error.value.fields.values()
    return told


@given(
    st.builds(
        AskFacts,
        **{name: st.booleans() for name in ("published", "erased", "address", "unsubscribed")},
        asked_before=st.just(True), wanted=SECRETS, allowed=SECRETS,
    ),
    st.builds(RenewalFacts, SECRETS, SECRETS, st.booleans(), st.booleans()),
)  # fmt: skip
def test_only_what_runs_and_ends_is_asked_for_once_and_never_after_a_no(facts, renewal):
    code = why_not_renew(facts, renewal)
    reachable = facts.published and facts.address and not (facts.erased or facts.unsubscribed)
    asked_enough = renewal.declined or renewal.open or renewal.ending <= renewal.asked
    assert (code is None) == bool(
        reachable and facts.wanted & facts.allowed and renewal.ending and not asked_enough
    )
    assert code is None or code in ASK_REFUSALS | RENEWAL_REFUSALS


def test_one_mail_shows_the_very_picture_the_use_and_both_days(client, kit, longer):
    asked = longer()
    (mail,) = rows(kit, Mail, Mail.letter == "permission_longer")
    assert mail.params["use"] == "In print, such as leaflets, packaging or posters"
    assert "/media/" in mail.params["picture_url"]
    assert (mail.params["runs"], mail.params["until"]) == ("June 1, 2027", "December 31, 2027")
    assert mail.params["page_url"].endswith(address(kit, asked))
    assert (asked.runs_until, asked.ends_on) == (datetime(2027, 6, 2, tzinfo=UTC), YEAR_END)
    before = counts(kit)
    page = client.get(address(kit, asked)).text
    assert counts(kit) == before
    assert "May it go on until December 31, 2027?" in said(page)
    assert "it runs until June 1, 2027, as you allowed it, and then ends" in said(page)
    assert page.count('name="answer"') == 2
    assert "button-primary" not in page
    assert '<img src="' in page
    german = said(client.get(f"{address(kit, asked)}?lang=de").text)
    assert "Ein Nein nimmt nichts zurück: Es läuft bis 1. Juni 2027" in german


def test_a_no_is_final_and_takes_nothing_away(
    client, kit, clock, longer, leaflet, say_to, until_june
):
    asked = longer()
    say_to(asked, "no")
    page = said(client.get(address(kit, asked)).text)
    assert "What you allowed stays as it was: until June 1, 2027, and no longer." in page
    assert refused(longer) == RENEWAL_REFUSALS["renewal_declined"]
    work(kit)
    assert len(held(kit, until_june)) == 2
    assert rows(kit, TakeDown) == []
    clock.move_to(datetime(2027, 6, 2, tzinfo=UTC))
    work(kit)
    assert held(kit, until_june) == set()
    assert len(rows(kit, TakeDown)) == 2
    with kit.database.transaction(until_june.shop_id) as session:
        assert verify(session, until_june.shop_id) == []


def test_a_yes_runs_on_and_so_does_what_was_taken_out(
    kit, shop, clock, longer, leaflet, say_to, marketer, until_june
):
    early = Plan("print", "Poster", date(2027, 5, 10))
    taken(kit, shop, until_june, marketer, early, "words")
    assert tell_ends(kit) == 1
    clock.move_to(datetime(2027, 5, 20, tzinfo=UTC))
    assert tell_ends(kit) == 1
    say_to(longer(), "yes")
    assert ends(kit) == {"Leaflet": YEAR_END, "Poster": early.until}
    assert {one.ends_at for one in rows(kit, ExportItem)} == {datetime(2028, 1, 1, tzinfo=UTC)}
    clock.move_to(datetime(2027, 5, 28, tzinfo=UTC))
    assert tell_ends(kit) == 0
    clock.move_to(datetime(2027, 6, 20, tzinfo=UTC))
    work(kit)
    assert len(rows(kit, TakeDown)) == 1, "the poster, whose own day is over"
    clock.move_to(datetime(2027, 12, 2, tzinfo=UTC))
    assert tell_ends(kit) == 1
    assert refused(longer) == RENEWAL_REFUSALS["not_longer"]
    say_to(longer(None), "yes")
    assert (tell_ends(kit), ends(kit)["Leaflet"]) == (0, None)
    assert refused(longer, None) == RENEWAL_REFUSALS["not_longer"]


def test_only_the_part_that_was_renewed_runs_on_and_the_other_end_is_told(
    kit, clock, longer, leaflet, say_to, until_june, author
):
    say_to(longer(YEAR_END, "words"), "yes")
    assert rows(kit, Export)[0].until == YEAR_END
    assert "Leaflet · until December 31, 2027" in said(author.get("/mine").text)
    clock.move_to(datetime(2027, 5, 26, tzinfo=UTC))
    assert tell_ends(kit) == 1
    (mail,) = rows(kit, Mail, Mail.letter == "use_ends")
    assert (mail.params["pieces"], mail.params["days"]) == (1, 6)
    clock.move_to(datetime(2027, 6, 2, tzinfo=UTC))
    work(kit)
    (task,) = rows(kit, TakeDown)
    photo = next(one for one in rows(kit, ExportItem) if one.asset_id)
    assert (task.export_item_id, task.reason) == (photo.id, "expired")
    assert len(held(kit, until_june)) == 1


def test_no_answer_leaves_all_as_it_is_after_one_reminder(kit, clock, longer, until_june):
    longer()
    assert refused(longer) == RENEWAL_REFUSALS["renewal_open"]
    clock.shift(7 * DAY)
    assert (remind_and_close(kit), remind_and_close(kit)) == (1, 0)
    assert len(rows(kit, Mail, Mail.letter == "permission_longer")) == 2
    clock.shift(23 * DAY)
    assert remind_and_close(kit) == 1
    assert renewal_of(kit).state == "expired"
    assert len(held(kit, until_june)) == 2
    assert refused(longer) == RENEWAL_REFUSALS["renewal_asked"]


def test_a_withdrawal_ends_old_new_and_question(
    client, kit, clock, longer, say_to, author, until_june, marketer
):
    assert refused(longer, JUNE) == RENEWAL_REFUSALS["not_longer"]
    assert refused(longer, NOW.date()) == "A day that is still to come."
    for use, code in (("email", "not_in_force"), ("ads", "not_longer")):
        with pytest.raises(Invalid) as error:
            written(kit, until_june, marketer, ask_longer, YEAR_END, use=use)
        assert [RENEWAL_REFUSALS[code]] in error.value.fields.values()
    asked = longer()
    author.post(f"/mine/reviews/{until_june.id}/permission", {"use": "print", "allow": "off"})
    page = said(client.get(address(kit, asked)).text)
    assert "This permission has ended." in page
    say_to(asked, "yes")
    assert held(kit, until_june) == set()
    work(kit)
    assert renewal_of(kit).state == "moot"
    clock.shift(7 * DAY)
    assert remind_and_close(kit) == 0


def test_two_marketers_at_once_ask_once(kit, longer):
    def asking(_number):
        try:
            return longer()
        except Invalid as error:
            return error.fields["use"]

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(asking, range(2)))
    assert [RENEWAL_REFUSALS["renewal_open"]] in answers
    assert len(rows(kit, Mail, Mail.letter == "permission_longer")) == 1
    assert renewal_of(kit).state == "open"


def test_nobody_is_reminded_of_what_ended_but_a_late_yes_holds_from_then_on(
    client, kit, clock, longer, leaflet, say_to, until_june
):
    clock.move_to(datetime(2027, 5, 30, tzinfo=UTC))
    asked = longer()
    clock.move_to(datetime(2027, 6, 7, tzinfo=UTC))
    work(kit)
    assert remind_and_close(kit) == 1
    assert len(rows(kit, Mail, Mail.letter == "permission_longer")) == 1
    assert held(kit, until_june) == set()
    assert "your permission ended on June 1, 2027" in said(client.get(address(kit, asked)).text)
    say_to(asked, "yes")
    assert len(held(kit, until_june)) == 2
    assert len(rows(kit, TakeDown)) == 2, "what had to come down has to, whatever is said later"


def test_after_the_day_that_was_asked_for_there_is_nothing_to_answer(
    client, kit, clock, published, marketer, say_to
):
    asked = written(kit, published, marketer, ask, JUNE)
    clock.move_to(datetime(2027, 6, 2, tzinfo=UTC))
    assert "The day it was asked for is over." in said(client.get(address(kit, asked)).text)
    assert say_to(asked, "yes").status_code == 303
    assert held(kit, published) == set()


def test_proofs_name_the_mails_that_asked(kit, clock, longer, say_to):
    (first,) = rows(kit, PermissionAsk)
    asked = longer()
    clock.shift(7 * DAY)
    remind_and_close(kit)
    send_mail(kit)
    say_to(asked, "yes")
    sent = {mail.key: mail.message_id for mail in rows(kit, Mail)}
    proofs = {}
    for entry in rows(kit, PermissionEntry, PermissionEntry.kind.in_(["asked", "granted"])):
        proofs[entry.proof.get("ask"), entry.kind] = entry.proof
    for one in (first, asked):
        message = sent[f"permission_ask:{one.id}:first"]
        assert message.startswith("<")
        for kind in ("asked", "granted"):
            assert proofs[str(one.id), kind]["message_id"] == message
    again = sent[f"permission_ask:{asked.id}:reminder"]
    assert proofs[str(asked.id), "granted"]["reminder_message_id"] == again
