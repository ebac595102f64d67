"""Invitations: a link for one e-mail address into one organisation, with a role, once, for a week."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, Select, select

from hatua.registry import audit, fields
from hatua.registry.errors import AlreadyExists, InvalidLink, UnknownRecord
from hatua.registry.model import SYSTEM, Actor, Invitation, InvitationSeen, Member, NewSession, Role
from hatua.registry.passwords import hash_password
from hatua.registry.sessions import LoginSessions, open_session
from hatua.registry.tables import invitations, memberships, tenants, users
from hatua.registry.tokens import digest, new_id, new_token, plausible
from hatua.registry.users import add_membership, add_user, check_role, member_query

INVITATION_MS = 7 * 86_400_000


class Invitations(LoginSessions):
    """Making, withdrawing, looking at and accepting."""

    def invite(
        self, tenant_id: str, email: str, role: Role, *, valid_ms: int = INVITATION_MS, by: Actor = SYSTEM
    ) -> tuple[Invitation, str]:
        """(the invitation, its token for `/invitation/#token=...`, which cannot be had again). A second invitation of
        the same address replaces the first. Raises InvalidField, AlreadyExists (a member already), UnknownRecord."""
        address = fields.email(email)
        check_role(role)
        token = new_token()
        with self.alone() as connection:
            tenant = connection.execute(select(tenants.c.name).where(tenants.c.id == tenant_id)).first()
            if tenant is None:
                raise UnknownRecord("no such tenant")
            members = (
                select(users.c.id)
                .join(memberships, memberships.c.user_id == users.c.id)
                .where(memberships.c.tenant_id == tenant_id, users.c.email == address)
            )
            if connection.execute(members).first() is not None:
                raise AlreadyExists("email", f"{address} is a member already")
            now = self._now()
            made = Invitation(
                id=new_id("inv"),
                tenant_id=tenant_id,
                tenant_name=tenant.name,
                email=address,
                role=role,
                created_at=now,
                expires_at=now + valid_ms,
            )
            connection.execute(
                invitations.delete().where(
                    (invitations.c.expires_at <= now)
                    | ((invitations.c.tenant_id == tenant_id) & (invitations.c.email == address))
                )
            )
            connection.execute(
                invitations.insert().values(
                    id=made.id,
                    token_hash=digest(token),
                    tenant_id=tenant_id,
                    email=address,
                    role=role,
                    created_at=now,
                    expires_at=made.expires_at,
                )
            )
            _note(connection, now, by, "invitation.created", msgspec.structs.asdict(made))
        return made, token

    def invitations(self, tenant_id: str) -> list[Invitation]:
        """The open ones of one tenant, newest first."""
        query = (
            _open(self._now())
            .where(invitations.c.tenant_id == tenant_id)
            .order_by(invitations.c.created_at.desc(), invitations.c.id)
        )
        with self.reading() as connection:
            return [_invitation(row) for row in connection.execute(query).mappings()]

    def withdraw_invitation(self, tenant_id: str, invitation_id: str, *, by: Actor = SYSTEM) -> None:
        """The link stops working. Raises UnknownRecord (also for one of another tenant)."""
        with self.writing() as connection:
            gone = (
                invitations.delete()
                .where(invitations.c.id == invitation_id, invitations.c.tenant_id == tenant_id)
                .returning(*invitations.c)
            )
            row = connection.execute(gone).mappings().first() if plausible(invitation_id) else None
            if row is None:
                raise UnknownRecord("no such invitation")
            _note(connection, self._now(), by, "invitation.withdrawn", row)

    def invitation(self, token: str) -> InvitationSeen:
        """What its bearer is told before they accept. Raises InvalidLink."""
        with self.reading() as connection:
            row = _by_token(connection, self._now(), token)
            known = connection.execute(select(users.c.id).where(users.c.email == row["email"])).first() is not None
        return InvitationSeen(
            email=row["email"],
            tenant_name=row["tenant_name"],
            role=row["role"],
            known=known,
            expires_at=row["expires_at"],
        )

    def accept_invitation(
        self, token: str, *, name: str, password: str, code: str = "", address: str = "", agent: str = ""
    ) -> NewSession:
        """Joins and signs in. A new e-mail gets an account with this name and password; one that has an account joins
        with that account's password (and code). Raises InvalidLink, InvalidField, and what `prove` raises."""
        with self.reading() as connection:
            row = _by_token(connection, self._now(), token)
            known = connection.execute(select(users.c.id).where(users.c.email == row["email"])).scalar()
        hashed = None
        if known is not None:
            self.prove(row["email"], password, address, code=code)
        else:
            fields.name(name)
            hashed = hash_password(password)
        with self.writing() as connection:
            now = self._now()
            user_id = known
            if user_id is None:
                user_id = add_user(
                    connection,
                    now,
                    tenant_id=row["tenant_id"],
                    email=row["email"],
                    name=name,
                    password_hash=hashed,
                    role=row["role"],
                    by=Actor("system", "invitation", address),
                ).id
            joined = join(connection, now, row, user_id, address)
            if joined is None:
                raise InvalidLink("this invitation does not work any more")
            return open_session(connection, now, joined, "invitation", address=address, agent=agent)


def join(connection: Connection, now: int, invitation: RowMapping, user_id: str, address: str) -> Member | None:
    """Spends an open invitation and makes the user a member. None when somebody else spent it meanwhile, or the user
    is disabled; then the caller's transaction must not be kept."""
    spent = invitations.delete().where(invitations.c.id == invitation["id"], invitations.c.expires_at > now)
    if connection.execute(spent).rowcount != 1:
        return None
    tenant_id: str = invitation["tenant_id"]
    add_membership(connection, now, tenant_id, user_id, invitation["role"])
    by = Actor("user", user_id, address)
    _note(connection, now, by, "invitation.accepted", invitation)
    query = member_query().where(users.c.id == user_id, memberships.c.tenant_id == tenant_id)
    row = connection.execute(query).mappings().first()
    return Member(**row) if row else None


def open_invitations_of(connection: Connection, now: int, email: str) -> list[RowMapping]:
    """Of one address, in whatever tenants, oldest first."""
    query = _open(now).where(invitations.c.email == email).order_by(invitations.c.created_at)
    return list(connection.execute(query).mappings())


def _open(now: int) -> Select[Any]:
    return (
        select(invitations, tenants.c.name.label("tenant_name"))
        .join(tenants, tenants.c.id == invitations.c.tenant_id)
        .where(invitations.c.expires_at > now)
    )


def _by_token(connection: Connection, now: int, token: str) -> RowMapping:
    row: RowMapping | None = None
    if plausible(token):
        row = connection.execute(_open(now).where(invitations.c.token_hash == digest(token))).mappings().first()
    if row is None:
        raise InvalidLink("this invitation is unknown, expired, withdrawn or used; ask for another")
    return row


def _invitation(row: RowMapping) -> Invitation:
    return Invitation(**{name: row[name] for name in Invitation.__struct_fields__})


def _note(connection: Connection, now: int, by: Actor, action: str, invitation: Mapping[Any, Any]) -> None:
    audit.record(
        connection,
        now,
        by,
        action,
        tenant_id=invitation["tenant_id"],
        subject_id=invitation["id"],
        details={"email": invitation["email"], "role": invitation["role"]},
    )
