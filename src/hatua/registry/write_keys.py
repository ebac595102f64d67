"""Write keys: public, several per project, revocable one by one."""

from sqlalchemy import Connection, select

from hatua.registry import audit, fields
from hatua.registry.database import Database
from hatua.registry.errors import InvalidField, UnknownRecord
from hatua.registry.model import SYSTEM, Actor, Project, WriteKey
from hatua.registry.projects import one_project
from hatua.registry.tables import write_keys
from hatua.registry.tokens import WRITE_KEY_PREFIX, new_id, new_token, plausible

ROTATION_OVERLAP_MS = 24 * 3_600_000
MAX_OVERLAP_MS = 30 * 24 * 3_600_000


class WriteKeys(Database):
    """Making and revoking. Looking one up is `Projects.write_key`."""

    def create_write_key(
        self, project_id: str, name: str = "default", *, tenant_id: str | None = None, by: Actor = SYSTEM
    ) -> WriteKey:
        """Raises UnknownRecord (also for a project of another tenant), InvalidField."""
        with self.writing() as connection:
            project = one_project(connection, project_id, tenant_id) if plausible(project_id) else None
            if project is None:
                raise UnknownRecord("no such project")
            return add_write_key(connection, self._now(), project, name, by)

    def revoke_write_key(
        self, project_id: str, key_id: str, *, tenant_id: str | None = None, by: Actor = SYSTEM
    ) -> None:
        """Events sent with it are refused from now on. Revoking twice is fine. Raises UnknownRecord."""
        with self.writing() as connection:
            project = one_project(connection, project_id, tenant_id) if plausible(project_id) else None
            known = {key.id: key for key in project.write_keys} if project else {}
            if project is None or key_id not in known:
                raise UnknownRecord("no such write key")
            now, until = self._now(), known[key_id].revoked_at
            if until is not None and until <= now:
                return
            connection.execute(write_keys.update().where(write_keys.c.id == key_id).values(revoked_at=now))
            audit.record(
                connection,
                now,
                by,
                "write_key.revoked",
                tenant_id=project.tenant_id,
                project_id=project_id,
                subject_id=key_id,
                details={"name": known[key_id].name},
            )

    def rotate_write_key(
        self,
        project_id: str,
        key_id: str,
        *,
        overlap_ms: int = ROTATION_OVERLAP_MS,
        tenant_id: str | None = None,
        by: Actor = SYSTEM,
    ) -> WriteKey:
        """A new key of the same name; the old one goes on working for `overlap_ms`, so that nothing is lost while pages
        and apps are changed. Raises UnknownRecord (also for a revoked key), InvalidField."""
        if not 0 <= overlap_ms <= MAX_OVERLAP_MS:
            raise InvalidField("overlap_hours", f"the old key may go on for 0 to {MAX_OVERLAP_MS // 3_600_000} hours")
        with self.writing() as connection:
            project = one_project(connection, project_id, tenant_id) if plausible(project_id) else None
            old = next((key for key in project.write_keys if key.id == key_id), None) if project else None
            if project is None or old is None or old.revoked_at is not None:
                raise UnknownRecord("no such write key")
            now = self._now()
            until = now + overlap_ms
            connection.execute(write_keys.update().where(write_keys.c.id == key_id).values(revoked_at=until))
            audit.record(
                connection,
                now,
                by,
                "write_key.rotated",
                tenant_id=project.tenant_id,
                project_id=project_id,
                subject_id=key_id,
                details={"name": old.name, "old_key_until": until},
            )
            return add_write_key(connection, now, project, old.name, by)

    def write_keys(self, project_id: str) -> list[WriteKey]:
        """All of one project, revoked ones included, oldest first."""
        query = (
            select(write_keys)
            .where(write_keys.c.project_id == project_id)
            .order_by(write_keys.c.created_at, write_keys.c.id)
        )
        with self.reading() as connection:
            return [WriteKey(**row) for row in connection.execute(query).mappings()]


def add_write_key(connection: Connection, now: int, project: Project, name: str, by: Actor) -> WriteKey:
    """Inside the caller's transaction."""
    key = WriteKey(
        id=new_id("wky"),
        project_id=project.id,
        key=new_token(WRITE_KEY_PREFIX),
        name=fields.name(name),
        created_at=now,
        revoked_at=None,
    )
    connection.execute(write_keys.insert().values({c.name: getattr(key, c.name) for c in write_keys.columns}))
    audit.record(
        connection,
        now,
        by,
        "write_key.created",
        tenant_id=project.tenant_id,
        project_id=project.id,
        subject_id=key.id,
        details={"name": key.name},
    )
    return key
