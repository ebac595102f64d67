"""How long a project's events are kept. Each row carries its own days, so that deleting needs no look at the
registry."""

from string import Template

from hatua.warehouse.client import Warehouse
from hatua.warehouse.engines import render
from hatua.warehouse.sql import load

_KEPT = ("events", "session_hours", "sessions")
LONGEST_DAYS = 36_500
"""A longer time counts as this: ClickHouse's dates end in 2149."""


def set_retention(warehouse: Warehouse, project_id: str, days: int) -> None:
    """Gives what is already stored of a project another retention; 0: for ever. Returns at once: ClickHouse
    rewrites one small column in the background, and deletes what has become too old with its next merges
    (within hours)."""
    for table in _KEPT:
        statement = Template(load("hatua.warehouse", "set_retention.sql")).substitute(table=table)
        for rendered in render(statement, cluster=warehouse.settings.cluster):
            warehouse.execute(rendered, {"project_id": project_id, "days": days})
