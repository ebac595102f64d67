"""API keys: secrets for scripts. Shown once, stored as SHA-256, scoped to one project."""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import RowMapping, select

from hatua.registry import audit, fields
from hatua.registry.database import Database
from hatua.registry.errors import InvalidField, RegistryUnavailable, UnknownRecord
from hatua.registry.model import SCOPES, SYSTEM, Actor, ApiKey, ApiKeyAccess, Scope
from hatua.registry.projects import one_project
from hatua.registry.tables import api_keys, projects
from hatua.registry.tokens import API_KEY_PREFIX, API_KEY_SHOWN_CHARS, digest, new_id, new_token, plausible

LAST_USED_EVERY_MS = 60_000
"""`last_used_at` is this coarse, so that a busy script does not write to the database on every call."""


class ApiKeys(Database):
    """Making, listing, revoking, and looking up a presented key."""

    def create_api_key(
        self,
        project_id: str,
        scopes: Sequence[Scope] = ("read",),
        name: str = "default",
        *,
        tenant_id: str | None = None,
        by: Actor = SYSTEM,
    ) -> tuple[ApiKey, str]:
        """(the record, the key in plain text, which cannot be had again). Raises UnknownRecord, InvalidField."""
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown or not scopes:
            raise InvalidField("scopes", f"scopes is {list(scopes)!r}; one or more of {', '.join(SCOPES)} are allowed")
        plain = new_token(API_KEY_PREFIX)
        with self.writing() as connection:
            project = one_project(connection, project_id, tenant_id) if plausible(project_id) else None
            if project is None:
                raise UnknownRecord("no such project")
            key = ApiKey(
                id=new_id("aky"),
                project_id=project_id,
                name=fields.name(name),
                prefix=plain[:API_KEY_SHOWN_CHARS],
                scopes=tuple(scope for scope in SCOPES if scope in scopes),
                created_at=self._now(),
                last_used_at=None,
                revoked_at=None,
            )
            connection.execute(
                api_keys.insert().values(
                    id=key.id,
                    project_id=project_id,
                    name=key.name,
                    prefix=key.prefix,
                    key_hash=digest(plain),
                    scopes=list(key.scopes),
                    created_at=key.created_at,
                )
            )
            audit.record(
                connection,
                key.created_at,
                by,
                "api_key.created",
                tenant_id=project.tenant_id,
                project_id=project_id,
                subject_id=key.id,
                details={"name": key.name, "scopes": list(key.scopes)},
            )
        return key, plain

    def api_key(self, plain: str) -> ApiKeyAccess | None:
        """What a presented key is good for; None when unknown or revoked. Notes its use, to the minute."""
        if not plausible(plain) or not plain.startswith(API_KEY_PREFIX):
            return None
        query = (
            select(
                api_keys.c.id, api_keys.c.project_id, api_keys.c.scopes, api_keys.c.last_used_at, projects.c.tenant_id
            )
            .join(projects, projects.c.id == api_keys.c.project_id)
            .where(api_keys.c.key_hash == digest(plain), api_keys.c.revoked_at.is_(None))
        )
        with self.reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        now = self._now()
        if row["last_used_at"] is None or now - row["last_used_at"] >= LAST_USED_EVERY_MS:
            # A database that can be read but not written now must not lock scripts out.
            with suppress(RegistryUnavailable), self.writing() as connection:
                connection.execute(api_keys.update().where(api_keys.c.id == row["id"]).values(last_used_at=now))
        return ApiKeyAccess(
            key_id=row["id"],
            tenant_id=row["tenant_id"],
            project_id=row["project_id"],
            scopes=tuple(row["scopes"]),
        )

    def api_keys(self, *, tenant_id: str | None = None, project_id: str | None = None) -> list[ApiKey]:
        """Live keys, oldest first."""
        query = (
            select(api_keys)
            .join(projects, projects.c.id == api_keys.c.project_id)
            .where(api_keys.c.revoked_at.is_(None))
            .order_by(api_keys.c.created_at, api_keys.c.id)
        )
        if tenant_id is not None:
            query = query.where(projects.c.tenant_id == tenant_id)
        if project_id is not None:
            query = query.where(projects.c.id == project_id)
        with self.reading() as connection:
            return [_record(row) for row in connection.execute(query).mappings()]

    def revoke_api_key(self, key_id: str, *, tenant_id: str | None = None, by: Actor = SYSTEM) -> None:
        """The key stops working at once. Raises UnknownRecord (also when already revoked, or of another tenant)."""
        if not plausible(key_id):
            raise UnknownRecord("no such API key")
        query = (
            select(api_keys.c.name, projects.c.id, projects.c.tenant_id)
            .join(projects, projects.c.id == api_keys.c.project_id)
            .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        )
        if tenant_id is not None:
            query = query.where(projects.c.tenant_id == tenant_id)
        with self.writing() as connection:
            row = connection.execute(query).mappings().first()
            if row is None:
                raise UnknownRecord("no such API key")
            now = self._now()
            connection.execute(api_keys.update().where(api_keys.c.id == key_id).values(revoked_at=now))
            audit.record(
                connection,
                now,
                by,
                "api_key.revoked",
                tenant_id=row["tenant_id"],
                project_id=row["id"],
                subject_id=key_id,
                details={"name": row["name"]},
            )


def _record(row: RowMapping) -> ApiKey:
    return ApiKey(
        id=row["id"],
        project_id=row["project_id"],
        name=row["name"],
        prefix=row["prefix"],
        scopes=tuple(row["scopes"]),
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )
