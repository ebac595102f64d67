"""Projects: one application's events and how they are kept."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from sqlalchemy import Connection, RowMapping, or_, select
from sqlalchemy.exc import IntegrityError

from hatua.registry import audit, fields
from hatua.registry.database import Database
from hatua.registry.errors import AlreadyExists, InvalidField, UnknownRecord
from hatua.registry.model import SYSTEM, Actor, Cookieless, HonourGpc, KeepIp, Project, ProjectAccess, WriteKey
from hatua.registry.tables import projects, write_keys
from hatua.registry.tenants import chosen_tenant
from hatua.registry.tokens import new_id, plausible

DEFAULT_TIMEZONE = "UTC"
DEFAULT_GOAL = "return_filed"
DEFAULT_RETENTION_DAYS = 730
"""Two years: this year and a whole one to compare it with."""

_CHOICES: dict[str, tuple[str, ...]] = {
    "keep_ip": get_args(KeepIp),
    "honour_gpc": get_args(HonourGpc),
    "cookieless": get_args(Cookieless),
}


class Projects(Database):
    """Creating, listing, changing, and the look-ups of the capture path."""

    def create_project(
        self,
        name: str,
        tenant_id: str | None = None,
        *,
        timezone: str = DEFAULT_TIMEZONE,
        allowed_origins: Sequence[str] = (),
        default_goal: str = DEFAULT_GOAL,
        by: Actor = SYSTEM,
    ) -> Project:
        """Without `tenant_id`: in the only tenant, or in a first one made now. Has no write key yet.

        Raises InvalidField, AlreadyExists (the name is taken in this tenant), UnknownRecord, TenantNotChosen."""
        with self.alone() as connection:  # two first projects at once must not make two first tenants
            now = self._now()
            owner = chosen_tenant(connection, now, tenant_id, by)
            return add_project(
                connection,
                now,
                owner,
                name,
                by,
                timezone=timezone,
                allowed_origins=allowed_origins,
                default_goal=default_goal,
            )

    def projects(self, tenant_id: str | None = None) -> list[Project]:
        """All projects with their write keys, oldest first; of one tenant when it is named."""
        query = select(projects).order_by(projects.c.created_at, projects.c.id)
        if tenant_id is not None:
            query = query.where(projects.c.tenant_id == tenant_id)
        with self.reading() as connection:
            return _with_keys(connection, connection.execute(query).mappings().all())

    def project_record(self, project_id: str, tenant_id: str | None = None) -> Project | None:
        """One project with its write keys; None when unknown or, with `tenant_id`, of another tenant."""
        if not plausible(project_id):
            return None
        with self.reading() as connection:
            return one_project(connection, project_id, tenant_id)

    def find_project(self, name_or_id: str, tenant_id: str | None = None) -> Project | None:
        """By id, else by exact name. Raises InvalidField when projects of several tenants bear the name."""
        found = [project for project in self.projects(tenant_id) if name_or_id in (project.id, project.name)]
        exact = [project for project in found if project.id == name_or_id] or found
        if len(exact) > 1:
            raise InvalidField("project", f"{len(exact)} projects are named {name_or_id!r}; use the id")
        return exact[0] if exact else None

    def project(self, project_id: str) -> ProjectAccess | None:
        """What the processor needs to know."""
        if not plausible(project_id):
            return None
        with self.reading() as connection:
            row = connection.execute(select(projects).where(projects.c.id == project_id)).mappings().first()
        return _access(row) if row else None

    def write_key(self, key: str) -> ProjectAccess | None:
        """The project that a live write key writes to; None when unknown or revoked. One indexed query."""
        if not plausible(key):
            return None
        query = (
            select(projects)
            .join(write_keys, write_keys.c.project_id == projects.c.id)
            .where(
                write_keys.c.key == key,
                or_(write_keys.c.revoked_at.is_(None), write_keys.c.revoked_at > self._now()),
            )
        )
        with self.reading() as connection:
            row = connection.execute(query).mappings().first()
        return _access(row) if row else None

    def change_project(
        self, project_id: str, changes: Mapping[str, Any], *, tenant_id: str | None = None, by: Actor = SYSTEM
    ) -> Project:
        """Sets the named fields: name, timezone, allowed_origins, default_goal, retention_days, keep_ip, hash_phones,
        honour_gpc, cookieless.

        Raises InvalidField, AlreadyExists, UnknownRecord (also for a project of another tenant)."""
        values = {field: _checked(field, value) for field, value in changes.items()}
        with self.writing() as connection:
            before = one_project(connection, project_id, tenant_id) if plausible(project_id) else None
            if before is None:
                raise UnknownRecord("no such project")
            changed = {field: value for field, value in values.items() if getattr(before, field) != value}
            if changed:
                stored = {f: list(v) if isinstance(v, tuple) else v for f, v in changed.items()}
                with _unique_name(changed.get("name", before.name)):
                    connection.execute(projects.update().where(projects.c.id == project_id).values(stored))
                audit.record(
                    connection,
                    self._now(),
                    by,
                    "project.changed",
                    tenant_id=before.tenant_id,
                    project_id=project_id,
                    subject_id=project_id,
                    details={field: {"from": getattr(before, field), "to": value} for field, value in changed.items()},
                )
            after = one_project(connection, project_id, tenant_id)
        if after is None:
            raise UnknownRecord("no such project")
        return after


def add_project(
    connection: Connection,
    now: int,
    tenant_id: str,
    name: str,
    by: Actor,
    *,
    timezone: str = DEFAULT_TIMEZONE,
    allowed_origins: Sequence[str] = (),
    default_goal: str = DEFAULT_GOAL,
) -> Project:
    """Inside the caller's transaction."""
    project = Project(
        id=new_id("prj"),
        tenant_id=tenant_id,
        name=fields.name(name),
        timezone=fields.timezone(timezone),
        default_goal=fields.name(default_goal, "default_goal"),
        allowed_origins=fields.origins(allowed_origins),
        retention_days=DEFAULT_RETENTION_DAYS,
        keep_ip="none",
        hash_phones=False,
        created_at=now,
    )
    values = {column.name: getattr(project, column.name) for column in projects.columns}
    values["allowed_origins"] = list(project.allowed_origins)
    with _unique_name(project.name):
        connection.execute(projects.insert().values(values))
    audit.record(
        connection,
        now,
        by,
        "project.created",
        tenant_id=tenant_id,
        project_id=project.id,
        subject_id=project.id,
        details={"name": project.name, "timezone": project.timezone},
    )
    return project


def one_project(connection: Connection, project_id: str, tenant_id: str | None) -> Project | None:
    """Inside the caller's transaction; None when unknown or of another tenant."""
    query = select(projects).where(projects.c.id == project_id)
    if tenant_id is not None:
        query = query.where(projects.c.tenant_id == tenant_id)
    found = _with_keys(connection, connection.execute(query).mappings().all())
    return found[0] if found else None


def _with_keys(connection: Connection, rows: Sequence[RowMapping]) -> list[Project]:
    keys: dict[str, list[WriteKey]] = {row["id"]: [] for row in rows}
    query = (
        select(write_keys)
        .where(write_keys.c.project_id.in_(list(keys)))
        .order_by(write_keys.c.created_at, write_keys.c.id)
    )
    for row in connection.execute(query).mappings():
        keys[row["project_id"]].append(WriteKey(**row))
    return [
        Project(**{**row, "allowed_origins": tuple(row["allowed_origins"]), "write_keys": tuple(keys[row["id"]])})
        for row in rows
    ]


def _access(row: RowMapping) -> ProjectAccess:
    return ProjectAccess(
        tenant_id=row["tenant_id"],
        project_id=row["id"],
        name=row["name"],
        timezone=row["timezone"],
        default_goal=row["default_goal"],
        allowed_origins=tuple(row["allowed_origins"]),
        retention_days=row["retention_days"],
        keep_ip=row["keep_ip"],
        hash_phones=row["hash_phones"],
        honour_gpc=row["honour_gpc"],
        cookieless=row["cookieless"],
    )


def _checked(field: str, value: Any) -> Any:
    match field:
        case "name" | "default_goal":
            return fields.name(value, field)
        case "timezone":
            return fields.timezone(value)
        case "allowed_origins":
            return fields.origins(value)
        case "retention_days":
            return fields.retention_days(value)
        case "keep_ip" | "honour_gpc" | "cookieless" if value in _CHOICES[field]:
            return value
        case "hash_phones":
            return bool(value)
    raise InvalidField(field, f"{field} cannot be set to {value!r}")


class _unique_name:
    """Turns the unique constraint's refusal into a fact."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, problem: BaseException | None, _trace: object) -> None:
        if isinstance(problem, IntegrityError):
            raise AlreadyExists("name", f"a project named {self._name!r} exists") from None
