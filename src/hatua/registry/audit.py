"""The audit trail: a row per administrative act, written in its own transaction; the database refuses changes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, func, select

from hatua.registry.database import Database
from hatua.registry.model import Actor, AuditEntry
from hatua.registry.tables import api_keys, audit_log, memberships, users

MAX_PAGE = 1_000


def record(
    connection: Connection,
    at: int,
    by: Actor,
    action: str,
    *,
    tenant_id: str = "",
    project_id: str = "",
    subject_id: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Adds one line. `action` reads `project.created`; `details` holds no secret."""
    connection.execute(
        audit_log.insert().values(
            at=at,
            tenant_id=tenant_id,
            project_id=project_id,
            actor_kind=by.kind,
            actor_id=by.id[:100],
            action=action,
            subject_id=subject_id,
            details=dict(details or {}),
            address=by.address[:64],
        )
    )


def record_of_user(
    connection: Connection,
    at: int,
    by: Actor,
    action: str,
    *,
    user_id: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """A line about a person, in the trail of every organisation they belong to."""
    tenants = connection.execute(select(memberships.c.tenant_id).where(memberships.c.user_id == user_id)).scalars()
    for tenant_id in tenants.all() or [""]:
        record(connection, at, by, action, tenant_id=tenant_id, subject_id=user_id, details=details)


class AuditTrail(Database):
    """Reading the trail; and writing down what was done elsewhere than in the registry."""

    def note(
        self,
        by: Actor,
        action: str,
        *,
        tenant_id: str = "",
        project_id: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """One line of its own; arguments as for `record`."""
        with self.writing() as connection:
            record(connection, self._now(), by, action, tenant_id=tenant_id, project_id=project_id, details=details)

    def audit(
        self, tenant_id: str, limit: int = 100, before_id: int | None = None, *, action: str = ""
    ) -> list[AuditEntry]:
        """Newest first; page with `before_id` = the last id seen. At most 1,000 a page. `action`: of this kind only,
        or of all kinds that begin with it and a dot (`member`)."""
        subjects = users.alias("subjects")
        query = (
            select(
                audit_log,
                func.coalesce(users.c.email, api_keys.c.name).label("actor_name"),
                subjects.c.email.label("subject_name"),
            )
            .outerjoin(users, and_(audit_log.c.actor_kind == "user", users.c.id == audit_log.c.actor_id))
            .outerjoin(api_keys, and_(audit_log.c.actor_kind == "api_key", api_keys.c.id == audit_log.c.actor_id))
            .outerjoin(subjects, subjects.c.id == audit_log.c.subject_id)
            .where(audit_log.c.tenant_id == tenant_id)
            .order_by(audit_log.c.id.desc())
        )
        if before_id is not None:
            query = query.where(audit_log.c.id < before_id)
        if action:
            query = query.where(
                (audit_log.c.action == action) | audit_log.c.action.startswith(action + ".", autoescape=True)
            )
        with self.reading() as connection:
            rows = connection.execute(query.limit(min(limit, MAX_PAGE))).mappings().all()
        return [AuditEntry(**row) for row in rows]
