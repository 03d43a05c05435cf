"""Licence texts in the admin: seen by marketers, changed by owners, with the change shown."""

from __future__ import annotations

from reviewapp.models.rights import LicenceWording, PermissionEntry
from reviewapp.rights.texts import VERSION
from tests.collect.links import link_of, rows

OWN = {"friendly": "Thank you", "shop": "Tasse & Co", "contact": "hello@tasse.example"}
PAGE = "/admin/library/texts/en"


def test_an_owner_sees_the_change_and_keeps_it(owner, kit):
    preview = owner.post(PAGE, OWN | {"preview": "1"}).text
    assert "<ins>" in preview
    assert "Added:" in preview
    assert rows(kit, LicenceWording) == []
    kept = owner.post(PAGE, OWN, follow_redirects=True).text
    assert "Version kept." in kept
    assert f"Version {VERSION}.1" in kept
    assert "Tasse &amp; Co" in kept
    assert "With your words" in owner.get("/admin/library/texts").text
    owner.post(PAGE, {"standard": "1"})
    assert "<del>" in owner.get(PAGE).text


def test_wrong_words_stay_typed_with_the_reason_beside(owner, kit):
    answer = owner.post(PAGE, OWN | {"friendly": "Win a prize for <it>", "contact": ""})
    assert answer.status_code == 422
    assert "Win a prize for &lt;it&gt;" in answer.text
    assert answer.text.count('aria-invalid="true"') == 2
    assert rows(kit, LicenceWording) == []


def test_marketers_read_them_and_owners_change_them(sign_in, owner, kit):
    marketer = sign_in("marketer")
    assert 'name="friendly"' not in marketer.get(PAGE).text
    assert marketer.post(PAGE, OWN).status_code == 403
    assert owner.get("/admin/library/texts/xx").status_code == 404
    assert rows(kit, LicenceWording) == []


def test_a_form_opened_before_a_change_grants_what_it_showed(owner, client, kit, committed, shop):
    with committed() as session:
        link = link_of(client, kit, session, shop)
    page = link.get().text
    shown = page.split('name="licence" value="')[1].split('"')[0]
    owner.post(PAGE, OWN)
    link.send_review(permission=["ads"], licence=shown)
    entry = next(one for one in rows(kit, PermissionEntry) if one.kind == "granted")
    assert (shown, entry.text_version) == (VERSION, VERSION)
    assert "Tasse &amp; Co" in link.get("/mine").text
