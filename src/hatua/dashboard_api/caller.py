"""Who is asking, and what of the data they may see."""

from typing import Literal

import msgspec

from hatua.registry.model import Actor, ApiKeyAccess, Role, Scope, SessionAccess

Way = Literal["session", "api_key"]


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """A person with a session, or a script with an API key.

    `project_id`: the only project an API key reaches; None for people, who reach every project of their tenant.
    `address`: where the request comes from.
    """

    way: Way
    id: str
    tenant_id: str
    role: Role | None = None
    scopes: tuple[Scope, ...] = ()
    project_id: str | None = None
    csrf: str = ""
    address: str = ""
    session: SessionAccess | None = None

    @property
    def sees_personal_data(self) -> bool:
        """Admins do, and keys that may export; everybody else gets pseudonyms."""
        return self.role == "admin" or "export" in self.scopes

    @property
    def account(self) -> str:
        """Whose requests count together."""
        return f"{self.way}:{self.id}"

    @property
    def actor(self) -> Actor:
        """For the audit trail."""
        return Actor("user" if self.way == "session" else "api_key", self.id, self.address)


def caller_of_session(access: SessionAccess, address: str = "") -> Caller:
    """A signed-in person."""
    return Caller(
        way="session",
        id=access.member.user_id,
        tenant_id=access.member.tenant_id,
        role=access.member.role,
        csrf=access.csrf,
        address=address,
        session=access,
    )


def caller_of_key(access: ApiKeyAccess, address: str = "") -> Caller:
    """A script with a valid key."""
    return Caller(
        way="api_key",
        id=access.key_id,
        tenant_id=access.tenant_id,
        scopes=access.scopes,
        project_id=access.project_id,
        address=address,
    )
