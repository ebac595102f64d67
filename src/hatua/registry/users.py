"""Users and their membership of tenants."""

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.exc import IntegrityError

from hatua.registry import audit, fields
from hatua.registry.database import Database
from hatua.registry.errors import AlreadyExists, InvalidField, UnknownRecord
from hatua.registry.model import ROLES, SYSTEM, Actor, Role, User
from hatua.registry.passwords import hash_password
from hatua.registry.tables import login_sessions, memberships, password_resets, tenants, users
from hatua.registry.tokens import new_id, plausible


class Users(Database):
    """Creating users, changing passwords. Roles are in `members.py`, signing in is in `sessions.py`."""

    def has_users(self) -> bool:
        """Whether first-run set-up is behind us."""
        with self.reading() as connection:
            return has_users(connection)

    def create_user(
        self, tenant_id: str, email: str, name: str, password: str | None, role: Role, *, by: Actor = SYSTEM
    ) -> User:
        """A user with one membership. `password=None`: signs in by link only.

        Raises InvalidField, AlreadyExists (the e-mail is taken), UnknownRecord."""
        hashed = None if password is None else hash_password(password)
        with self.writing() as connection:
            if (
                not plausible(tenant_id)
                or not connection.execute(select(tenants.c.id).where(tenants.c.id == tenant_id)).first()
            ):
                raise UnknownRecord("no such tenant")
            return add_user(
                connection,
                self._now(),
                tenant_id=tenant_id,
                email=email,
                name=name,
                password_hash=hashed,
                role=role,
                by=by,
            )

    def user_by_email(self, email: str) -> User | None:
        """One user, whatever the case of the e-mail."""
        try:
            wanted = fields.email(email)
        except InvalidField:
            return None
        query = select(users.c.id, users.c.email, users.c.name, users.c.created_at, users.c.disabled_at).where(
            users.c.email == wanted
        )
        with self.reading() as connection:
            row = connection.execute(query).mappings().first()
        return User(**row) if row else None

    def set_password(self, user_id: str, password: str, *, by: Actor = SYSTEM) -> None:
        """Also ends every session of the user. Raises UnknownRecord, InvalidField."""
        hashed = hash_password(password)
        with self.writing() as connection:
            changed = connection.execute(users.update().where(users.c.id == user_id).values(password_hash=hashed))
            if changed.rowcount == 0:
                raise UnknownRecord("no such user")
            connection.execute(login_sessions.delete().where(login_sessions.c.user_id == user_id))
            connection.execute(password_resets.delete().where(password_resets.c.user_id == user_id))
            audit.record_of_user(connection, self._now(), by, "user.password_changed", user_id=user_id)

    def disable_user(self, user_id: str, *, by: Actor = SYSTEM) -> None:
        """Ends the user's sessions and opens no new one. The audit trail keeps what they did. Raises UnknownRecord."""
        with self.writing() as connection:
            now = self._now()
            changed = connection.execute(users.update().where(users.c.id == user_id).values(disabled_at=now))
            if changed.rowcount == 0:
                raise UnknownRecord("no such user")
            connection.execute(login_sessions.delete().where(login_sessions.c.user_id == user_id))
            audit.record_of_user(connection, now, by, "user.disabled", user_id=user_id)


def has_users(connection: Connection) -> bool:
    """Inside the caller's transaction."""
    return bool(connection.execute(select(func.count()).select_from(users)).scalar_one())


def add_user(
    connection: Connection,
    now: int,
    *,
    tenant_id: str,
    email: str,
    name: str,
    password_hash: str | None,
    role: Role,
    by: Actor,
) -> User:
    """Inside the caller's transaction."""
    check_role(role)
    user = User(id=new_id("usr"), email=fields.email(email), name=fields.name(name), created_at=now, disabled_at=None)
    try:
        connection.execute(
            users.insert().values(
                id=user.id, email=user.email, name=user.name, password_hash=password_hash, created_at=now
            )
        )
    except IntegrityError:
        raise AlreadyExists("email", f"a user with the e-mail {user.email!r} exists") from None
    add_membership(connection, now, tenant_id, user.id, role)
    audit.record(
        connection,
        now,
        by,
        "user.created",
        tenant_id=tenant_id,
        subject_id=user.id,
        details={"email": user.email, "role": role},
    )
    return user


def add_membership(connection: Connection, now: int, tenant_id: str, user_id: str, role: Role) -> None:
    """Inside the caller's transaction. Who is a member already keeps their role."""
    held = select(memberships.c.role).where(memberships.c.tenant_id == tenant_id, memberships.c.user_id == user_id)
    if connection.execute(held).first() is None:
        connection.execute(memberships.insert().values(tenant_id=tenant_id, user_id=user_id, role=role, created_at=now))


def member_query() -> Select[tuple[str, str, str, Role, str, str]]:
    """Columns of `Member`, of users who are not disabled."""
    return (
        select(
            users.c.id.label("user_id"),
            users.c.email,
            users.c.name,
            memberships.c.role,
            memberships.c.tenant_id,
            tenants.c.name.label("tenant_name"),
        )
        .join(memberships, memberships.c.user_id == users.c.id)
        .join(tenants, tenants.c.id == memberships.c.tenant_id)
        .where(users.c.disabled_at.is_(None))
    )


def check_role(role: str) -> None:
    """Raises InvalidField."""
    if role not in ROLES:
        raise InvalidField("role", f"role is {role!r}; one of {', '.join(ROLES)} is allowed")
