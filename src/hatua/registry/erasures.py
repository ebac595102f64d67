"""Who has been erased, as hashes that only this installation's secret can make; and what was done about it.

The processor asks here before it stores anything, so an erased person's events come back from nowhere: not from the
queue, not from dead letters, not from a client that kept them, not from an import."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, func, select

from hatua.registry import audit
from hatua.registry.database import Database
from hatua.registry.errors import UnknownRecord
from hatua.registry.model import SYSTEM, Actor, ErasedId, Erasure
from hatua.registry.projects import one_project
from hatua.registry.tables import deleted_projects, erased_ids, erasures
from hatua.registry.tokens import new_id


class Erasures(Database):
    """Append-only but for the receipt, which is written once."""

    def begin_erasure(
        self,
        project_id: str,
        id_hashes: Sequence[str],
        key_check: str,
        *,
        tenant_id: str | None = None,
        by: Actor = SYSTEM,
    ) -> Erasure:
        """From when this returns, events of these ids up to now are nobody's to store. `key_check` tells which secret
        made the hashes. Raises UnknownRecord for a project that is not there or another tenant's."""
        with self.writing() as connection:
            project = one_project(connection, project_id, tenant_id)
            if project is None:
                raise UnknownRecord("no such project")
            begun = Erasure(
                id=new_id("ers"),
                project_id=project_id,
                tenant_id=project.tenant_id,
                erased_at=self._now(),
                finished_at=None,
                receipt={},
            )
            connection.execute(
                erasures.insert().values(
                    id=begun.id,
                    project_id=project_id,
                    tenant_id=project.tenant_id,
                    erased_at=begun.erased_at,
                    key_check=key_check,
                    receipt={},
                )
            )
            connection.execute(
                erased_ids.insert(), [{"erasure_id": begun.id, "id_hash": one} for one in dict.fromkeys(id_hashes)]
            )
            audit.record(
                connection,
                begun.erased_at,
                by,
                "person.erasure_begun",
                tenant_id=project.tenant_id,
                project_id=project_id,
                subject_id=begun.id,
                details={"ids": len(set(id_hashes))},
            )
        return begun

    def finish_erasure(self, erasure: Erasure, receipt: dict[str, Any], *, by: Actor = SYSTEM) -> Erasure:
        """Writes the receipt, and the line about it in the audit trail. Neither names the person."""
        now = self._now()
        with self.writing() as connection:
            connection.execute(
                erasures.update().where(erasures.c.id == erasure.id).values(finished_at=now, receipt=receipt)
            )
            audit.record(
                connection,
                now,
                by,
                "person.erased",
                tenant_id=erasure.tenant_id,
                project_id=erasure.project_id,
                subject_id=erasure.id,
                details=receipt,
            )
        return Erasure(
            id=erasure.id,
            project_id=erasure.project_id,
            tenant_id=erasure.tenant_id,
            erased_at=erasure.erased_at,
            finished_at=now,
            receipt=receipt,
        )

    def erasures(self, project_id: str, limit: int = 100) -> list[Erasure]:
        """Newest first. `finished_at` is None for one that was broken off: run it again."""
        query = (
            select(erasures)
            .where(erasures.c.project_id == project_id)
            .order_by(erasures.c.erased_at.desc(), erasures.c.id)
            .limit(limit)
        )
        with self.reading() as connection:
            return [_erasure(row) for row in connection.execute(query).mappings()]

    def erasures_begun(self) -> int:
        """How many there are in the whole installation, deleted projects among them: another number than before means
        that `erased_ids` or `deleted_projects` has grown. Cheap enough to ask for every batch."""
        people = select(func.count()).select_from(erasures).scalar_subquery()
        whole = select(func.count()).select_from(deleted_projects).scalar_subquery()
        with self.reading() as connection:
            begun: int = connection.execute(select(people + whole)).scalar_one()
        return begun

    def erased_ids(self) -> list[ErasedId]:
        """Every erased id of the installation, with the latest moment up to which its events are gone."""
        query = (
            select(
                erasures.c.project_id,
                erased_ids.c.id_hash,
                func.max(erasures.c.erased_at).label("erased_at"),
                func.max(erasures.c.key_check).label("key_check"),
            )
            .join(erasures, erasures.c.id == erased_ids.c.erasure_id)
            .group_by(erasures.c.project_id, erased_ids.c.id_hash)
        )
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [ErasedId(row["project_id"], row["id_hash"], row["erased_at"], row["key_check"]) for row in rows]


def _erasure(row: RowMapping) -> Erasure:
    return Erasure(
        id=row["id"],
        project_id=row["project_id"],
        tenant_id=row["tenant_id"],
        erased_at=row["erased_at"],
        finished_at=row["finished_at"],
        receipt=row["receipt"],
    )
