"""The team: inviting, changing roles, letting go; a shop always keeps one owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from reviewapp.accounts.service import INVITATION_TERM, add_member, issue_link
from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import rows_changed
from reviewapp.core.errors import Conflict, Invalid, NotFound
from reviewapp.core.ids import digest
from reviewapp.models.account import ROLES, Member, MemberSession, Shop, SignInLink
from reviewapp.outbox.mail import queue_letter

OWNER = "owner"


@dataclass(frozen=True)
class Inviter:
    """Who invites: the log's name, the letter's name, and where its link leads."""

    label: str
    name: str
    public_url: str


def members(session: Session, shop_id: UUID) -> Sequence[Member]:
    """Everybody of the team, those who left last."""
    return session.scalars(
        select(Member)
        .where(Member.shop_id == shop_id)
        .order_by(Member.disabled_at.nulls_first(), Member.name, Member.id)
    ).all()


def member_of(session: Session, shop_id: UUID, member_id: UUID) -> Member:
    """One of the team; NotFound for anybody else."""
    found = session.scalar(select(Member).where(Member.shop_id == shop_id, Member.id == member_id))
    if found is None:
        raise NotFound()
    return found


def sessions_of(session: Session, member: Member) -> Sequence[MemberSession]:
    """The browsers in which a member is signed in, last used first."""
    return session.scalars(
        select(MemberSession)
        .where(MemberSession.member_id == member.id, MemberSession.expires_at > clock.now())
        .order_by(MemberSession.seen_at.desc(), MemberSession.id)
    ).all()


def invite_member(
    session: Session, shop: Shop, *, email: str, name: str, role: str, inviter: Inviter
) -> Member:
    """Add somebody and mail a link with which they choose a password."""
    member = add_member(session, shop, email=email, name=name, role=role, by=inviter.label)
    send_invitation(session, shop, member, inviter)
    return member


def send_invitation(session: Session, shop: Shop, member: Member, inviter: Inviter) -> None:
    """Mail a (new) invitation; links mailed before are worth nothing any more.

    Conflict when the member has come in already.
    """
    if member.signed_in_at or member.disabled_at:
        raise Conflict("member_came_in", "This member has signed in before; no invitation is due.")
    _spend_links(session, member)
    token = issue_link(session, member, term=INVITATION_TERM, purpose="invitation")
    queue_letter(
        session,
        shop_id=shop.id,
        letter="invitation",
        to=(member.name, member.email),
        language=member.locale,
        params={
            "link_url": f"{inviter.public_url}/signin/link/{token}",
            "inviter": inviter.name,
            "role": member.role,
            "days": INVITATION_TERM.days,
        },
        key=f"invitation:{digest(token)[:16]}",
    )


def change_role(session: Session, shop: Shop, member: Member, role: str, *, by: str) -> None:
    """Give another role; Conflict when the last owner would lose theirs."""
    if role not in ROLES:
        raise Invalid(fields={"role": [f"One of {', '.join(ROLES)}."]})
    if role == member.role:
        return
    if member.role == OWNER:
        _keep_an_owner(session, shop, member)
    was, member.role = member.role, role
    _log(session, shop, member, "member.role_changed", by, was=was, role=role)


def disable_member(session: Session, shop: Shop, member: Member, *, by: str) -> None:
    """Let somebody go: no sign-in, no session, no link; what they did stays in the log."""
    if member.disabled_at is not None:
        return
    if member.role == OWNER:
        _keep_an_owner(session, shop, member)
    member.disabled_at = clock.now()
    end_sessions(session, member)
    _spend_links(session, member)
    _log(session, shop, member, "member.disabled", by)


def enable_member(session: Session, shop: Shop, member: Member, *, by: str) -> None:
    """Let somebody in again."""
    if member.disabled_at is None:
        return
    member.disabled_at = None
    _log(session, shop, member, "member.enabled", by)


def end_sessions(session: Session, member: Member, *, but: str | None = None) -> int:
    """Sign a member out everywhere but in the session with the digest `but`; how many ended."""
    doomed = delete(MemberSession).where(MemberSession.member_id == member.id)
    if but:
        doomed = doomed.where(MemberSession.token_digest != but)
    return rows_changed(session, doomed)


def revoke_sessions(
    session: Session, shop: Shop, member: Member, *, by: str, but: str | None = None
) -> int:
    """The same as an act of its own, with its line in the log."""
    ended = end_sessions(session, member, but=but)
    _log(session, shop, member, "member.sessions_ended", by, count=ended)
    return ended


def _keep_an_owner(session: Session, shop: Shop, member: Member) -> None:
    owners = session.scalars(
        select(Member.id)
        .where(Member.shop_id == shop.id, Member.role == OWNER, Member.disabled_at.is_(None))
        .order_by(Member.id)
        .with_for_update()
    ).all()
    if set(owners) <= {member.id}:
        raise Conflict("last_owner", "A shop needs an owner. Make somebody else an owner first.")


def _spend_links(session: Session, member: Member) -> None:
    session.execute(
        update(SignInLink)
        .where(SignInLink.member_id == member.id, SignInLink.used_at.is_(None))
        .values(used_at=clock.now())
    )


def _log(
    session: Session, shop: Shop, member: Member, action: str, by: str, **detail: object
) -> None:
    record(
        session, shop_id=shop.id, actor=by, action=action, subject=f"member:{member.id}", **detail
    )
