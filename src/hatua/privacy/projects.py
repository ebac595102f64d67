"""Deleting a whole project: from the registry at once, then its events, sessions, links and dead letters."""

from typing import Final

import msgspec

from hatua.contract.event_time import DAY_MS
from hatua.privacy.shapes import DeletionIncomplete, ProjectReceipt
from hatua.registry.model import SYSTEM, Actor, ProjectDeletion
from hatua.registry.store import Registry
from hatua.streams.port import LogAdmin
from hatua.warehouse.client import Warehouse
from hatua.warehouse.erasing import Erasing, new_job

LEDGER_DAYS: Final = 36
"""The log keeps its side of the ledger for 35 days."""
_PAGE: Final = 100
_LOOKS: Final = 3


class ProjectDeleting:
    """Blocking; safe from any thread and any process: what was broken off is finished by whoever comes next. Raises
    what the stores raise."""

    def __init__(self, warehouse: Warehouse, admin: LogAdmin, registry: Registry) -> None:
        self._admin = admin
        self._registry = registry
        self._erasing = Erasing(warehouse)

    def delete(self, project_id: str, name: str, *, tenant_id: str | None = None, by: Actor = SYSTEM) -> ProjectReceipt:
        """Returns when nothing of the project is left in any store. `name`: the project's, as proof that it is meant.
        Raises UnknownRecord, InvalidField (another name), DeletionIncomplete."""
        begun = self._registry.begin_project_deletion(project_id, name, tenant_id=tenant_id, by=by)
        return self.finish(begun, by=by)

    def finish_all(self) -> int:
        """Finishes what others began; returns how many projects. And purges what a processor found to be bad in the
        very moment of a deletion."""
        begun = self._registry.unfinished_deletions()
        for one in begun:
            self.finish(one)
        for project_id in self._registry.deleted_projects():
            self._purge_letters(project_id)
        return len(begun)

    def finish(self, deletion: ProjectDeletion, *, by: Actor = SYSTEM) -> ProjectReceipt:
        """May be run again, and beside another run of the same.

        A processor that stored a batch while this looked takes it back by itself: it asks what was deleted after every
        batch."""
        project_id = deletion.project_id
        before = self._erasing.counts_of_project(project_id)
        ledger_from = deletion.deleted_at - LEDGER_DAYS * DAY_MS
        letters = 0
        for _ in range(_LOOKS):
            self._erasing.erase_project(project_id, ledger_from, new_job("project"))
            letters += self._purge_letters(project_id)
            left = self._erasing.counts_of_project(project_id)
            if not any(left.values()):
                break
        else:
            raise DeletionIncomplete(f"of project {project_id} there are still {left}; it is tried again by itself")
        receipt = ProjectReceipt(
            project_id=project_id,
            name=deletion.name,
            events=before["events"],
            sessions=before["sessions"],
            links=before["links"],
            dead_letters=letters,
        )
        counts = {k: v for k, v in msgspec.to_builtins(receipt).items() if k not in ("project_id", "name")}
        self._registry.finish_project_deletion(deletion, counts, by=by)
        return receipt

    def _purge_letters(self, project_id: str) -> int:
        purged = 0
        while page := self._admin.dead_letters(project_id, _PAGE):
            purged += self._admin.purge([one.letter_id for one in page])
        return purged
