"""From the processor's rows to tables: events and links once, sessions recomputed."""

import hashlib
from collections.abc import Iterable, Sequence
from string import Template
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from hatua.warehouse.client import Warehouse
from hatua.warehouse.errors import RowsRefused
from hatua.warehouse.ids import in_parameters, is_uuid, split
from hatua.warehouse.rows import EventRow, LinkRow, link_version
from hatua.warehouse.sql import load

_MS = pa.timestamp("ms", tz="UTC")
_HOUR_MS = 3_600_000
_EVENT_TYPES: dict[str, pa.DataType] = {
    "timestamp": _MS,
    "received_at": _MS,
    "processed_at": _MS,
    "seq": pa.uint32(),
    "screen_width": pa.uint16(),
    "screen_height": pa.uint16(),
    "journey_start": pa.bool_(),
    "journey_end": pa.bool_(),
    "retention_days": pa.uint16(),
}
_LINK_TYPES: dict[str, pa.DataType] = {
    "linked_at": _MS,
    "seq": pa.uint32(),
    "revoked": pa.bool_(),
    "version": pa.uint64(),
}
SessionKey = tuple[str, str]
"""(project_id, session_id)."""


class EventWriter:
    """The processor's side of the warehouse. Stateless, so any number of them, in any process, may write at
    once."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def write(self, rows: Sequence[EventRow], links: Sequence[LinkRow] = (), until_ms: int = 0) -> None:
        """Stores the rows, then the links, then recomputes the sessions that the rows touch. When it returns,
        all three are stored; when it raises, some may be, and calling it again with the same rows completes
        them without doubling.

        `until_ms` (Unix ms): a server refuses the rows after that; 0: never. The rest may come at any time, since
        it does no harm twice. Raises RowsRefused (a retry cannot help), InsertTooLate and WarehouseUnavailable (it
        can)."""
        if rows:
            events = event_table(rows)
            self._warehouse.insert("session_hours", hour_table(rows), "")
            self._warehouse.insert("events", events, _token(rows), until_ms=until_ms)
        if links:
            self._warehouse.insert("identity_links", link_table(links), "")
        self.refresh_sessions((row.project_id, row.session_id) for row in rows)

    def complete(self, rows: Sequence[EventRow], until_ms: int = 0) -> int:
        """Stores those of the rows that are not stored although `write` returned; how many they were.

        A ClickHouse that was killed at the wrong moment remembers the token of an insert but not its rows, and takes
        the next attempt for a repetition. So after an attempt that was not the first, call this. Raises as `write`."""
        if not rows:
            return 0
        received = [row.received_at for row in rows]
        stored = self.already_stored([(row.project_id, row.event_id) for row in rows], min(received), max(received))
        missing = [row for row in rows if (row.project_id, row.event_id) not in stored]
        if missing:
            self._warehouse.insert("events", event_table(missing), f"again {_token(missing)}", until_ms=until_ms)
            self.refresh_sessions((row.project_id, row.session_id) for row in missing)
        return len(missing)

    def refresh_sessions(self, keys: Iterable[SessionKey]) -> None:
        """Recomputes sessions from their events; for events that were found already stored, whose writer may
        have died before it came to the sessions. Idempotent."""
        statement = refresh_sql("SELECT arrayJoin({sessions:Array(Tuple(String, String))})")
        for sessions in in_parameters(sorted({key for key in keys if key[1]})):
            self._warehouse.execute(statement, {"sessions": sessions})

    def already_stored(
        self, ids: Sequence[tuple[str, str]], received_from_ms: int, received_to_ms: int
    ) -> set[tuple[str, str]]:
        """Which of these (project_id, event_id) are stored, among events received in [from, to], both
        inclusive."""
        statement = load("hatua.warehouse", "already_stored.sql")
        stored: set[tuple[str, str]] = set()
        for part in in_parameters(sorted(set(ids))):
            events = {event for _, event in part}
            uuids = {event for event in events if is_uuid(event)}
            _, columns = self._warehouse.columns(
                statement,
                {
                    "projects": sorted({project for project, _ in part}),
                    "uuids": sorted(uuids),
                    "texts": sorted(events - uuids),
                    "received_from": received_from_ms,
                    "received_to": received_to_ms,
                },
            )
            stored.update(zip(*columns, strict=True))
        return stored.intersection(ids)


def refresh_sql(sessions: str) -> str:
    """The statement that recomputes sessions. `sessions`: a SELECT of their (project_id, session_id)."""
    return Template(load("hatua.warehouse", "refresh_sessions.sql")).substitute(sessions=sessions)


def event_table(rows: Sequence[EventRow]) -> pa.Table:
    """Rows as Arrow columns of the table `events`, ids split into their two columns."""
    table = _table(rows, EventRow, _EVENT_TYPES)
    event = table.column("event_id")
    message = table.column("message_id")
    same = pc.equal(event, message)
    event_uuid, event_text = split(event)
    message_uuid, message_text = split(pc.if_else(same, "", message))
    return (
        table.drop_columns(["event_id", "message_id"])
        .append_column("event_uuid", event_uuid)
        .append_column("event_text", event_text)
        .append_column("message_is_event", same)
        .append_column("message_uuid", message_uuid)
        .append_column("message_text", message_text)
    )


def hour_table(rows: Sequence[EventRow]) -> pa.Table:
    """The hours in which the rows' sessions have events, each once, as Arrow columns of the table `session_hours`."""
    hours = {(row.project_id, row.session_id, row.timestamp // _HOUR_MS * 3_600): row.retention_days for row in rows}
    project, session, hour = zip(*hours, strict=True)
    return pa.table(
        {
            "project_id": pa.array(project, pa.string()),
            "session_id": pa.array(session, pa.string()),
            "hour": pa.array(hour, pa.timestamp("s", tz="UTC")),
            "retention_days": pa.array(hours.values(), pa.uint16()),
        }
    )


def link_table(links: Sequence[LinkRow]) -> pa.Table:
    """Links as Arrow columns of the table `identity_links`, each with its version."""
    versioned = [
        link if link.version else msgspec.structs.replace(link, version=link_version(link.linked_at, link.seq))
        for link in links
    ]
    return _table(versioned, LinkRow, _LINK_TYPES)


def _table(rows: Sequence[msgspec.Struct], kind: type[msgspec.Struct], types: dict[str, pa.DataType]) -> pa.Table:
    columns = zip(*map(msgspec.structs.astuple, rows), strict=True)
    return pa.table(
        {
            name: _column(name, column, types.get(name, pa.string()))
            for name, column in zip(kind.__struct_fields__, columns, strict=True)
        }
    )


def _column(name: str, values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except (pa.ArrowException, UnicodeEncodeError, OverflowError):
        raise RowsRefused(_first_refused(name, values, kind)) from None


def _first_refused(name: str, values: Sequence[Any], kind: pa.DataType) -> str:
    for index, value in enumerate(values):
        try:
            pa.array([value], kind)
        except (pa.ArrowException, UnicodeEncodeError, OverflowError) as problem:
            return f"row {index}: {name} is {value!r:.100}, which is no {kind}: {problem}"
    return f"{name}: the values together are too large for one batch of {len(values)} rows"


def _token(rows: Sequence[EventRow]) -> str:
    """The same rows in the same order have the same token, whenever and by whom they are written."""
    digest = hashlib.blake2b(digest_size=16)
    for row in rows:
        digest.update(f"{row.project_id}\0{row.event_id}\0".encode())
    return digest.hexdigest()
