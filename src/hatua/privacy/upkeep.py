"""What must happen by itself: retention, also when it is changed, the end of old salts, and deletions that were broken
off."""

import logging
import threading
from typing import Final

from hatua.base.clock import Clock
from hatua.base.errors import HatuaError
from hatua.base.log import fields
from hatua.contract.event_time import DAY_MS, oldest_kept
from hatua.privacy.projects import LEDGER_DAYS, ProjectDeleting
from hatua.registry.model import Project
from hatua.registry.store import Registry
from hatua.warehouse.client import Warehouse
from hatua.warehouse.erasing import Erasing, new_job
from hatua.warehouse.retention import set_retention
from hatua.warehouse.sql import load

log = logging.getLogger("hatua.upkeep")

EVERY_S: Final = 300.0
"""A changed retention reaches what is stored within five minutes; a look that finds nothing to do is a few reads."""


class Upkeep:
    """Idempotent: any number of processes may do it, at the same time. Blocking."""

    def __init__(
        self, registry: Registry, warehouse: Warehouse, clock: Clock, deleting: ProjectDeleting | None = None
    ) -> None:
        self._registry = registry
        self._warehouse = warehouse
        self._clock = clock
        self._deleting = deleting
        self._erasing = Erasing(warehouse)

    def run(self, stop: threading.Event, every_s: float = EVERY_S) -> None:
        """Again and again until `stop` is set. What cannot be done now is logged and tried the next time."""
        while not stop.wait(every_s):
            try:
                self.run_once()
            except HatuaError as problem:
                log.warning("upkeep waits: %s", problem)
            except Exception:
                log.exception("upkeep failed; it is tried again")

    def run_once(self) -> None:
        """Raises what the stores raise."""
        self._registry.drop_old_salts()
        if self._deleting and (projects := self._deleting.finish_all()):
            log.info("what was left of deleted projects is gone", extra=fields(projects=projects))
        stored = self._retentions()
        for project in self._registry.projects():
            days = stored.get(project.id)
            if days is not None:
                self._keep(project, days)

    def _keep(self, project: Project, stored_days: list[int]) -> None:
        now = self._clock()
        # First what the ledger must count, by the registry's word; then the days on each row, by which ClickHouse
        # deletes without counting, a day later.
        if project.retention_days:
            oldest = oldest_kept(project.retention_days, now)
            if events := self._erasing.expired(project.id, oldest):
                self._erasing.erase_expired(project.id, oldest, now - LEDGER_DAYS * DAY_MS, new_job("retention"))
                log.info("events older than their project keeps them", extra=fields(project=project.id, deleted=events))
        if any(days != project.retention_days for days in stored_days) and not self._busy():
            set_retention(self._warehouse, project.id, project.retention_days)
            log.info("retention changed", extra=fields(project=project.id, days=project.retention_days))

    def _retentions(self) -> dict[str, list[int]]:
        rows = self._warehouse.rows(load("hatua.privacy", "retentions.sql"))
        return {row["project_id"]: row["days"] for row in rows}

    def _busy(self) -> bool:
        """Whether an earlier change is still being written."""
        [row] = self._warehouse.rows(load("hatua.privacy", "retention_changes.sql"))
        return bool(row["under_way"])
