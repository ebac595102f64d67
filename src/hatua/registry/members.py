"""Who belongs to an organisation, in which role."""

from sqlalchemy import Connection, func, select

from hatua.registry import audit
from hatua.registry.database import Database
from hatua.registry.errors import BelongsElsewhere, LastAdmin, UnknownRecord
from hatua.registry.model import SYSTEM, Actor, Member, MemberRecord, Organisation, Role
from hatua.registry.tables import login_sessions, memberships, tenants, users
from hatua.registry.tokens import plausible
from hatua.registry.users import check_role, member_query


class Members(Database):
    """Listing, changing and removing. Joining is in `invitations.py`."""

    def members(self, tenant_id: str) -> list[Member]:
        """Everybody in one tenant, by e-mail."""
        query = member_query().where(memberships.c.tenant_id == tenant_id).order_by(users.c.email)
        with self.reading() as connection:
            return [Member(**row) for row in connection.execute(query).mappings()]

    def member_records(self, tenant_id: str) -> list[MemberRecord]:
        """The same people with what admins ask about them."""
        signed_in = (
            select(func.max(login_sessions.c.created_at))
            .where(login_sessions.c.user_id == users.c.id, login_sessions.c.tenant_id == tenant_id)
            .scalar_subquery()
        )
        query = (
            select(
                users.c.id.label("user_id"),
                users.c.email,
                users.c.name,
                memberships.c.role,
                memberships.c.created_at.label("joined_at"),
                users.c.totp_since.is_not(None).label("second_factor"),
                signed_in.label("last_sign_in_at"),
            )
            .join(memberships, memberships.c.user_id == users.c.id)
            .where(memberships.c.tenant_id == tenant_id, users.c.disabled_at.is_(None))
            .order_by(users.c.email)
        )
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [MemberRecord(**{**row, "second_factor": bool(row["second_factor"])}) for row in rows]

    def organisations(self, user_id: str) -> list[Organisation]:
        """Every tenant this user belongs to, the one joined first at the head."""
        query = (
            select(tenants.c.id, tenants.c.name, memberships.c.role)
            .join(memberships, memberships.c.tenant_id == tenants.c.id)
            .where(memberships.c.user_id == user_id)
            .order_by(memberships.c.created_at, tenants.c.id)
        )
        with self.reading() as connection:
            return [Organisation(**row) for row in connection.execute(query).mappings()]

    def set_role(self, tenant_id: str, user_id: str, role: Role, *, by: Actor = SYSTEM) -> None:
        """Takes effect with the user's next request. Raises UnknownRecord, InvalidField, LastAdmin."""
        check_role(role)
        with self.alone() as connection:  # two admins who demote one another must not both succeed
            before = _role_of(connection, tenant_id, user_id)
            if before == role:
                return
            if before == "admin":
                _keep_an_admin(connection, tenant_id, user_id)
            connection.execute(
                memberships.update()
                .where(memberships.c.tenant_id == tenant_id, memberships.c.user_id == user_id)
                .values(role=role)
            )
            audit.record(
                connection,
                self._now(),
                by,
                "member.role_changed",
                tenant_id=tenant_id,
                subject_id=user_id,
                details={"from": before, "to": role},
            )

    def remove_member(self, tenant_id: str, user_id: str, *, by: Actor = SYSTEM) -> None:
        """Ends the user's sessions in this tenant and the membership; the account stays, for other tenants and for the
        audit trail. Raises UnknownRecord, LastAdmin."""
        with self.alone() as connection:
            if _role_of(connection, tenant_id, user_id) == "admin":
                _keep_an_admin(connection, tenant_id, user_id)
            email = connection.execute(select(users.c.email).where(users.c.id == user_id)).scalar()
            for table in (login_sessions, memberships):
                connection.execute(table.delete().where(table.c.tenant_id == tenant_id, table.c.user_id == user_id))
            audit.record(
                connection,
                self._now(),
                by,
                "member.removed",
                tenant_id=tenant_id,
                subject_id=user_id,
                details={"email": email},
            )

    def check_only_ours(self, tenant_id: str, user_id: str) -> Member:
        """The member, if they belong to this tenant alone. Raises UnknownRecord; BelongsElsewhere, since an admin who
        could reset the account of a guest would be admin of the guest's own organisation."""
        with self.reading() as connection:
            _role_of(connection, tenant_id, user_id)
            rows = connection.execute(member_query().where(users.c.id == user_id)).mappings().all()
        if len(rows) > 1:
            raise BelongsElsewhere("this person belongs to other organisations too; only they can do that themselves")
        if not rows:
            raise UnknownRecord("no such member")
        return Member(**rows[0])


def _role_of(connection: Connection, tenant_id: str, user_id: str) -> str:
    if not plausible(user_id):
        raise UnknownRecord("no such member")
    query = select(memberships.c.role).where(memberships.c.tenant_id == tenant_id, memberships.c.user_id == user_id)
    role: str | None = connection.execute(query).scalar()
    if role is None:
        raise UnknownRecord("no such member")
    return role


def _keep_an_admin(connection: Connection, tenant_id: str, leaving: str) -> None:
    others = (
        select(func.count())
        .select_from(memberships.join(users, users.c.id == memberships.c.user_id))
        .where(
            memberships.c.tenant_id == tenant_id,
            memberships.c.role == "admin",
            memberships.c.user_id != leaving,
            users.c.disabled_at.is_(None),
        )
    )
    if connection.execute(others).scalar_one() == 0:
        raise LastAdmin("this is the last admin; make somebody else an admin first")
