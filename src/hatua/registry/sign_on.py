"""Single sign-on: whom a provider vouches for, and which organisations here know them."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from hatua.registry import audit, fields
from hatua.registry.errors import NotInvited
from hatua.registry.invitations import Invitations, join, open_invitations_of
from hatua.registry.model import Actor, NewSession, Role
from hatua.registry.sessions import first_membership, open_session
from hatua.registry.tables import identities, tenants, users
from hatua.registry.users import add_membership, add_user


class SignOn(Invitations):
    """Opening a session for an identity that a provider has proven."""

    def sign_on(
        self,
        issuer: str,
        subject: str,
        *,
        email: str,
        name: str,
        welcome: Mapping[str, tuple[str, Role]] | None = None,
        address: str = "",
        agent: str = "",
    ) -> NewSession:
        """`email` must be one that the provider has verified. Finds the user by (issuer, subject), else by e-mail;
        open invitations of the address are accepted on the way. `welcome`: mail domain -> (tenant id, role), for people
        who come without an invitation. Raises NotInvited, InvalidField."""
        verified = fields.email(email)
        with self.alone() as connection:
            now = self._now()
            user_id, active = _known(connection, issuer, subject, verified)
            invited = open_invitations_of(connection, now, verified)
            offer = (welcome or {}).get(verified.rpartition("@")[2])
            if user_id is not None and not active:
                raise NotInvited("this account is disabled")
            if user_id is None and not invited and offer is None:
                raise NotInvited(f"{verified} has no account here and no invitation")
            if user_id is None:
                tenant_id, role = (
                    (invited[0]["tenant_id"], invited[0]["role"]) if invited else _existing(connection, offer)
                )
                user_id = add_user(
                    connection,
                    now,
                    tenant_id=tenant_id,
                    email=verified,
                    name=_shown_name(name, verified),
                    password_hash=None,
                    role=role,
                    by=Actor("system", "single sign-on", address),
                ).id
            _link(connection, now, (issuer, subject), user_id, address)
            for each in invited:
                join(connection, now, each, user_id, address)
            if offer is not None and first_membership(connection, user_id) is None:
                add_membership(connection, now, *_existing(connection, offer)[:1], user_id, offer[1])
            member = first_membership(connection, user_id)
            if member is None:
                raise NotInvited(f"{verified} belongs to no organisation here")
            return open_session(connection, now, member, "sso", address=address, agent=agent)


def _known(connection: Connection, issuer: str, subject: str, email: str) -> tuple[str | None, bool]:
    """(user id, whether the account is enabled)."""
    linked = (
        select(users.c.id, users.c.disabled_at)
        .join(identities, identities.c.user_id == users.c.id)
        .where(identities.c.issuer == issuer, identities.c.subject == subject)
    )
    row = (
        connection.execute(linked).first()
        or connection.execute(select(users.c.id, users.c.disabled_at).where(users.c.email == email)).first()
    )
    return (row.id, row.disabled_at is None) if row else (None, False)


def _link(connection: Connection, now: int, identity: tuple[str, str], user_id: str, address: str) -> None:
    issuer, subject = identity
    known = select(identities.c.user_id).where(identities.c.issuer == issuer, identities.c.subject == subject)
    if connection.execute(known).first() is not None:
        return
    other = select(identities.c.subject).where(identities.c.issuer == issuer, identities.c.user_id == user_id)
    if connection.execute(other).first() is not None:  # the address was given to somebody else at the provider
        raise NotInvited("this account is linked to another person at the single sign-on provider")
    connection.execute(identities.insert().values(issuer=issuer, subject=subject, user_id=user_id, created_at=now))
    by = Actor("user", user_id, address)
    audit.record_of_user(connection, now, by, "identity.linked", user_id=user_id, details={"issuer": issuer})


def _existing(connection: Connection, offer: tuple[str, Role] | None) -> tuple[str, Role]:
    tenant_id, role = offer or ("", "viewer")
    if connection.execute(select(tenants.c.id).where(tenants.c.id == tenant_id)).first() is None:
        raise NotInvited("the organisation of this mail domain does not exist")
    return tenant_id, role


def _shown_name(name: str, email: str) -> str:
    shown = "".join(each for each in name if each.isprintable()).strip()[: fields.MAX_NAME_CHARS]
    return shown or email.partition("@")[0][: fields.MAX_NAME_CHARS]
