"""Makes the tables that are derived from events anew: after a restore, an import by SQL, or a new column of
sessions."""

from hatua.warehouse.client import Warehouse
from hatua.warehouse.sql import load
from hatua.warehouse.writer import EventWriter

_SESSIONS_AT_ONCE = 20_000


def rebuild_sessions(warehouse: Warehouse) -> int:
    """Recomputes session_hours and every session from the stored events, and returns how many sessions there
    are. May run while events come in, may be broken off and run again. Sessions without an event any more are
    left to retention."""
    warehouse.execute(load("hatua.warehouse", "rebuild_session_hours.sql"))
    writer = EventWriter(warehouse)
    sql = load("hatua.warehouse", "session_keys.sql")
    last = ("", "")
    done = 0
    while True:
        _, columns = warehouse.columns(sql, {"project_id": last[0], "session_id": last[1], "limit": _SESSIONS_AT_ONCE})
        keys = list(zip(*columns, strict=True))
        if not keys:
            return done
        writer.refresh_sessions(keys)
        last = keys[-1]
        done += len(keys)
