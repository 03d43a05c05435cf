"""Shops begin here; members prove who they are, by password or link, and hold sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import available_timezones

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from reviewapp.accounts.keys import create_api_key
from reviewapp.accounts.passwords import check_password_rules, hash_password, password_matches
from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import exactly_one, rows_changed, set_scope
from reviewapp.core.errors import Conflict, Invalid, NotFound
from reviewapp.core.ids import digest, new_id, new_secret
from reviewapp.models.account import ROLES, Member, MemberSession, Shop, SignInLink
from reviewapp.outbox.messages import emit

SESSION_TERM = timedelta(days=30)
LINK_TERM = timedelta(minutes=10)
"""ASVS 6.5.5: a sign-in link mailed to a member."""
FIRST_LINK_TERM = timedelta(hours=24)
"""The link printed when a shop is made or the demo starts."""
INVITATION_TERM = timedelta(days=7)


@dataclass(frozen=True)
class NewShop:
    """What a new shop's owner needs, secrets shown this once."""

    shop: Shop
    owner: Member
    api_key: str
    sign_in_token: str


def create_shop(
    session: Session, *, name: str, email: str, locale: str = "en", time_zone: str = "UTC",
    country: str | None = None, url: str | None = None, postal_address: str = "",
) -> NewShop:  # fmt: skip
    """A shop with its owner, a first API key and a sign-in link good for a day.

    Invalid for a time zone nobody knows: every moment it prints and plans would be wrong.
    """
    if time_zone not in available_timezones():
        raise Invalid(fields={"time_zone": ["Such as Europe/Berlin."]})
    shop = Shop(
        id=new_id(), name=name.strip(), email=email.strip(), locale=locale, time_zone=time_zone,
        country=country, url=url, postal_address=postal_address.strip(),
        widget_key=new_secret("wk"),
    )  # fmt: skip
    session.add(shop)
    session.flush()
    emit(session, "shop.created", shop_id=shop.id)
    owner = add_member(session, shop, email=email, name=name, role="owner", by="system")
    return NewShop(
        shop=shop,
        owner=owner,
        api_key=create_api_key(session, shop, name="First key", role="owner", by="system"),
        sign_in_token=issue_link(session, owner, term=FIRST_LINK_TERM),
    )


def add_member(
    session: Session, shop: Shop, *, email: str, name: str, role: str, by: str
) -> Member:
    """Somebody new in the team; Conflict when the address is in it already."""
    address = email.strip()
    if role not in ROLES:
        raise Invalid(fields={"role": [f"One of {', '.join(ROLES)}."]})
    if "@" not in address.strip("@"):
        raise Invalid(fields={"email": ["This is not a mail address."]})
    taken = select(Member.id).where(Member.shop_id == shop.id, Member.email == address.lower())
    if session.scalar(taken):
        raise Conflict("member_exists", "Somebody with this address is in the team already.")
    member = Member(
        shop_id=shop.id, email=address.lower(), name=name.strip() or address, role=role,
        locale=shop.locale,
    )  # fmt: skip
    session.add(member)
    session.flush()
    record(
        session, shop_id=shop.id, actor=by, action="member.added", subject=f"member:{member.id}",
        role=role,
    )  # fmt: skip
    return member


def set_password(
    session: Session, member: Member, password: str, *, keep: str | None = None
) -> None:
    """Take a new password; every session there is ends but the one with the digest `keep`."""
    shop = session.get_one(Shop, member.shop_id)
    about = [member.email, member.email.partition("@")[0], *member.name.split(), shop.name]
    check_password_rules(password, about)
    member.password_hash = hash_password(password)
    others = MemberSession.token_digest != (keep or "")
    session.execute(delete(MemberSession).where(MemberSession.member_id == member.id, others))
    record(
        session, shop_id=shop.id, actor=f"member:{member.id}", action="member.password_set",
        subject=f"member:{member.id}",
    )  # fmt: skip


def member_by_password(session: Session, email: str, password: str) -> Member | None:
    """The member who knows this password; the time tells nothing about who exists."""
    found = session.scalars(
        select(Member).where(Member.email == email.strip().lower(), Member.disabled_at.is_(None))
    ).all()
    right = [member for member in found if password_matches(password, member.password_hash)]
    if not found:
        password_matches(password, None)
    return right[0] if right else None


def issue_link(
    session: Session, member: Member, *, term: timedelta = LINK_TERM, purpose: str = "sign_in"
) -> str:
    """A single-use link's token; kept as a digest."""
    token = new_secret("in")
    session.add(
        SignInLink(
            shop_id=member.shop_id, member_id=member.id, token_digest=digest(token),
            purpose=purpose, expires_at=clock.now() + term,
        )
    )  # fmt: skip
    session.flush()
    return token


def live_link(session: Session, token: str) -> tuple[SignInLink, Member]:
    """The unspent link behind a token and its member; NotFound otherwise."""
    row = session.execute(
        select(SignInLink, Member)
        .join(Member, Member.id == SignInLink.member_id)
        .where(
            SignInLink.token_digest == digest(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > clock.now(),
            Member.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        raise NotFound("link_spent", "This link was used already or is too old.")
    return row[0], row[1]


def spend_link(session: Session, link: SignInLink) -> None:
    """Use a link up; Conflict when somebody was faster."""
    spend = (
        update(SignInLink)
        .where(SignInLink.id == link.id, SignInLink.used_at.is_(None))
        .values(used_at=clock.now())
    )
    exactly_one(rows_changed(session, spend))


def start_session(session: Session, member: Member, agent: str | None = None) -> str:
    """A new session's token for the cookie; kept as a digest."""
    set_scope(session, member.shop_id)
    token, now = new_secret("ms"), clock.now()
    member.signed_in_at = now
    session.add(
        MemberSession(
            shop_id=member.shop_id, member_id=member.id, token_digest=digest(token), seen_at=now,
            expires_at=now + SESSION_TERM, agent=(agent or "")[:200],
        )
    )  # fmt: skip
    record(
        session, shop_id=member.shop_id, actor=f"member:{member.id}", action="member.signed_in",
        subject=f"member:{member.id}",
    )  # fmt: skip
    return token


def end_session(session: Session, token_digest: str) -> None:
    """Sign out, or make room for a new session: the token is worth nothing from now on."""
    session.execute(delete(MemberSession).where(MemberSession.token_digest == token_digest))


def members_by_email(session: Session, email: str) -> list[tuple[Member, Shop]]:
    """Everybody with this address, in whichever shops; a person may work in several."""
    rows = session.execute(
        select(Member, Shop)
        .join(Shop, Shop.id == Member.shop_id)
        .where(Member.email == email.strip().lower(), Member.disabled_at.is_(None))
    )
    return [(member, shop) for member, shop in rows]
