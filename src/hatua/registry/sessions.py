"""Signing in: passwords, one-time links, and the sessions that follow."""

from sqlalchemy import Connection, select

from hatua.registry import audit, fields
from hatua.registry.database import Database
from hatua.registry.errors import (
    InvalidField,
    SecondFactorNeeded,
    SignInDelayed,
    UnknownRecord,
    WrongCode,
    WrongCredentials,
)
from hatua.registry.failures import delay_s, forget_failures, note_failure
from hatua.registry.model import SYSTEM, Actor, Member, NewSession, SessionAccess
from hatua.registry.passwords import hash_password, matches, wants_rehash
from hatua.registry.second_factor import spend_code
from hatua.registry.tables import login_sessions, memberships, sign_in_links, users
from hatua.registry.tokens import digest, new_id, new_token, plausible
from hatua.registry.users import member_query

SESSION_MS = 14 * 86_400_000
"""Fourteen days from signing in, used or not."""

SIGN_IN_LINK_MS = 15 * 60_000
"""A link is opened right after it is printed."""


class LoginSessions(Database):
    """Opening, checking and ending sessions."""

    def sign_in(self, email: str, password: str, address: str = "", *, code: str = "", agent: str = "") -> NewSession:
        """Opens a session. Takes about 150 ms of CPU whoever asks (argon2id), so call it from a thread.

        `address` and `agent`: where the browser is and what it calls itself, for the list of sessions.
        Raises what `prove` raises."""
        user_id = self.prove(email, password, address, code=code)
        with self.writing() as connection:
            member = first_membership(connection, user_id)
            if member is None:
                raise WrongCredentials("e-mail or password is wrong")
            return open_session(connection, self._now(), member, "password", address=address, agent=agent)

    def prove(self, email: str, password: str, address: str = "", *, code: str = "", needs_code: bool = True) -> str:
        """The id of the user whose e-mail, password and (when the second factor is on) code these are.

        Failures, wrong codes included, are counted per e-mail and per client address; past a limit the next attempts
        are refused unseen for a growing time. Raises WrongCredentials, SecondFactorNeeded, WrongCode, SignInDelayed."""
        subjects = ["email:" + email.strip().lower()[: fields.MAX_EMAIL_CHARS]]
        if address:
            subjects.append("address:" + address)
        with self.reading() as connection:
            delayed = delay_s(connection, self._now(), subjects)
            if delayed:
                raise SignInDelayed(delayed)
            found = _guards_of(connection, email)
        user_id, stored, second_factor = found or ("", None, False)
        if not matches(stored, password):
            with self.writing() as connection:
                note_failure(connection, self._now(), subjects)
            raise WrongCredentials("e-mail or password is wrong")
        if second_factor and needs_code and not code:
            raise SecondFactorNeeded("a code of your authenticator app is needed too")
        renewed = hash_password(password) if stored is not None and wants_rehash(stored) else None
        with self.writing() as connection:
            now = self._now()
            right = not second_factor or not needs_code or spend_code(connection, self.sealer, now, user_id, code)
            if right:
                forget_failures(connection, now, subjects)
            else:
                note_failure(connection, now, subjects)
            if renewed is not None:
                connection.execute(users.update().where(users.c.id == user_id).values(password_hash=renewed))
        if not right:
            raise WrongCode("the code is wrong, or was used before")
        return user_id

    def session(self, token: str) -> SessionAccess | None:
        """The live session of a cookie; None when unknown, expired, or its user lost access."""
        if not plausible(token):
            return None
        query = (
            member_query()
            .add_columns(login_sessions.c.id, login_sessions.c.csrf, login_sessions.c.expires_at)
            .join(
                login_sessions,
                (login_sessions.c.user_id == users.c.id) & (login_sessions.c.tenant_id == memberships.c.tenant_id),
            )
            .where(login_sessions.c.token_hash == digest(token), login_sessions.c.expires_at > self._now())
        )
        with self.reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        values = dict(row)
        own = {name: values.pop(name) for name in ("id", "csrf", "expires_at")}
        return SessionAccess(member=Member(**values), **own)

    def sign_out(self, token: str) -> None:
        """Ends the session of a cookie; an unknown one is fine."""
        with self.writing() as connection:
            connection.execute(login_sessions.delete().where(login_sessions.c.token_hash == digest(token)))

    def create_sign_in_link(self, user_id: str, *, valid_ms: int = SIGN_IN_LINK_MS, by: Actor = SYSTEM) -> str:
        """A token for `/auth/open?token=...` that signs this user in once. Raises UnknownRecord."""
        token = new_token()
        with self.writing() as connection:
            if not plausible(user_id) or first_membership(connection, user_id) is None:
                raise UnknownRecord("no such user")
            now = self._now()
            connection.execute(sign_in_links.delete().where(sign_in_links.c.expires_at <= now))
            connection.execute(
                sign_in_links.insert().values(
                    token_hash=digest(token), user_id=user_id, created_at=now, expires_at=now + valid_ms
                )
            )
            audit.record_of_user(connection, now, by, "sign_in_link.created", user_id=user_id)
        return token

    def open_sign_in_link(self, token: str, address: str = "", agent: str = "") -> NewSession | None:
        """Spends the link and opens a session; None when unknown, expired or spent. Two at once: one wins."""
        if not plausible(token):
            return None
        spent = (
            sign_in_links.delete()
            .where(sign_in_links.c.token_hash == digest(token), sign_in_links.c.expires_at > self._now())
            .returning(sign_in_links.c.user_id)
        )
        with self.writing() as connection:
            user_id = connection.execute(spent).scalar()
            member = first_membership(connection, user_id) if user_id is not None else None
            return (
                open_session(connection, self._now(), member, "link", address=address, agent=agent) if member else None
            )


def open_session(
    connection: Connection, now: int, member: Member, how: str, *, address: str = "", agent: str = ""
) -> NewSession:
    """Inside the caller's transaction. Expired sessions of anybody are swept on the way."""
    session = NewSession(token=new_token(), csrf=new_token(), expires_at=now + SESSION_MS, member=member)
    connection.execute(login_sessions.delete().where(login_sessions.c.expires_at <= now))
    connection.execute(
        login_sessions.insert().values(
            token_hash=digest(session.token),
            user_id=member.user_id,
            tenant_id=member.tenant_id,
            csrf=session.csrf,
            created_at=now,
            expires_at=session.expires_at,
            id=new_id("ses"),
            how=how,
            address=address[:64],
            agent=shown_agent(agent),
        )
    )
    audit.record(
        connection,
        now,
        Actor("user", member.user_id, address),
        "session.opened",
        tenant_id=member.tenant_id,
        subject_id=member.user_id,
        details={"how": how},
    )
    return session


def shown_agent(agent: str) -> str:
    """A User-Agent header as it is kept: 200 printable characters."""
    return "".join(each for each in agent if each.isprintable())[:200]


def first_membership(connection: Connection, user_id: str) -> Member | None:
    """The organisation that a new session starts in: the one joined first."""
    query = member_query().where(users.c.id == user_id).order_by(memberships.c.created_at, memberships.c.tenant_id)
    row = connection.execute(query.limit(1)).mappings().first()
    return Member(**row) if row else None


def _guards_of(connection: Connection, email: str) -> tuple[str, str | None, bool] | None:
    """(user id, password hash, whether the second factor is on)."""
    try:
        wanted = fields.email(email)
    except InvalidField:
        return None
    query = select(users.c.id, users.c.password_hash, users.c.totp_since).where(
        users.c.email == wanted, users.c.disabled_at.is_(None)
    )
    row = connection.execute(query).first()
    return (row.id, row.password_hash, row.totp_since is not None) if row else None
