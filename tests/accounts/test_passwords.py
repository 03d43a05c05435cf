"""What may be a password, and that the kept hash tells nothing."""

from __future__ import annotations

import pytest

from reviewapp.accounts.passwords import check_password_rules, hash_password, password_matches
from reviewapp.core.errors import Invalid


@pytest.mark.parametrize(
    "password",
    [
        "short", "x" * 129, "aaaaaaaa", "password", "PASSWORD", "Passw0rd", "Sunshine2026!",
        "!!qwertz123", "12345678", "iloveyou", "motdepasse99",
    ],
)  # fmt: skip
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password_rules(password)
    assert list(refused.value.fields) == ["password"]


@pytest.mark.parametrize(
    "password",
    [
        "korrekt pferd batterie",
        "vier Worte ohne Zwang",
        "äöüß 漢字 kleine",
        "q7#kLm2p",
        "x1y2" * 32,
    ],
)
def test_length_is_all_that_is_asked(password: str) -> None:
    assert check_password_rules(password) is None


def test_words_about_the_member_are_refused() -> None:
    about = ["ada.quist@kiln.example", "ada.quist", "Ada", "Quist", "Kiln & Clay", "12345"]
    for password in ("Kiln & Clay", "ada.quist2026", "ADA.QUIST@kiln.example"):
        with pytest.raises(Invalid):
            check_password_rules(password, about)
    assert check_password_rules("7 kilns in a clay field", about) is None


def test_a_hash_is_argon2id_with_its_own_salt() -> None:
    one, other = hash_password("korrekt pferd"), hash_password("korrekt pferd")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other
    assert password_matches("korrekt pferd", one)
    assert not password_matches("korrekt Pferd", one)


def test_nobody_has_a_password_and_a_broken_hash_opens_nothing() -> None:
    assert not password_matches("nobody has this password", None)
    assert not password_matches("x", "not a hash")
