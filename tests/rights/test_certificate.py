"""A certificate says what was allowed, as JSON and as PDF; the file says it too (P2, P4)."""

from __future__ import annotations

import hashlib
import io
import struct
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from reviewapp.core.i18n import LANGUAGES
from reviewapp.rights.certificate import as_pdf, certificate
from reviewapp.rights.ledger import Act, Origin, Subject
from reviewapp.rights.service import grant, ledger_of
from reviewapp.rights.texts import licence_text
from reviewapp.rights.xmp import XMP_BOX, FileRights, saving_options, with_xmp_box, xmp_packet
from tests import factories

RIGHTS = FileRights(
    credit="Zoë <b>&amp;",
    shop="Kiln & Clay",
    terms="Only this.",
    terms_url="https://kiln.example/policy.html",
    licensor_url="https://kiln.example",
    constraints="Paid adverts only.",
    people=True,
    children=False,
    ends_on=date(2027, 1, 31),
)


@pytest.fixture
def entry(session):
    review = factories.review(session, factories.shop(session, name="Töpferei Ωmega"))
    act = Act("de", {"action": "submitted"}, Origin("203.0.113.7", "Phone", "Łucja Ж."))
    grant(session, review, "ads", [Subject("a" * 64)], act)
    return ledger_of(session, review.id)[0]


def test_it_names_subject_text_and_place_in_the_ledger(session, entry):
    document = certificate(session, entry, in_force=True)
    text = licence_text("ads", "de")
    assert document["subject"]["sha256"] == "a" * 64
    assert (document["text"]["sentence"], document["text"]["sha256"]) == (
        text.sentence,
        text.sha256,
    )
    assert document["ledger"]["hash"] == entry.hash
    assert document["permission"]["credit_line"] == "Łucja Ж."
    assert document["permission"]["ai_training"] is False
    assert "203.0.113.7" not in str(document)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_one_page_of_pdf_in_every_language(session, language):
    review = factories.review(session, factories.shop(session))
    grant(session, review, "marketplace", [Subject("b" * 64)], Act(language, {"action": "x"}))
    document = certificate(session, ledger_of(session, review.id)[0], in_force=False)
    pdf = as_pdf(document)
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type /Page\n") == 1


def test_every_picture_format_carries_the_packet():
    packet = xmp_packet(RIGHTS)
    for kind in ("JPEG", "WEBP", "PNG", "AVIF"):
        file = io.BytesIO()
        Image.new("RGB", (8, 8)).save(file, kind, **saving_options(kind, packet))
        with Image.open(io.BytesIO(file.getvalue())) as read:
            read.load()
            description = read.getxmp()["xmpmeta"]["RDF"]["Description"]
        assert description["Credit"] == "Zoë <b>&amp;", kind
        assert description["DataMining"].endswith("DMI-PROHIBITED-AIMLTRAINING")
        assert description["LicenseEndDate"] == "2027-01-31"


def test_a_film_keeps_every_byte_and_gets_one_box():
    film = struct.pack(">I", 16) + b"ftypisom" + b"\0" * 4
    packet = xmp_packet(RIGHTS)
    carried = with_xmp_box(film, packet)
    assert carried.startswith(film)
    (size,) = struct.unpack(">I", carried[len(film) : len(film) + 4])
    assert size == len(carried) - len(film)
    assert carried[len(film) + 4 : len(film) + 24] == b"uuid" + XMP_BOX
    assert hashlib.sha256(carried[len(film) + 24 :]).digest() == hashlib.sha256(packet).digest()


@given(st.text(), st.text())
def test_any_name_makes_a_packet_that_can_be_read(credit, terms):
    packet = xmp_packet(
        FileRights(credit, credit, terms, credit, credit, terms, people=False, children=True)
    )
    body = packet.decode().split("?>", 1)[1].rsplit("<?xpacket", 1)[0]
    assert ElementTree.fromstring(body) is not None
