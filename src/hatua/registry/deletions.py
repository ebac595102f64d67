"""Projects that are deleted: gone from the registry at once, and remembered, so that the stores of events can follow
and nothing of them is stored again."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from hatua.registry import audit
from hatua.registry.database import Database
from hatua.registry.errors import InvalidField, UnknownRecord
from hatua.registry.model import SYSTEM, Actor, ProjectDeletion
from hatua.registry.projects import one_project
from hatua.registry.tables import deleted_projects, metadata, projects
from hatua.registry.tokens import plausible


class Deletions(Database):
    """Begun in the registry; finished by whoever has deleted the events."""

    def begin_project_deletion(
        self, project_id: str, name: str, *, tenant_id: str | None = None, by: Actor = SYSTEM
    ) -> ProjectDeletion:
        """From when this returns there is no such project: its keys open nothing, and what is still on its way is
        nobody's to store. `name`: the project's own, typed by whoever means it.

        Raises UnknownRecord (also for a project of another tenant), InvalidField for another name."""
        with self.writing() as connection:
            project = one_project(connection, project_id, tenant_id) if plausible(project_id) else None
            if project is None:
                raise UnknownRecord("no such project")
            if name != project.name:
                raise InvalidField("name", "this is not the project's name; nothing was deleted")
            begun = ProjectDeletion(
                project_id=project_id, tenant_id=project.tenant_id, name=project.name, deleted_at=self._now()
            )
            connection.execute(
                deleted_projects.insert().values(
                    id=project_id, tenant_id=begun.tenant_id, name=begun.name, deleted_at=begun.deleted_at
                )
            )
            audit.record(
                connection,
                begun.deleted_at,
                by,
                "project.deleted",
                tenant_id=begun.tenant_id,
                project_id=project_id,
                subject_id=project_id,
                details={"name": begun.name} | _drop_all_of(connection, project_id),
            )
        return begun

    def finish_project_deletion(
        self, deletion: ProjectDeletion, receipt: Mapping[str, Any], *, by: Actor = SYSTEM
    ) -> None:
        """Writes that nothing is left, with what there was, into the audit trail. Twice is once."""
        now = self._now()
        unfinished = (deleted_projects.c.id == deletion.project_id) & deleted_projects.c.finished_at.is_(None)
        with self.writing() as connection:
            if connection.execute(deleted_projects.update().where(unfinished).values(finished_at=now)).rowcount:
                audit.record(
                    connection,
                    now,
                    by,
                    "project.data_deleted",
                    tenant_id=deletion.tenant_id,
                    project_id=deletion.project_id,
                    subject_id=deletion.project_id,
                    details={"name": deletion.name} | dict(receipt),
                )

    def unfinished_deletions(self) -> list[ProjectDeletion]:
        """Deleted projects whose events may still be there, oldest first."""
        query = (
            select(deleted_projects)
            .where(deleted_projects.c.finished_at.is_(None))
            .order_by(deleted_projects.c.deleted_at, deleted_projects.c.id)
        )
        with self.reading() as connection:
            return [_deletion(row) for row in connection.execute(query).mappings()]

    def deleted_projects(self) -> frozenset[str]:
        """Ids of all that were ever deleted."""
        with self.reading() as connection:
            return frozenset(connection.execute(select(deleted_projects.c.id)).scalars())


def _drop_all_of(connection: Connection, project_id: str) -> dict[str, int]:
    """Deletes the project and every row that belongs to it; returns how many of each kind."""
    dropped: dict[str, int] = {}
    for table in reversed(metadata.sorted_tables):  # what refers to something before what it refers to
        for column in table.columns:
            if any(key.column is projects.c.id for key in column.foreign_keys):
                gone = connection.execute(table.delete().where(column == project_id)).rowcount
                if gone:
                    dropped[table.name] = gone
    connection.execute(projects.delete().where(projects.c.id == project_id))
    return dropped


def _deletion(row: RowMapping) -> ProjectDeletion:
    return ProjectDeletion(
        project_id=row["id"], tenant_id=row["tenant_id"], name=row["name"], deleted_at=row["deleted_at"]
    )
