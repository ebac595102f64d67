"""Makes the tables that are derived from events anew: after a restore, an import by SQL, damage, or a new column of
sessions. And verifies that they say what the events say."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from hatua.base.errors import HatuaError
from hatua.warehouse.client import Warehouse
from hatua.warehouse.comparing import Compared, Comparing
from hatua.warehouse.migrate import apply_migrations, migrations
from hatua.warehouse.sql import load
from hatua.warehouse.writer import EventWriter, SessionKey, refresh_sql

SUFFIX: Final = "_rebuild"
"""Of the database in which they are made anew."""

LATE_MS: Final = 3_600_000
"""An event is visible at most so long after its processed_at: a batch is the processor's for far less."""

LOOKS: Final = 6
"""At what differs on a server, where others write meanwhile."""

PAUSE_S: Final = 0.5
MOST_LOOKED_AT: Final = 10_000
"""Sessions that are looked at again one by one; where more differ, it is not because events come in."""

_EVENTS_AT_ONCE = 1_000_000
"""So many need some hundred MB of memory; each window also looks once through its project's session_hours."""

_MUTATION: Final[dict[str, Any]] = {"mutations_sync": 2, "allow_nondeterministic_mutations": 1}
_SPILL_BYTES: Final = 1_000_000_000
"""Of memory, from which on the engine groups on disk."""


class RebuildRefused(HatuaError):
    """It cannot be done here or now; nothing was changed."""


def rebuild_sessions(warehouse: Warehouse) -> int:
    """Recomputes session_hours and every session from the stored events, in place, and returns how many sessions there
    are. May run while events come in, may be broken off and run again. Sessions without an event any more are
    left to retention, and a row that claims more events than there are stays: `rebuild` mends that too."""
    warehouse.execute(
        load("hatua.warehouse", "rebuild_session_hours.sql"),
        settings={"max_bytes_before_external_group_by": _SPILL_BYTES},
    )
    sessions = refresh_sql(load("hatua.warehouse", "sessions_of_window.sql"))
    for window in list(_windows(warehouse)):
        warehouse.execute(sessions, window)
    return int(warehouse.rows("SELECT uniqExact(project_id, session_id) AS n FROM session_hours")[0]["n"])


def _windows(warehouse: Warehouse) -> Iterator[dict[str, Any]]:
    """Whole hours of one project, as many as have about `_EVENTS_AT_ONCE` events together: neighbours in the order of
    events. Batches of session ids, which are random, would each read everything the project has."""
    window: dict[str, Any] = {}
    events = 0
    for row in warehouse.rows(load("hatua.warehouse", "events_by_hour.sql")):
        if window and (row["project_id"] != window["project"] or events + row["events"] > _EVENTS_AT_ONCE):
            yield window
            window = {}
        if not window:
            window, events = {"project": row["project_id"], "from": row["hour"]}, 0
        window["to"] = row["hour"]
        events += row["events"]
    if window:
        yield window


def verify(warehouse: Warehouse, pause: Callable[[float], None] = time.sleep) -> list[Compared]:
    """Makes the derived tables anew beside the stored ones and compares; changes nothing. One result a project and
    table. May run while events come in: what differs is looked at again, up to LOOKS times.

    Raises RebuildRefused, and the facts of `hatua.warehouse.errors`."""
    with _made_anew(warehouse) as fresh:
        return _compared(warehouse, fresh, pause)


def rebuild(warehouse: Warehouse, pause: Callable[[float], None] = time.sleep) -> list[Compared]:
    """As `verify`, and then puts the new sessions in the place of the stored ones, in one step, also while events come
    in. What it returns is how they compared before. Raises as `verify`; what was killed is to be run again."""
    begun_ms = warehouse.rows("SELECT toUnixTimestamp64Milli(now64(3)) AS ms")[0]["ms"]
    with _made_anew(warehouse) as fresh:
        found = _compared(warehouse, fresh, pause)
        # Hours are only added: one without events does no harm, and a writer under way has written its own already.
        warehouse.execute(
            f"INSERT INTO session_hours (project_id, session_id, hour, retention_days)"
            f" SELECT project_id, session_id, hour, retention_days FROM {fresh.database}.session_hours"
        )
        warehouse.execute(f"EXCHANGE TABLES {warehouse.database}.sessions AND {fresh.database}.sessions")
        _catch_up(warehouse, begun_ms - LATE_MS)
    return found


@contextmanager
def _made_anew(warehouse: Warehouse) -> Iterator[Warehouse]:
    """A database beside the warehouse's own: the same tables, events read through a view, the derived ones computed."""
    name = f"{warehouse.database}{SUFFIX}"
    if warehouse.settings.cluster:
        raise RebuildRefused(
            "the derived tables of a cluster cannot be exchanged in one step: HATUA_CLICKHOUSE_CLUSTER is set"
        )
    applied = {row["version"] for row in warehouse.rows("SELECT version FROM schema_migrations")}
    if missing := [one.name for one in migrations() if one.version not in applied]:
        raise RebuildRefused(f"database {warehouse.database} lacks {', '.join(missing)}: `hatua migrate` first")
    if warehouse.embedded:  # what a killed one left: nobody else can be at work here
        warehouse.execute(f"DROP DATABASE IF EXISTS {name} SYNC")
    elif warehouse.rows("SELECT 1 FROM system.databases WHERE name = {name:String}", {"name": name}):
        raise RebuildRefused(
            f"database {name} is there: another rebuild is under way, or one was killed;"
            f" when none is, DROP DATABASE {name} SYNC, and again"
        )
    with Warehouse.open(warehouse.settings, name) as fresh:
        try:
            apply_migrations(fresh)
            fresh.execute("DROP TABLE events SYNC")
            fresh.execute(
                f"CREATE VIEW events AS SELECT {_names(warehouse, 'events')} FROM {warehouse.database}.events"
            )
            rebuild_sessions(fresh)
            yield fresh
        finally:
            fresh.execute(f"DROP DATABASE {name} SYNC")


def _names(warehouse: Warehouse, table: str) -> str:
    rows = warehouse.rows(
        "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String}",
        {"table": table},
    )
    return ", ".join(row["name"] for row in rows)


def _compared(warehouse: Warehouse, fresh: Warehouse, pause: Callable[[float], None]) -> list[Compared]:
    comparing = Comparing(warehouse, fresh.database)
    found = comparing.sessions()
    differing = comparing.differing_sessions([one.project_id for one in found if not one.same], MOST_LOOKED_AT + 1)
    looks = 0
    most = 0 if warehouse.embedded else LOOKS  # nobody else writes into a folder that this process has
    while differing and len(differing) <= MOST_LOOKED_AT and looks < most:
        looks += 1
        pause(PAUSE_S)
        _compute_again(fresh, differing)
        differing = [key for key in differing if key in set(comparing.differing_among(differing))]
    settled = looks > 0 and not differing
    if looks:
        found = comparing.sessions()
    return [one.judged(settled or one.project_id not in {p for p, _ in differing}) for one in found] + comparing.hours()


def _compute_again(fresh: Warehouse, keys: Sequence[SessionKey]) -> None:
    """Their rows must go first: of two rows of a session the one that saw more events wins."""
    for start in range(0, len(keys), 500):
        fresh.execute(
            "ALTER TABLE sessions DELETE WHERE (project_id, session_id) IN {sessions:Array(Tuple(String, String))}",
            {"sessions": list(keys[start : start + 500])},
            _MUTATION,
        )
    fresh.execute(load("hatua.warehouse", "rebuild_session_hours.sql"))
    EventWriter(fresh).refresh_sessions(keys)


def _catch_up(warehouse: Warehouse, since_ms: int) -> None:
    """What happened to the stored sessions while the new ones were made: sessions that lost events, and those that got
    some."""
    since = {"since_ms": since_ms}
    erased = (
        "(project_id, sipHash64(session_id)) IN (SELECT project_id, key FROM erased"
        " WHERE kind = 'session' AND erased_at >= fromUnixTimestamp64Milli({since_ms:Int64}))"
    )
    if warehouse.rows(f"SELECT 1 FROM sessions WHERE {erased} LIMIT 1", since):
        warehouse.execute(f"ALTER TABLE sessions DELETE WHERE {erased}", since, _MUTATION)
    _, columns = warehouse.columns(
        "SELECT DISTINCT project_id, session_id FROM events WHERE session_id != ''"
        f" AND (processed_at >= fromUnixTimestamp64Milli({{since_ms:Int64}}, 'UTC') OR {erased})",
        since,
    )
    EventWriter(warehouse).refresh_sessions(zip(*columns, strict=True))
