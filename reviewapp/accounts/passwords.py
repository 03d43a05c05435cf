"""Passwords: argon2id, a length, no common ones; no composition rules (ASVS 6.2)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from reviewapp.core.errors import Invalid

LEAST, MOST = 8, 128
COMMON = frozenset(
    "password password1 passw0rd 12345678 123456789 1234567890 qwertyui qwerty123 qwertyuiop "
    "iloveyou sunshine princess football baseball welcome1 letmein1 trustno1 superman whatever "
    "starwars computer michelle jennifer jordan23 11111111 00000000 12341234 87654321 abcd1234 "
    "abc12345 1q2w3e4r 1qaz2wsx zaq12wsx asdfghjkl zxcvbnm1 q1w2e3r4 dragon12 monkey12 master12 "
    "changeme changeme1 default1 admin123 administrator passwort passwort1 hallo123 schatz12 "
    "motdepasse azertyui azerty123 contrasena contraseña senha123 12345678a a1234567 a12345678 "
    "aa123456 p@ssw0rd p@ssword password123 password12 qwerty12 secret123 summer2024 summer2025 "
    "summer2026 winter2024 winter2025 winter2026 spring2026 autumn2026 freedom1 internet samsung1".split()
)
_HASHER = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
_NOBODY = _HASHER.hash("nobody has this password")


def check_password_rules(password: str) -> None:
    """Invalid when too short, too long or among the most common."""
    problem = None
    if not LEAST <= len(password) <= MOST:
        problem = f"Use between {LEAST} and {MOST} characters."
    elif password.casefold() in COMMON or len(set(password)) < 3:
        problem = "This password is among the first that are tried. Please choose another."
    if problem:
        raise Invalid(fields={"password": [problem]})


def hash_password(password: str) -> str:
    """argon2id with the OWASP minimum (19 MiB, 2 passes), salt inside."""
    return _HASHER.hash(password)


def password_matches(password: str, kept: str | None) -> bool:
    """Whether it is the one; without a kept hash it takes the same time and is never right."""
    try:
        right = _HASHER.verify(kept or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None
