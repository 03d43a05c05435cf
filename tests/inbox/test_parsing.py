"""Broken mails are read as far as they can be, and never fail on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.inbox.kinds import taken_for
from reviewapp.inbox.parsing import Unreadable, decode, read
from reviewapp.inbox.replies import words_of
from tests.inbox.mails import mail

JPEG = b"\xff\xd8\xff\xe0 not really"


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        ("Größe".encode(), "us-ascii", "Größe"),
        ("Größe".encode(), "iso-8859-1", "Größe"),
        ("Größe".encode("latin-1"), "utf-8", "Größe"),
        ("Größe".encode("cp1252"), "", "Größe"),
        ("“so”".encode("cp1252"), "iso-8859-1x", "“so”"),
        ("こんにちは".encode("iso-2022-jp"), "iso-2022-jp", "こんにちは"),
        ("Привет".encode("koi8-r"), "koi8-r", "Привет"),
        (b"nul\x00byte", "utf-8", "nul\ufffdbyte"),
    ],
)
def test_text_is_read_whatever_a_mail_says_of_its_charset(raw, charset, text) -> None:
    assert decode(raw, charset) == text


def test_headers_are_decoded_and_of_one_line() -> None:
    found = read(
        b"From: =?utf-8?q?J=C3=BCrgen?= <J@x.example>\nSubject: =?utf-8?b?w5xiZXI=?= \n x\n\nhi"
    )
    assert found.sender == ("Jürgen", "J@x.example")
    assert found.subject == "Über x"


@pytest.mark.parametrize(
    "head",
    [
        b"From: \xff\xfe <a@b.example>\nSubject: \xe4\xf6\n\nhi",
        b'From: a@b.example\nContent-Type: text/plain; charset="no such"\n\nhi',
        b"From: a@b.example\nContent-Type: multipart/mixed\n\nhi",
        b"From: a@b.example\nContent-Type: text/plain; charset*=%zz''x; =\n\nhi",
        b"From: a@b.example\nContent-Transfer-Encoding: base64\n\n####",
        b"From a@b Mon Jan  1 00:00:00 2026\nFrom: a@b.example\n\nhi",
        b"From: a@b.example\rSubject: old mac\r\rhi",
        b'From: ,,;:<>@[]"\nTo: (((\nMessage-ID: <[x@y>\nDate: never\n\nhi',
        b"",
        b"\n\n\n",
    ],
)
def test_broken_mails_are_read(head) -> None:
    found = read(head)
    assert taken_for(found).kind
    words_of(found)
    list(found.attachments())


@given(st.binary(max_size=2_000))
def test_no_bytes_at_all_break_the_reading(raw) -> None:
    found = read(b"From: a@b.example\n" + raw)
    taken_for(found)
    words_of(found)
    list(found.attachments())


def test_a_mail_of_endless_parts_is_set_aside() -> None:
    head = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n"
    with pytest.raises(Unreadable):
        read(head + b"--b\n\nx\n" * 9_000)


def test_attachments_come_with_their_claims() -> None:
    files = (("broken.jpg", "image/jpeg", JPEG), ("bill.pdf", "application/pdf", b"%PDF"))
    found = list(read(mail(files=files)).attachments())
    assert [(one.name, one.content_type, one.data) for one in found] == list(files)
    assert not any(one.decoration for one in found)


def test_a_signature_picture_is_known_as_decoration() -> None:
    raw = (
        b"From: a@b.example\nContent-Type: multipart/related; boundary=b\n\n"
        b'--b\nContent-Type: text/html\n\nHello <img src="cid:logo">\n'
        b"--b\nContent-Type: image/png; name=logo.png\nContent-ID: <logo>\n\nabc\n--b--\n"
    )
    assert [one.decoration for one in read(raw).attachments()] == [True]
