"""New words are parted from quotes and signatures; nothing a person wrote is lost."""

from __future__ import annotations

import pytest

from reviewapp.inbox.parsing import read
from reviewapp.inbox.replies import cut, words_of
from tests.inbox.mails import html_only

FIRST_LINES = {
    "correct_sig.txt": "this is an email with a correct -- signature.",
    "email_1_2.txt": "Hi,",
    "email_1_3.txt": "Oh thanks.",
    "email_1_4.txt": "Awesome! I haven't had another problem with it.",
    "email_1_8.txt": "On Tue, Apr 29, 2014 at 4:22 PM, Example Dev <sugar@example.com>wrote:",
    "email_2_2.txt": "Outlook with a reply directly above line",
    "email_2_3.txt": "Outlook with a reply above headers using unusual format",
    "email_bullets.txt": "test 2 this should list second",
    "email_gmail.txt": "This is a test for inbox replying to a github message.",
    "email_headers_no_delimiter.txt": "And another reply!",
    "email_iPhone.txt": "Here is another email",
    "email_multi_word_sent_from_my_mobile_device.txt": "Here is another email",
    "email_one_is_not_on.txt": "Thank, this is really helpful.",
    "pathological.txt": "I think you're onto something. I will try to fix the problem as soon as I",
}
LAST_LINES = {
    "email_1_2.txt": 'the keys in a bucket, you’ll need to delete them all individually."',
    "email_1_3.txt": "-Abhishek Kona",
    "email_1_8.txt": "and under this.",
    "email_bullets.txt": "   - and another",
    "email_one_is_not_on.txt": "Locally (on development), when I run...",
    "pathological.txt": "get back to a computer.",
}


@pytest.mark.shared
@pytest.mark.parametrize("name", FIRST_LINES)
def test_real_replies_are_cut_where_their_writers_ended(name, shared_data) -> None:
    words = cut((shared_data / "mail" / "replies" / name).read_text())
    said = words.said.split("\n")
    assert said[0] == FIRST_LINES[name]
    assert said[-1] == LAST_LINES.get(name, FIRST_LINES[name])
    assert words.quoted


@pytest.mark.parametrize(
    "intro",
    [
        "On Mon, 23 Nov 2026 at 10:00, Kiln & Clay <help+abc@kiln.example> wrote:",
        "Am Mo., 23. Nov. 2026 um 10:00 Uhr schrieb Kiln & Clay <help@kiln.example>:",
        "Am 23.11.2026 um 10:00 schrieb Kiln & Clay:",
        "Le lun. 23 nov. 2026 à 10:00, Kiln & Clay <help@kiln.example> a écrit :",
        "El lun, 23 nov 2026 a las 10:00, Kiln & Clay (<help@kiln.example>) escribió:",
        "Em seg., 23 de nov. de 2026 às 10:00, Kiln & Clay <help@kiln.example> escreveu:",
        "On Mon, 23 Nov 2026 at 10:00, Kiln & Clay\n<help+abcdefghijklmnop@kiln.example> wrote:",
        "-----Ursprüngliche Nachricht-----",
        "Von: Kiln & Clay\nGesendet: Montag, 23. November 2026\nAn: Ada\nBetreff: Ihr Becher",
        "De : Kiln & Clay\nEnvoyé : lundi 23 novembre 2026\nÀ : Ada\nObjet : Votre tasse",
        "De: Kiln & Clay\nEnviado: lunes, 23 de noviembre\nPara: Ada\nAsunto: Su taza",
        "De: Kiln & Clay\nEnviado: segunda-feira\nPara: Ada\nAssunto: A sua caneca",
    ],
)
def test_quotes_are_known_in_every_shipped_language(intro) -> None:
    words = cut(f"It is still broken.\n\n{intro}\n\nA new one leaves tomorrow.\n")
    assert words.said == "It is still broken."
    assert words.quoted.startswith(intro.split("\n")[0])
    assert "leaves tomorrow" in words.quoted


@pytest.mark.parametrize(
    "line",
    [
        "On the whole I am unhappy with what she wrote:",
        "Am Montag kam nichts an:",
        "From: my kitchen",
        "To: be honest, it broke.",
        "A colleague wrote:",
    ],
)
def test_a_sentence_that_looks_a_little_like_a_quote_stays(line) -> None:
    assert cut(f"Hello,\n{line}\nPlease help.").said == f"Hello,\n{line}\nPlease help."


def test_an_answer_below_its_quote_is_the_answer() -> None:
    words = cut("On 3 Nov 2026, Kiln wrote:\n> Which colour?\n> Blue or red?\n\nBlue, please.\n")
    assert words.said == "Blue, please."
    assert "Which colour?" in words.quoted


def test_answers_among_the_quotes_keep_what_they_answer() -> None:
    text = (
        "On 3 Nov 2026, Kiln wrote:\n> Which colour?\n\nBlue.\n\n> Which size?\n\nLarge.\n\n> Bye\n"
    )
    words = cut(text)
    assert "> Which colour?" in words.said
    assert words.said.endswith("Large.")


def test_nothing_but_a_quote_is_shown_whole() -> None:
    text = "On 3 Nov 2026, Kiln wrote:\n> Which colour?"
    assert cut(text).said == text


def test_a_long_line_is_kept_to_its_end() -> None:
    assert cut("word " * 5_000).said == ("word " * 5_000).strip()


def test_html_alone_becomes_text_without_styles_and_quotes() -> None:
    html = (
        "<html><head><style>p{color:red}</style></head><body>"
        "<p>The <b>handle</b> broke.</p><p>Please&nbsp;help<br>soon.</p><script>steal()</script>"
        '<div class="gmail_quote">On Monday Kiln wrote:'
        "<blockquote>Which colour?</blockquote></div></body></html>"
    )
    words = words_of(read(html_only(html)))
    assert words.said == "The handle broke.\nPlease help\nsoon."
    assert "Which colour?" in words.quoted
    assert "steal" not in words.said + words.quoted
    assert "color" not in words.said


@pytest.mark.parametrize(
    "text",
    ["On " * 60_000, "From:\n" * 20_000, "\n" * 100_000, "-" * 100_000, "> a\nOn 1\n" * 5_000],
    ids=["on", "from", "lines", "dashes", "quotes"],
)
def test_no_text_takes_long(text) -> None:
    """The suite's own time limit is the assertion: quadratic patterns would run into it."""
    assert cut(text)
