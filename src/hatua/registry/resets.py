"""Forgotten passwords: a link that sets a new one, once. It does not sign in, so a second factor still stands."""

from sqlalchemy import func, select

from hatua.registry import audit
from hatua.registry.database import Database
from hatua.registry.errors import InvalidLink, UnknownRecord
from hatua.registry.failures import forget_failures
from hatua.registry.model import SYSTEM, Actor
from hatua.registry.passwords import hash_password
from hatua.registry.tables import login_sessions, password_resets, users
from hatua.registry.tokens import digest, new_token, plausible

RESET_BY_MAIL_MS = 3_600_000
RESET_BY_ADMIN_MS = 24 * 3_600_000
"""An admin hands the link over by some other way, which takes longer."""

MAX_MAILS_PER_HOUR = 3
"""To one account; who asks more often is told the same and nothing is sent."""


class PasswordResets(Database):
    """Making and spending the links."""

    def create_password_reset(self, user_id: str, *, valid_ms: int = RESET_BY_ADMIN_MS, by: Actor = SYSTEM) -> str:
        """A token for `/reset/#token=...`. Raises UnknownRecord (also for a disabled user)."""
        token = new_token()
        with self.writing() as connection:
            known = select(users.c.id).where(users.c.id == user_id, users.c.disabled_at.is_(None))
            if not plausible(user_id) or connection.execute(known).first() is None:
                raise UnknownRecord("no such user")
            now = self._now()
            connection.execute(password_resets.delete().where(password_resets.c.expires_at <= now))
            connection.execute(
                password_resets.insert().values(
                    token_hash=digest(token), user_id=user_id, created_at=now, expires_at=now + valid_ms
                )
            )
            audit.record_of_user(connection, now, by, "password_reset.created", user_id=user_id)
        return token

    def password_reset_for_mail(self, email: str, address: str = "") -> str | None:
        """A token to be mailed to this address; None when it has no account here, or was mailed often enough."""
        with self.reading() as connection:
            query = select(users.c.id).where(users.c.email == email.strip().lower(), users.c.disabled_at.is_(None))
            user_id = connection.execute(query).scalar() if "\x00" not in email else None
            if user_id is None:
                return None
            lately = (
                select(func.count())
                .select_from(password_resets)
                .where(
                    password_resets.c.user_id == user_id,
                    password_resets.c.created_at > self._now() - RESET_BY_MAIL_MS,
                )
            )
            if connection.execute(lately).scalar_one() >= MAX_MAILS_PER_HOUR:
                return None
        by = Actor("system", "asked by e-mail", address)
        return self.create_password_reset(user_id, valid_ms=RESET_BY_MAIL_MS, by=by)

    def reset_password(self, token: str, password: str, address: str = "") -> None:
        """Sets the password, ends every session of the user and every other such link, and forgets failed sign-ins.

        Raises InvalidLink; InvalidField, and then the link still works."""
        hashed = hash_password(password) if self._live(token) else ""
        spent = (
            password_resets.delete()
            .where(password_resets.c.token_hash == digest(token), password_resets.c.expires_at > self._now())
            .returning(password_resets.c.user_id)
        )
        with self.writing() as connection:
            user_id = connection.execute(spent).scalar() if hashed else None
            if user_id is None:
                raise InvalidLink("this link is unknown, expired or used; ask for another")
            now = self._now()
            connection.execute(users.update().where(users.c.id == user_id).values(password_hash=hashed))
            for table in (login_sessions, password_resets):
                connection.execute(table.delete().where(table.c.user_id == user_id))
            email = connection.execute(select(users.c.email).where(users.c.id == user_id)).scalar_one()
            forget_failures(connection, now, [f"email:{email}"])
            by = Actor("user", user_id, address)
            audit.record_of_user(connection, now, by, "password_reset.used", user_id=user_id)

    def _live(self, token: str) -> bool:
        if not plausible(token):
            return False
        query = select(password_resets.c.user_id).where(
            password_resets.c.token_hash == digest(token), password_resets.c.expires_at > self._now()
        )
        with self.reading() as connection:
            return connection.execute(query).first() is not None
