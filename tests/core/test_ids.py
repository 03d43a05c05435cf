from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.core.errors import NotFound
from reviewapp.core.ids import LinkSigner, digest, email_digest, new_id, new_secret

SIGNER = LinkSigner(("today's key",))


def test_ids_are_version_seven_and_sort_by_birth() -> None:
    born = [new_id() for _ in range(2000)]
    assert {one.version for one in born} == {7}
    assert {one.variant for one in born} == {"specified in RFC 4122"}
    assert [one.int >> 80 for one in born] == sorted(one.int >> 80 for one in born)
    assert len(set(born)) == len(born)


def test_a_secret_names_its_kind_and_is_kept_as_a_digest() -> None:
    secret = new_secret("sk")
    assert secret.startswith("sk_")
    assert len(secret) >= 45
    assert digest(secret) != secret
    assert len(digest(secret)) == 64


def test_a_mail_address_is_recognised_however_it_is_typed() -> None:
    assert email_digest(" Ada@Example.COM ") == email_digest("ada@example.com")


def test_a_link_gives_its_row_back() -> None:
    row_id = new_id()
    token = SIGNER.sign("request", row_id)
    assert SIGNER.read("request", token) == row_id
    assert str(row_id) not in token


def test_a_link_for_one_purpose_opens_no_other() -> None:
    with pytest.raises(NotFound):
        SIGNER.read("unsubscribe", SIGNER.sign("request", new_id()))


def test_links_outlive_a_change_of_key_while_the_old_one_is_kept() -> None:
    row_id = new_id()
    token = SIGNER.sign("request", row_id)
    assert LinkSigner(("tomorrow's key", "today's key")).read("request", token) == row_id
    with pytest.raises(NotFound):
        LinkSigner(("tomorrow's key",)).read("request", token)


def test_the_first_of_the_keys_signs() -> None:
    row_id = new_id()
    token = LinkSigner(("tomorrow's key", "today's key")).sign("request", row_id)
    assert LinkSigner(("tomorrow's key",)).read("request", token) == row_id


@given(st.text(max_size=200))
def test_whatever_is_typed_as_a_link_is_only_ever_not_found(token: str) -> None:
    with pytest.raises(NotFound):
        SIGNER.read("request", token)
