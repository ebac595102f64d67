"""What people do with their own account: name, password, sessions, which organisation they look at."""

from sqlalchemy import select

from hatua.registry import audit, fields
from hatua.registry.database import Database
from hatua.registry.errors import UnknownRecord
from hatua.registry.model import AccountRecord, Actor, Member, SessionRecord
from hatua.registry.passwords import hash_password
from hatua.registry.second_factor import codes_left
from hatua.registry.tables import login_sessions, memberships, password_resets, users
from hatua.registry.tokens import plausible
from hatua.registry.users import member_query


class Accounts(Database):
    """Of the user who asks. That the password was given is proven by `LoginSessions.prove` before."""

    def account(self, user_id: str) -> AccountRecord:
        """How the account is guarded. Raises UnknownRecord."""
        query = select(users.c.password_hash, users.c.totp_since).where(users.c.id == user_id)
        with self.reading() as connection:
            row = connection.execute(query).first()
            if row is None:
                raise UnknownRecord("no such user")
            return AccountRecord(
                has_password=row.password_hash is not None,
                second_factor_since=row.totp_since,
                recovery_codes_left=codes_left(connection, user_id),
            )

    def rename_user(self, user_id: str, name: str, *, by: Actor) -> None:
        """Raises InvalidField, UnknownRecord."""
        name = fields.name(name)
        with self.writing() as connection:
            if connection.execute(users.update().where(users.c.id == user_id).values(name=name)).rowcount == 0:
                raise UnknownRecord("no such user")
            audit.record_of_user(connection, self._now(), by, "user.renamed", user_id=user_id, details={"name": name})

    def change_password(self, user_id: str, password: str, *, keep_session: str, by: Actor) -> None:
        """Ends every other session of the user, and every reset link. Raises InvalidField, UnknownRecord."""
        hashed = hash_password(password)
        with self.writing() as connection:
            changed = connection.execute(users.update().where(users.c.id == user_id).values(password_hash=hashed))
            if changed.rowcount == 0:
                raise UnknownRecord("no such user")
            connection.execute(
                login_sessions.delete().where(login_sessions.c.user_id == user_id, login_sessions.c.id != keep_session)
            )
            connection.execute(password_resets.delete().where(password_resets.c.user_id == user_id))
            audit.record_of_user(connection, self._now(), by, "user.password_changed", user_id=user_id)

    def sessions(self, user_id: str) -> list[SessionRecord]:
        """The live ones of this user, newest first."""
        query = (
            select(*(login_sessions.c[name] for name in SessionRecord.__struct_fields__))
            .where(login_sessions.c.user_id == user_id, login_sessions.c.expires_at > self._now())
            .order_by(login_sessions.c.created_at.desc(), login_sessions.c.id)
        )
        with self.reading() as connection:
            return [SessionRecord(**row) for row in connection.execute(query).mappings()]

    def end_session(self, user_id: str, session_id: str, *, by: Actor) -> None:
        """Signs one browser out. Raises UnknownRecord (also for somebody else's)."""
        with self.writing() as connection:
            ended = login_sessions.delete().where(
                login_sessions.c.user_id == user_id, login_sessions.c.id == session_id
            )
            if not plausible(session_id) or connection.execute(ended).rowcount == 0:
                raise UnknownRecord("no such session")
            audit.record_of_user(connection, self._now(), by, "session.ended", user_id=user_id)

    def sign_out_everywhere(self, user_id: str, *, by: Actor) -> int:
        """Ends every session of the user, this one included; returns how many there were."""
        with self.writing() as connection:
            ended = connection.execute(login_sessions.delete().where(login_sessions.c.user_id == user_id)).rowcount
            audit.record_of_user(
                connection, self._now(), by, "session.all_ended", user_id=user_id, details={"sessions": ended}
            )
        return ended

    def choose_organisation(self, user_id: str, session_id: str, tenant_id: str) -> Member:
        """Points a session at another tenant that the user belongs to. Raises UnknownRecord for any other."""
        query = member_query().where(users.c.id == user_id, memberships.c.tenant_id == tenant_id)
        with self.writing() as connection:
            row = connection.execute(query).mappings().first() if plausible(tenant_id) else None
            if row is None:
                raise UnknownRecord("no such organisation")
            connection.execute(
                login_sessions.update()
                .where(login_sessions.c.id == session_id, login_sessions.c.user_id == user_id)
                .values(tenant_id=tenant_id)
            )
        return Member(**row)
