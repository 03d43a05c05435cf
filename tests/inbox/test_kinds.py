"""What each mail is taken for: a person's words, or one of the many things that are not."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from bench.mail_table import STATUS_SOMEWHERE, mails
from reviewapp.inbox.kinds import MOST_HOPS, Ours, taken_for
from reviewapp.inbox.parsing import decode, read, with_known_line_ends
from reviewapp.outbox.envelopes import LOOP_HEADER
from tests.inbox.mails import bounce, complaint, mail

COUNTS = {
    "autoreply": {"auto_reply": 3},
    "complaint": {"complaint": 9},
    "dsn": {"bounce": 299, "delay": 6, "delivered": 2},
    "dsn_cr_only": {"bounce": 9},
    "dsn_crlf": {"bounce": 9},
    "flanker": {"bounce": 4, "complaint": 1, "receipt": 1, "message": 1},
}
LINE_ENDS = ("dsn_cr_only", "dsn_crlf")


@cache
def corpus(root, name):
    return [(path, path.read_bytes(), taken) for path, taken in mails(root / "mail" / name)]


@pytest.mark.shared
@pytest.mark.parametrize("name", COUNTS)
def test_every_real_mail_is_taken_for_what_it_is(name, shared_data) -> None:
    assert Counter(taken.kind for _, _, taken in corpus(shared_data, name)) == COUNTS[name]


@pytest.mark.shared
@pytest.mark.parametrize("name", COUNTS)
def test_no_automatic_mail_is_for_people(name, shared_data) -> None:
    people = [path.name for path, _, taken in corpus(shared_data, name) if taken.for_people]
    assert people == (["8bitmime.eml"] if name == "flanker" else [])


@pytest.mark.shared
@pytest.mark.parametrize("name", [name for name in COUNTS if name != "autoreply"])
def test_every_report_names_its_recipients_and_the_status_that_its_file_has(
    name, shared_data
) -> None:
    for path, raw, taken in corpus(shared_data, name):
        mail_in_hand = read(raw)
        text = decode(with_known_line_ends(raw), "") + mail_in_hand.plain
        for fate in taken.fates:
            assert fate.recipient, path.name
            assert fate.recipient in text.casefold(), path.name
        if taken.fates and not any(fate.status for fate in taken.fates):
            assert not STATUS_SOMEWHERE.search(text), path.name


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "fates"),
    [
        ("lhost-postfix-42.eml", None),
        ("lhost-exim-02.eml", {"kijitora@example.jp": "5.1.1", "sabatora@example.jp": "5.2.1"}),
        (
            "lhost-zoho-02.eml",
            {"mikeneko@example.co.jp": "5.2.1", "sabineko@example.co.jp": "5.2.2"},
        ),
        ("lhost-qmail-19.eml", {"pseudo-local-part-of-yahoo-inc@yahoo.com": "4.7.0"}),
        ("lhost-x5-01.eml", {"kijitora@neko.example.org": "5.1.1"}),
        ("lhost-postfix-64.eml", {"u8932cc35@wanadoo.fr": None}),
        ("lhost-sendmail-14.eml", {"kijitora@example.com": "5.1.1"}),
    ],
)
def test_some_reports_read_by_eye(file, fates, shared_data) -> None:
    found = next(t for p, _, t in corpus(shared_data, "dsn") if p.name == file)
    told = {fate.recipient: fate.status for fate in found.fates}
    assert told == fates if fates else len(told) >= 1


@pytest.mark.shared
@pytest.mark.parametrize("name", LINE_ENDS)
def test_line_ends_change_nothing(name, shared_data) -> None:
    for path, raw, taken in corpus(shared_data, name):
        unix = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        assert taken_for(read(unix)) == taken, path.name


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; type=foo"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "away"},
        {"Precedence": "auto_reply"},
        {"X_Precedence": "AUTO_REPLY"},
        {"Return_Path": "<>"},
        {"Delivered_To": "Autoresponder"},
        {"X_POST_MessageClass": "9; Autoresponder"},
        {"subject": "Automatic reply: An answer"},
        {"subject": "Out of Office: An answer"},
        {"subject": "Abwesenheitsnotiz: Eine Antwort"},
        {"subject": "Réponse automatique : Une réponse"},
        {"subject": "Respuesta automática: Una respuesta"},
        {"subject": "Resposta automática: Uma resposta"},
    ],
    ids=str,
)
def test_automatic_answers_are_known_by_any_sign(headers) -> None:
    assert taken_for(read(mail(**headers))).kind == "auto_reply"


@pytest.mark.parametrize(
    "headers",
    [{"List_Id": "<riak.lists.example>"}, {"Precedence": "bulk"}, {"List_Unsubscribe": "<x:y>"}],
    ids=str,
)
def test_mailing_lists_are_known(headers) -> None:
    assert taken_for(read(mail(**headers))).kind == "list"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Auto_Submitted": "no"},
        {"Precedence": "first-class"},
        {"Return_Path": "<ada@customers.example>"},
        {"subject": "Re: Automatic reply: An answer"},
        {"subject": "My automatic umbrella broke"},
        {"subject": "I get no delivery status"},
        {"subject": "Undelivered parcel", "body": "My parcel could not be delivered. 550 euros!"},
        {"subject": "vacations and my order"},
    ],
    ids=str,
)
def test_people_are_taken_for_people(headers) -> None:
    assert taken_for(read(mail(**headers))).kind == "message"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"sender": "no-reply@market.example"}, "no_reply_sender"),
        ({"X_Auto_Response_Suppress": "All"}, "suppresses_answers"),
    ],
)
def test_what_may_be_a_program_waits_for_a_person(headers, reason) -> None:
    taken = taken_for(read(mail(**headers)))
    assert (taken.kind, taken.reason, taken.for_people) == ("doubtful", reason, True)


def test_our_own_letters_are_known_by_mark_or_id() -> None:
    ours = Ours(("abc",), lambda message_id: message_id == "<known@shop.example>")
    marked = mail(**{LOOP_HEADER.replace("-", "_"): "abc"})
    named = mail(Message_ID="<known@shop.example>")
    assert taken_for(read(marked), ours).reason == "own_mark"
    assert taken_for(read(named), ours).reason == "own_message_id"
    assert taken_for(read(marked), Ours(("other",))).kind == "message"


def test_a_mail_that_circles_is_stopped() -> None:
    hop = b"Received: from a by b\n"
    assert taken_for(read(hop * (MOST_HOPS + 1) + mail())).kind == "loop"
    assert taken_for(read(hop * MOST_HOPS + mail())).kind == "message"


def test_reports_tell_what_became_of_a_letter() -> None:
    failed = taken_for(read(bounce("<x@shop.example>", "Ada@Customers.example")))
    assert (failed.kind, failed.fates[0].recipient) == ("bounce", "ada@customers.example")
    assert (failed.fates[0].action, failed.fates[0].status) == ("failed", "5.1.1")
    late = taken_for(read(bounce("<x@shop.example>", "a@b.example", "4.4.1", "delayed")))
    assert late.kind == "delay"
    told = taken_for(read(complaint("<x@shop.example>")))
    assert told.complaint is not None
    assert told.complaint.feedback_type == "abuse"
