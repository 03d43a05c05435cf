"""A conversation by mail over real SMTP and IMAP: solved, answered by the customer, open again."""

from __future__ import annotations

import shutil
import smtplib
import tempfile
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.sealing import Sealer
from reviewapp.core.settings import Settings
from reviewapp.inbox.connecting import Wanted, add
from reviewapp.inbox.fetching import fetch_mail
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.mailbox import MailConnection
from reviewapp.models.media import MediaAsset
from reviewapp.outbox.mail import send_mail
from reviewapp.reactions import read_inbox
from tests import factories
from tests.inbox import dovecot
from tests.outbox.relays import Sink, running
from tests.support.cases import ANSWER, make_case


@pytest.fixture
def imap(monkeypatch):
    """The shop's mailbox."""
    program = dovecot.binary()
    if program is None:
        pytest.skip("no IMAP server here: Dovecot (DOVECOT_BIN, or Debian's dovecot-imapd)")
    folder = Path(tempfile.mkdtemp(prefix="dv-"))
    with dovecot.running(program, folder) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.ca_file))
        yield server
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def outside():
    """The mail server of the rest of the world: takes our letters, and the customer's answers."""
    sink = Sink()
    with running(sink) as port:
        yield sink, port


@pytest.fixture
def settings(settings: Settings, outside) -> Settings:
    return settings.changed(
        private_mailboxes=True, smtp_url=f"smtp://127.0.0.1:{outside[1]}?starttls=never"
    )


def connect(kit, shop, imap):
    server = {"host": "127.0.0.1", "port": str(imap.tls), "username": dovecot.USER,
              "password": dovecot.PASSWORD}  # fmt: skip
    with kit.database.transaction(EVERY_SHOP) as session:
        wanted = Wanted("imap", "help@kiln.example", True, "open", **server)
        add(session, Sealer(kit.settings.secret_keys), shop, wanted, by="member:x")
    fetch_mail(kit)


def reply_to(letter, body):
    """What the customer's program sends: its words over the quoted letter, and a photo."""
    made, picture = EmailMessage(), BytesIO()
    Image.new("RGB", (320, 240), "#8a3b12").save(picture, "JPEG")
    made["From"], made["To"] = letter["To"], letter["Reply-To"]
    made["Subject"], made["Message-ID"] = f"Re: {letter['Subject']}", "<answer@customers.example>"
    made["In-Reply-To"] = letter["Message-ID"]
    made["References"] = f"{letter['References']} {letter['Message-ID']}"
    quoted = "\n".join(
        f"> {line}" for line in letter.get_body(("plain",)).get_content().split("\n")
    )
    made.set_content(f"{body}\n\nOn Mon, 23 Nov 2026, Kiln & Clay wrote:\n{quoted}")
    made.add_attachment(picture.getvalue(), maintype="image", subtype="jpeg", filename="rim.jpg")
    return made


def arrive(kit, imap, sink):
    """Carry what the world's server took for the shop into its mailbox, and fetch."""
    for envelope in sink.messages:
        if envelope.rcpt_tos[0].endswith("@kiln.example"):
            imap.deliver(envelope.content)
    with kit.database.transaction(EVERY_SHOP) as session:
        for connection in session.query(MailConnection):
            connection.fetch_at = connection.created_at
    fetch_mail(kit)
    read_inbox(kit)


def test_a_reply_by_mail_reopens_a_solved_case_with_its_photo(
    kit, shop, agent, imap, outside
) -> None:
    sink, port = outside
    connect(kit, shop, imap)
    with kit.database.transaction(EVERY_SHOP) as session:
        case = make_case(session, session.get_one(factories.Shop, shop.id))
    page = f"/admin/cases/{case.id}"
    agent.post(f"{page}/answer", {"body": ANSWER})
    agent.post(f"{page}/state", {"state": "solved"})
    send_mail(kit)
    (letter,) = sink.parsed()

    with smtplib.SMTP("127.0.0.1", port) as world:
        world.send_message(reply_to(letter, "The new one has a chip as well."))
    arrive(kit, imap, sink)

    with kit.database.transaction(EVERY_SHOP) as session:
        again = session.get_one(Case, case.id)
        assert (again.state, again.reopened_count) == ("open", 1)
        said = session.query(CaseMessage).filter_by(message_id="<answer@customers.example>").one()
        assert said.body == "The new one has a chip as well."
        assert "packed too tightly" in said.quoted
        photo_id = session.query(MediaAsset).filter_by(case_message_id=said.id).one().id
    shown = agent.get(page).text
    assert "The new one has a chip as well." in shown
    assert f"{page}/photos/{photo_id}" in shown
    assert agent.get(f"{page}/photos/{photo_id}").status_code == 200

    agent.post(f"{page}/answer", {"body": f"{ANSWER} We are sorry that it happened twice."})
    send_mail(kit)
    last = sink.parsed()[-1]
    assert last["In-Reply-To"] == "<answer@customers.example>"
    ids = last["References"].split()
    assert ids[0] == letter["References"].split()[0]
    assert ids[1:] == [letter["Message-ID"], "<answer@customers.example>"]
    assert last["Subject"].startswith("Re: ")
    assert last["Reply-To"].addresses[0].addr_spec == letter["Reply-To"].addresses[0].addr_spec
    assert "Auto-Submitted" not in last
