"""Saved funnels of a project, and the presets that integrations bring along. Definitions are opaque JSON here."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from hatua.registry import audit, fields
from hatua.registry.database import Database
from hatua.registry.errors import InvalidField, UnknownRecord
from hatua.registry.model import SYSTEM, Actor, FunnelPreset, Project, SavedFunnel
from hatua.registry.projects import one_project
from hatua.registry.tables import funnels
from hatua.registry.tokens import new_id, plausible

MAX_FUNNELS = 500
"""Of one project: more than anybody can find again in a menu."""

MAX_NAME_CHARS = 200
MAX_DESCRIPTION_CHARS = 2_000


class Funnels(Database):
    """Listing, saving, changing, forgetting; installing presets. Tenants are the caller's business."""

    def funnels(self, project_id: str) -> list[SavedFunnel]:
        """Oldest first."""
        with self.reading() as connection:
            return _of_project(connection, project_id)

    def project_of_funnel(self, funnel_id: str) -> str | None:
        """The id of the project that a funnel belongs to; None when there is no such funnel."""
        if not plausible(funnel_id):
            return None
        with self.reading() as connection:
            return connection.execute(select(funnels.c.project_id).where(funnels.c.id == funnel_id)).scalar()

    def create_funnel(
        self,
        project_id: str,
        name: str,
        definition: Mapping[str, Any],
        *,
        description: str = "",
        by: Actor = SYSTEM,
    ) -> SavedFunnel:
        """Raises UnknownRecord, InvalidField (also when the project has as many as it may)."""
        with self.alone() as connection:  # two at once must not pass the limit
            project = _project(connection, project_id)
            count = len(_of_project(connection, project_id))
            if count >= MAX_FUNNELS:
                raise InvalidField("name", f"the project has {count} funnels; the limit is {MAX_FUNNELS}")
            now = self._now()
            funnel = SavedFunnel(
                id=new_id("fnl"),
                project_id=project_id,
                name=fields.name(name, most=MAX_NAME_CHARS),
                description=_description(description),
                definition=dict(definition),
                preset=None,
                edited=False,
                created_by=by.id,
                created_at=now,
                updated_at=now,
            )
            _insert(connection, funnel)
            audit.record(connection, now, by, "funnel.created", **_about(project, funnel))
        return funnel

    def change_funnel(
        self, project_id: str, funnel_id: str, changes: Mapping[str, Any], *, by: Actor = SYSTEM
    ) -> SavedFunnel:
        """Sets the named fields: name, description, definition. A preset counts as edited from then on.

        Raises UnknownRecord, InvalidField."""
        values: dict[str, Any] = {}
        for field, value in changes.items():
            match field:
                case "name":
                    values[field] = fields.name(value, most=MAX_NAME_CHARS)
                case "description":
                    values[field] = _description(value)
                case "definition":
                    values[field] = dict(value)
                case _:
                    raise InvalidField(field, f"{field} of a funnel cannot be set")
        with self.writing() as connection:
            project = _project(connection, project_id)
            before = _one(connection, project_id, funnel_id)
            changed = {field: value for field, value in values.items() if getattr(before, field) != value}
            if changed:
                now = self._now()
                connection.execute(
                    funnels.update()
                    .where(funnels.c.id == funnel_id)
                    .values(**changed, edited=before.preset is not None, updated_at=now)
                )
                audit.record(connection, now, by, "funnel.changed", **_about(project, before, changed=sorted(changed)))
            return _one(connection, project_id, funnel_id)

    def delete_funnel(self, project_id: str, funnel_id: str, *, by: Actor = SYSTEM) -> None:
        """Presets too; `install_presets` brings them back. Raises UnknownRecord."""
        with self.writing() as connection:
            project = _project(connection, project_id)
            funnel = _one(connection, project_id, funnel_id)
            connection.execute(funnels.delete().where(funnels.c.id == funnel_id))
            audit.record(connection, self._now(), by, "funnel.deleted", **_about(project, funnel))

    def install_presets(
        self, project_id: str, presets: Sequence[FunnelPreset], *, by: Actor = SYSTEM
    ) -> list[SavedFunnel]:
        """Adds those that the project has not, and brings those that nobody has edited up to date. Returns the
        project's funnels of these presets, in their order. Any number of times. Raises UnknownRecord."""
        with self.alone() as connection:
            project = _project(connection, project_id)
            now = self._now()
            present = {each.preset: each for each in _of_project(connection, project_id) if each.preset is not None}
            for place, preset in enumerate(presets):
                if preset.key in present:
                    _renew(connection, now, present[preset.key], preset)
                    continue
                funnel = SavedFunnel(
                    id=new_id("fnl"),
                    project_id=project_id,
                    name=fields.name(preset.name, most=MAX_NAME_CHARS),
                    description=_description(preset.description),
                    definition=preset.definition,
                    preset=preset.key,
                    edited=False,
                    created_by="",
                    created_at=now + place,  # they list in the order in which they were given
                    updated_at=now + place,
                )
                _insert(connection, funnel)
                audit.record(connection, now, by, "funnel.installed", **_about(project, funnel))
            installed = {each.preset: each for each in _of_project(connection, project_id)}
        return [installed[preset.key] for preset in presets]

    def renew_presets(self, presets: Sequence[FunnelPreset]) -> int:
        """Brings installed presets of every project that nobody has edited up to date, after an upgrade of the
        program; installs none. Returns how many changed."""
        known = {preset.key: preset for preset in presets}
        with self.writing() as connection:
            query = select(funnels).where(funnels.c.preset.in_(list(known)))
            rows = [SavedFunnel(**row) for row in connection.execute(query).mappings()]
            now = self._now()
            return sum(_renew(connection, now, row, known[row.preset]) for row in rows if row.preset is not None)


def _renew(connection: Connection, now: int, funnel: SavedFunnel, preset: FunnelPreset) -> bool:
    """Whether there was anything to renew."""
    fresh = {"name": preset.name, "description": preset.description, "definition": preset.definition}
    if funnel.edited or all(getattr(funnel, field) == value for field, value in fresh.items()):
        return False
    connection.execute(funnels.update().where(funnels.c.id == funnel.id).values(**fresh, updated_at=now))
    return True


def _of_project(connection: Connection, project_id: str) -> list[SavedFunnel]:
    query = select(funnels).where(funnels.c.project_id == project_id).order_by(funnels.c.created_at, funnels.c.id)
    return [SavedFunnel(**row) for row in connection.execute(query).mappings()]


def _one(connection: Connection, project_id: str, funnel_id: str) -> SavedFunnel:
    query = select(funnels).where(funnels.c.id == funnel_id, funnels.c.project_id == project_id)
    row = connection.execute(query).mappings().first() if plausible(funnel_id) else None
    if row is None:
        raise UnknownRecord("no such funnel")
    return SavedFunnel(**row)


def _project(connection: Connection, project_id: str) -> Project:
    project = one_project(connection, project_id, None) if plausible(project_id) else None
    if project is None:
        raise UnknownRecord("no such project")
    return project


def _insert(connection: Connection, funnel: SavedFunnel) -> None:
    connection.execute(funnels.insert().values({c.name: getattr(funnel, c.name) for c in funnels.columns}))


def _description(text: str) -> str:
    if len(text) > MAX_DESCRIPTION_CHARS or "\0" in text:
        raise InvalidField(
            "description",
            f"description has {len(text)} characters; up to {MAX_DESCRIPTION_CHARS}, none of them NUL, are allowed",
        )
    return text


def _about(project: Project, funnel: SavedFunnel, **details: Any) -> dict[str, Any]:
    """What the audit trail says beside when, who and what."""
    return {
        "tenant_id": project.tenant_id,
        "project_id": project.id,
        "subject_id": funnel.id,
        "details": {"name": funnel.name, **details},
    }
