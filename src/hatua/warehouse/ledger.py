"""The warehouse's side of the ledger: how many events are stored, and how many were deleted on purpose, by the minute
in which they were received."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from hatua.warehouse.sql import load


class Answering(Protocol):
    """What is asked here of a warehouse: `Warehouse.rows`."""

    def rows(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]: ...


class StoredCount(NamedTuple):
    """`minute`: Unix time // 60 of `received_at`, as in the log's own ledger rows."""

    project_id: str
    minute: int
    stored: int
    erased: int = 0


def counts_by_minute(warehouse: Answering, project_id: str | None, from_ms: int, to_ms: int) -> list[StoredCount]:
    """Events received in [from_ms, to_ms), of one project or of all (None), oldest minute first; minutes without any
    are left out. Erased are those of erased people, and those whose retention was over."""
    rows = warehouse.rows(
        load("hatua.warehouse", "stored_by_minute.sql"),
        {"project_id": project_id or "", "received_from": from_ms, "received_to": to_ms},
    )
    return [StoredCount(row["project_id"], row["minute"], row["stored"], row["erased"]) for row in rows]
