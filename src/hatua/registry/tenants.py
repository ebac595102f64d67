"""Tenants: the organisations that own projects."""

import secrets

from sqlalchemy import Connection, select

from hatua.registry import audit, fields
from hatua.registry.database import Database
from hatua.registry.errors import TenantNotChosen, UnknownRecord
from hatua.registry.model import SYSTEM, Actor, Tenant
from hatua.registry.tables import tenants
from hatua.registry.tokens import new_id, plausible

FIRST_TENANT_NAME = "My organisation"
"""Of the tenant that is made when a project is created before any tenant is; set-up renames it."""

_SHOWN = (tenants.c.id, tenants.c.name, tenants.c.created_at)


class Tenants(Database):
    """Creating, listing, renaming."""

    def create_tenant(self, name: str, *, by: Actor = SYSTEM) -> Tenant:
        """Names need not be unique: they are labels. Raises InvalidField."""
        with self.writing() as connection:
            return add_tenant(connection, self._now(), name, by)

    def tenants(self) -> list[Tenant]:
        """Every tenant, oldest first."""
        with self.reading() as connection:
            rows = connection.execute(select(*_SHOWN).order_by(tenants.c.created_at, tenants.c.id)).mappings().all()
        return [Tenant(**row) for row in rows]

    def tenant(self, tenant_id: str) -> Tenant | None:
        """One tenant."""
        if not plausible(tenant_id):
            return None
        with self.reading() as connection:
            row = connection.execute(select(*_SHOWN).where(tenants.c.id == tenant_id)).mappings().first()
        return Tenant(**row) if row else None

    def mask_key(self, tenant_id: str) -> str:
        """The tenant's secret for pseudonyms: 64 hex characters, the same for ever. Raises UnknownRecord."""
        with self.reading() as connection:
            key: str | None = connection.execute(select(tenants.c.mask_key).where(tenants.c.id == tenant_id)).scalar()
        if key is None:
            raise UnknownRecord("no such tenant")
        return key


def add_tenant(connection: Connection, now: int, name: str, by: Actor) -> Tenant:
    """Inside the caller's transaction."""
    tenant = Tenant(id=new_id("ten"), name=fields.name(name), created_at=now)
    connection.execute(
        tenants.insert().values(id=tenant.id, name=tenant.name, created_at=now, mask_key=secrets.token_hex(32))
    )
    audit.record(
        connection, now, by, "tenant.created", tenant_id=tenant.id, subject_id=tenant.id, details={"name": tenant.name}
    )
    return tenant


def rename_tenant(connection: Connection, now: int, tenant_id: str, name: str, by: Actor) -> None:
    """Inside the caller's transaction."""
    name = fields.name(name, "organisation")
    connection.execute(tenants.update().where(tenants.c.id == tenant_id).values(name=name))
    audit.record(
        connection, now, by, "tenant.renamed", tenant_id=tenant_id, subject_id=tenant_id, details={"name": name}
    )


def chosen_tenant(connection: Connection, now: int, tenant_id: str | None, by: Actor) -> str:
    """The id of the named tenant, else of the only one, else of a new first one.

    Raises UnknownRecord, or TenantNotChosen when there are several to choose from."""
    known = connection.execute(select(tenants.c.id).order_by(tenants.c.created_at).limit(2)).scalars().all()
    if tenant_id is None:
        if len(known) > 1:
            raise TenantNotChosen("several tenants exist; say which one")
        return known[0] if known else add_tenant(connection, now, FIRST_TENANT_NAME, by).id
    if not plausible(tenant_id):
        raise UnknownRecord("no such tenant")
    if connection.execute(select(tenants.c.id).where(tenants.c.id == tenant_id)).first() is None:
        raise UnknownRecord(f"no tenant {tenant_id}")
    return tenant_id
