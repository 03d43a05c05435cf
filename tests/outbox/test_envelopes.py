"""Headers that mail programs and providers ask for, and that nobody can forge."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest

from reviewapp.core.ids import new_id
from reviewapp.outbox.addresses import BadAddress, encoded, mailbox, path_of
from reviewapp.outbox.envelopes import From, Unsubscribe, seal
from reviewapp.outbox.letters import render
from tests.outbox.letter_samples import FACTS

ROW, SHOP = new_id(), new_id()
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def sealed(letter: str = "request", **changes: Any) -> tuple[bytes, EmailMessage]:
    facts = changes.pop("facts", FACTS[letter])
    values: dict[str, Any] = {
        "row_id": ROW,
        "shop_id": SHOP,
        "to_email": "ada@customers.example",
        "to_name": "Ada Quist",
        "writer": From("Kiln & Clay", "reviews@kiln.example", "hello@kiln.example"),
        "at": AT,
    }
    content = seal(letter, changes.pop("language", "en"), facts, **values | changes).content
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return content, message


def test_a_request_carries_what_providers_ask_of_bulk_mail() -> None:
    way_out = Unsubscribe("https://kiln.example/u/abc", "stop@kiln.example")
    _, message = sealed(unsubscribe=way_out)
    assert message["List-Unsubscribe"] == (
        "<https://kiln.example/u/abc>, <mailto:stop@kiln.example?subject=unsubscribe>"
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Precedence"] == "bulk"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Feedback-ID"] == f"request:{SHOP.hex}:en:reviewapp"
    assert message["From"] == "Kiln & Clay <reviews@kiln.example>"
    assert message["To"] == "Ada Quist <ada@customers.example>"
    assert message["Reply-To"].addresses[0].addr_spec == "hello@kiln.example"
    assert message["Date"].datetime == AT
    assert message["Message-ID"] == f"<{ROW}@kiln.example>"


def test_an_answer_to_somebody_is_no_bulk_mail() -> None:
    _, message = sealed("help_received")
    assert message["Auto-Submitted"] == "auto-generated"
    for name in ("List-Unsubscribe", "List-Unsubscribe-Post", "Precedence"):
        assert message[name] is None


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pt"])
def test_both_bodies_arrive_whole_and_in_their_language(language: str) -> None:
    content, message = sealed(language=language)
    written = render("request", language, FACTS["request"])
    for kind, body in (("plain", written.text), ("html", written.html)):
        part = message.get_body((kind,))
        assert part is not None
        assert part.get_content().replace("\r\n", "\n").strip() == body.strip()
    assert message["Subject"] == written.subject
    assert message["Content-Language"] == language
    assert message.get_content_type() == "multipart/alternative"
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 200
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_headers_cannot_be_forged_by_names_or_products() -> None:
    evil = 'Ada"\r\nBcc: all@customers.example\r\n\r\n<b>'
    facts = FACTS["request"] | {"products": [{"name": evil}], "shop_name": evil}
    _, message = sealed(
        facts=facts, to_name=evil, writer=From(evil, "reviews@kiln.example", "hello@kiln.example")
    )
    assert message["Bcc"] is None
    assert message["To"].addresses[0].addr_spec == "ada@customers.example"
    assert [header for header, _ in message.items()].count("Subject") == 1
    assert message["From"].addresses[0].display_name == 'Ada" Bcc: all@customers.example <b>'


@pytest.mark.parametrize(
    "name",
    ["Jörg Müller", "株式会社 窯と土 " * 8, 'O\'Neil \\ "Bob"', "=?utf-8?q?trick?=", "é" * 90],
)
def test_any_name_is_read_back_as_it_was(name: str) -> None:
    content, message = sealed(
        to_name=name, writer=From(name, "reviews@kiln.example", "hello@kiln.example")
    )
    # Read with the older parser: the newer one puts blanks between encoded words of one name.
    raw = parseaddr(message_from_bytes(content)["To"].replace("\r\n", ""))
    assert str(make_header(decode_header(raw[0]))) == name.strip()
    assert raw[1] == "ada@customers.example"
    assert message["From"].addresses[0].addr_spec == "reviews@kiln.example"
    head = content.split(b"\r\n\r\n", 1)[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n") if b"=?utf-8?" in line.lower())


def test_a_person_without_a_name_is_written_to_all_the_same() -> None:
    _, message = sealed(to_name=None)
    assert message["To"] == "ada@customers.example"


def test_international_addresses_keep_their_local_part() -> None:
    assert str(path_of("jörg@Bücher.example")) == "jörg@xn--bcher-kva.example"
    assert path_of("jörg@example.org").international
    assert not path_of("j@bücher.example").international
    assert mailbox("Jörg", path_of("jörg@example.org")).endswith("<jörg@example.org>")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@customers.example",
        "ada@customers..example",
        "ada@-customers.example",
        "ada quist@customers.example",
        "ada@customers.example\r\nRCPT TO:<all@example.org>",
        "ada@customers.example>",
        "ada\x00@customers.example",
        ".ada@customers.example",
        "ada.@customers.example",
        "a" * 65 + "@customers.example",
        "ada@" + ".".join(["x" * 60] * 5),
        "ada@exa_mple.org",
        "ada@[127.0.0.1]",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        path_of(address)


def test_plain_words_stay_plain() -> None:
    assert encoded("Plain words: how did it go?") == "Plain words: how did it go?"
    assert encoded("Wie wär's?").startswith("=?utf-8?")
