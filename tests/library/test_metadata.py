"""Rights inside exported files, read back by a reader that is not ours: exiftool (P4)."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import pytest

from reviewapp.library.making import make_exports
from reviewapp.media.service import attach, stage_video
from reviewapp.models.media import MediaAsset, MediaDecision
from reviewapp.reactions import EVERY
from reviewapp.rights.xmp import FileRights, with_xmp_box, xmp_packet
from tests.collect.links import rows
from tests.library.test_exporting import Plan, export, picks_of
from tests.media.films_made import QUICK, SECRET, ffmpeg, film
from tools.programs import find_exiftool

VOCABULARY = "http://ns.useplus.org/ldf/vocab/"
"""exiftool tells the codes it knows without it."""
ALWAYS = {
    "XMP-dc:Creator": "Ada Q.",
    "XMP-dc:Rights": "© Ada Q.",
    "XMP-photoshop:Credit": "Ada Q.",
    "XMP-xmpRights:Marked": True,
    "XMP-plus:CopyrightOwnerName": "Ada Q.",
    "XMP-plus:ModelReleaseStatus": "MR-NAP",
    "XMP-plus:PropertyReleaseStatus": "PR-NAP",
    "XMP-plus:DataMining": f"{VOCABULARY}DMI-PROHIBITED-AIMLTRAINING",
    "XMP-plus:CreditLineRequired": "CR-CAI",
}
PRESENT = (
    "XMP-xmpRights:WebStatement", "XMP-xmpRights:UsageTerms", "XMP-plus:LicensorName",
    "XMP-plus:LicensorURL", "XMP-plus:TermsAndConditionsURL", "XMP-plus:OtherConstraints",
)  # fmt: skip
BETRAYING = (
    "gps", "serial", "lens", "make", "model", "software", "ownername", "datetimeoriginal",
    "createdate", "hostcomputer", "usercomment", "location", "address", "agent", "email",
    "thumbnail", "makernote",
)  # fmt: skip
HARMLESS = ("ModelReleaseStatus", "MinorModelAgeDisclosure", "CopyrightOwnerName")


@pytest.fixture(scope="module")
def exiftool():
    found = find_exiftool()
    assert found, "exiftool: neither on PATH nor to be had from Debian"
    return found


def read_back(exiftool, *files: Path):
    """What exiftool finds in each file: group:tag → value, numbers and codes as they lie there."""
    command = [exiftool, "-json", "-G1", "-n", "-a", "-ee", *map(str, files)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def assert_nothing_betrays(told, *secrets):
    for name, value in told.items():
        tag = name.rpartition(":")[2]
        if name.startswith(("System:", "File:", "ExifTool:", "SourceFile")) or tag in HARMLESS:
            continue
        empty = str(value).startswith("0000:00:00")
        assert empty or not any(word in tag.lower() for word in BETRAYING), (name, value)
        for secret in secrets:
            assert secret not in str(value), (name, secret)


def test_every_format_carries_its_rights_and_nothing_that_betrays(
    exiftool, tmp_path, kit, shop, author, published, marketer, check_photo
):
    check_photo()
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "print", "allow": "on"})
    email = rows(kit, MediaAsset)[0].request_id
    for use in ("ads", "print"):
        with kit.database.transaction(shop.id) as session:
            plan = Plan(use, "Spring campaign", date(2099, 5, 31))
            made = export(session, shop, plan, picks_of(kit, published, "photo"), by=marketer)
        make_exports(kit)
        with zipfile.ZipFile(io.BytesIO(kit.storage.read(f"exports/{made.id.hex}.zip"))) as files:
            for name in files.namelist():
                if "-whole." in name or "-1x1." in name:
                    (tmp_path / f"{use}-{name}").write_bytes(files.read(name))
    found = read_back(exiftool, *sorted(tmp_path.iterdir()))
    kinds = {Path(one["SourceFile"]).suffix for one in found}
    assert kinds == {".jpg", ".webp", ".avif", ".png"}
    for told in found:
        assert {name: told.get(name) for name in ALWAYS} == ALWAYS, told["SourceFile"]
        assert all(told.get(name) for name in PRESENT), told["SourceFile"]
        assert str(told["XMP-plus:LicenseEndDate"]).startswith("2099:05:31")
        assert shop.name in told["XMP-plus:LicensorName"]
        assert_nothing_betrays(told, "@customers.example", str(email), author.token)


def test_a_film_carries_them_too_and_still_plays(exiftool, tmp_path):
    rights = FileRights(
        credit="Ада <& Q.", shop="Tasse & Co", terms="Each tick …", terms_url="https://x.example/p",
        licensor_url="https://x.example", constraints="Only adverts", people=True, children=True,
        ends_on=date(2099, 5, 31),
    )  # fmt: skip
    plain = tmp_path / "plain.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=320x240:r=10:d=1", *QUICK, str(plain))
    carrying = tmp_path / "carrying.mp4"
    carrying.write_bytes(with_xmp_box(plain.read_bytes(), xmp_packet(rights)))
    before, told = read_back(exiftool, plain, carrying)
    assert told["XMP-dc:Creator"] == "Ада <& Q."
    assert told["XMP-plus:ModelReleaseStatus"] == "MR-LMR"
    assert told["XMP-plus:MinorModelAgeDisclosure"] == "AG-UNK"
    assert all(told.get(name) for name in PRESENT)
    assert_nothing_betrays(told)
    unmoved = [name for name in before if name.startswith(("QuickTime:", "Track"))]
    assert {name: told[name] for name in unmoved} == {name: before[name] for name in unmoved}
    decoded = subprocess.run(
        [exiftool, "-validate", "-warning", "-error", str(carrying)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "Error" not in decoded


def test_an_exported_film_carries_its_rights_and_lost_what_its_camera_told(
    exiftool, tmp_path, committed, kit, shop, author, published, marketer
):
    sent = film(tmp_path / "sent.mp4", "-metadata", "make=Camera", "-metadata", "model=X-1000")
    asked = {"shop_id": shop.id, "request_id": published.request_id}
    staged = stage_video(kit, **asked, path=sent, client_name="mug.mp4")
    with committed() as session:
        (asset,) = attach(session, published.request_id, [staged.id], review_id=published.id)
        session.add(
            MediaDecision(
                shop_id=shop.id, asset_id=asset.id, action="check", note="", found=[],
                sha256=asset.sha256, actor="member", member_id=marketer.id,
            )
        )  # fmt: skip
    EVERY["media"].errand(kit)
    EVERY["films"].errand(kit)
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "on"})
    with kit.database.transaction(shop.id) as session:
        plan = Plan("ads", "Spring campaign", date(2099, 5, 31))
        made = export(session, shop, plan, picks_of(kit, published, "video"), by=marketer)
    make_exports(kit)
    with zipfile.ZipFile(io.BytesIO(kit.storage.read(f"exports/{made.id.hex}.zip"))) as files:
        names = [name for name in files.namelist() if name.endswith(".mp4")]
        for name in names:
            (tmp_path / name).write_bytes(files.read(name))
    assert names
    before, *found = read_back(exiftool, sent, *(tmp_path / name for name in names))
    assert SECRET in str(before), "what must be lost was there"
    for told in found:
        assert {name: told.get(name) for name in ALWAYS} == ALWAYS
        assert all(told.get(name) for name in PRESENT)
        assert str(told["XMP-plus:LicenseEndDate"]).startswith("2099:05:31")
        assert_nothing_betrays(told, SECRET, "X-1000", "@customers.example", author.token)
