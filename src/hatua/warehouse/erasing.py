"""Deleting for good, so that nothing which ClickHouse keeps says whose it was, and the ledger still adds up.

First the rows to go are noted in the table `erased`, by hashes of their ids; then they are deleted by those notes. A
crash in between leaves the events both noted and stored, which the ledger shows as a surplus until the same deletion is
run again; running anything here twice does no harm."""

import secrets
from collections.abc import Iterable, Sequence
from string import Template
from typing import Any, Final, Literal

import msgspec

from hatua.warehouse.client import Warehouse
from hatua.warehouse.engines import render
from hatua.warehouse.ids import in_parameters
from hatua.warehouse.sql import load
from hatua.warehouse.writer import EventWriter

WHOSE: Final = (
    "timestamp <= fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')"
    " AND (user_id IN {users:Array(String)} OR (user_id = '' AND (anonymous_id IN {anonymous:Array(String)}"
    " OR (external_id != '' AND external_id IN {externals:Array(String)}))))"
)
"""A person's events: those that name the user, and of those that name nobody, the ones from the person's browsers and
conversations. The processor asks the same of events that are still on their way."""

FOR_EVER_MS: Final = 4_102_444_800_000
"""The year 2100: no event is later than its receipt."""

EXPIRED: Final = "timestamp < fromUnixTimestamp64Milli({oldest_ms:Int64}, 'UTC')"

_NOTED: Final = (
    "received_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')"
    " AND received_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')"
    " AND (toUInt32(intDiv(toUnixTimestamp64Milli(received_at), 60000)), sipHash64(event_id)) IN"
    " (SELECT minute, key FROM erased"
    " WHERE project_id = {project:String} AND kind = {kind:String} AND job = {job:String})"
)
_MUTATION: Final[dict[str, Any]] = {
    "mutations_sync": 2,  # the rows are gone on every replica when the statement returns
    "allow_nondeterministic_mutations": 1,  # a replicated table must be told that the notes do not change meanwhile
}

Kind = Literal["event", "expired", "link", "session"]


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """The ids of one person in one project, and the moment (Unix ms) up to which their events count."""

    project_id: str
    until_ms: int
    users: tuple[str, ...] = ()
    anonymous: tuple[str, ...] = ()
    externals: tuple[str, ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """For statements with WHOSE."""
        return {
            "project": self.project_id,
            "until_ms": self.until_ms,
            "users": list(self.users),
            "anonymous": list(self.anonymous),
            "externals": list(self.externals),
        }


def new_job(prefix: str) -> str:
    """A name that no other deletion has."""
    return f"{prefix}-{secrets.token_hex(8)}"


class Erasing:
    """Deletes events with what follows from them: sessions are recomputed from what is left. Blocking, thread-safe;
    raises the facts of `hatua.warehouse.errors`."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._writer = EventWriter(warehouse)

    def erase_events_of(self, who: Who, job: str) -> int:
        """Deletes a person's events; returns how many."""
        self._warehouse.execute(self._sql("note_events_of.sql", whose=WHOSE), {**who.parameters, "job": job})
        return self._delete_noted(who.project_id, "event", job)

    def erase_known_events(self, project_id: str, events: Sequence[tuple[int, str]], job: str) -> int:
        """Counts these events, (minute of receipt, event_id), as erased, and deletes them if they are stored already;
        returns how many were."""
        self.note(project_id, "event", [(minute, event_id, "") for minute, event_id in events], job)
        return self._delete_noted(project_id, "event", job)

    def expired(self, project_id: str, oldest_ms: int) -> int:
        """How many events of a project happened before a moment (Unix ms)."""
        count = f"SELECT count() AS n FROM events WHERE project_id = {{project:String}} AND {EXPIRED}"
        found: int = self._warehouse.rows(count, {"project": project_id, "oldest_ms": oldest_ms})[0]["n"]
        return found

    def erase_expired(self, project_id: str, oldest_ms: int, ledger_from_ms: int, job: str) -> None:
        """Deletes the events of a project that happened before `oldest_ms`. Those received since `ledger_from_ms` are
        counted for the ledger. Sessions are left to their own retention."""
        parameters = {"project": project_id, "oldest_ms": oldest_ms, "ledger_from": ledger_from_ms, "job": job}
        self._warehouse.execute(self._sql("note_expired.sql", expired=EXPIRED), parameters)
        self._delete_noted(project_id, "expired", job, refresh=False)
        older = f"{EXPIRED} AND received_at < fromUnixTimestamp64Milli({{ledger_from:Int64}}, 'UTC')"
        count = f"SELECT count() AS n FROM events WHERE project_id = {{project:String}} AND {older}"
        if self._warehouse.rows(count, parameters)[0]["n"]:
            self._delete("events", older, parameters)

    def counts_of_project(self, project_id: str) -> dict[str, int]:
        """{events, sessions, session_hours, links} of a project."""
        [row] = self._warehouse.rows(load("hatua.warehouse", "counts_of_project.sql"), {"project": project_id})
        return {name: int(count) for name, count in row.items()}

    def erase_project(self, project_id: str, ledger_from_ms: int, job: str) -> None:
        """Deletes everything of a project; events received since `ledger_from_ms` are counted for the ledger. One that
        is inserted meanwhile may go uncounted: whoever inserts it counts it, being told that the project is gone."""
        parameters = {"project": project_id, "oldest_ms": FOR_EVER_MS, "ledger_from": ledger_from_ms, "job": job}
        self._warehouse.execute(self._sql("note_expired.sql", expired=EXPIRED), parameters)
        for table in ("events", "sessions", "session_hours", "identity_links"):
            self._delete(table, "1 = 1", {"project": project_id})

    def erase_links(self, project_id: str, pairs: Sequence[tuple[str, str]], job: str) -> None:
        """Deletes identity links, by (anonymous_id, user_id)."""
        if pairs:
            self.note(project_id, "link", [(0, anonymous_id, user_id) for anonymous_id, user_id in pairs], job)
            noted = (
                "sipHash64(anonymous_id, user_id) IN (SELECT key FROM erased"
                " WHERE project_id = {project:String} AND kind = 'link' AND job = {job:String})"
            )
            self._delete("identity_links", noted, {"project": project_id, "job": job})

    def reset_sessions(self, project_id: str, session_ids: Iterable[str], job: str) -> None:
        """Recomputes sessions that lost events. Their rows must go first: of two rows of a session the one that saw
        more events wins."""
        wanted = sorted({one for one in session_ids if one})
        if not wanted:
            return
        self.note(project_id, "session", [(0, one, "") for one in wanted], job)
        noted = (
            "sipHash64(session_id) IN (SELECT key FROM erased"
            " WHERE project_id = {project:String} AND kind = 'session' AND job = {job:String})"
        )
        self._delete("sessions", noted, {"project": project_id, "job": job})
        self._writer.refresh_sessions((project_id, one) for one in wanted)

    def note(self, project_id: str, kind: Kind, keys: Sequence[tuple[int, str, str]], job: str) -> None:
        """Writes down what is to go: (minute, id, second id of a link)."""
        as_text = {f"{minute} {one} {other}": (minute, one, other) for minute, one, other in keys}
        for part in in_parameters([(key,) for key in as_text]):
            rows = [as_text[key] for (key,) in part]
            self._warehouse.execute(
                load("hatua.warehouse", "note_keys.sql"),
                {"project": project_id, "kind": kind, "keys": rows, "job": job},
            )

    def _delete_noted(self, project_id: str, kind: Kind, job: str, *, refresh: bool = True) -> int:
        parameters: dict[str, Any] = {"project": project_id, "kind": kind, "job": job}
        noted = self._warehouse.rows(load("hatua.warehouse", "noted_minutes.sql"), parameters)[0]
        if not noted["events"]:
            return 0
        parameters |= {"from_ms": noted["first"] * 60_000, "to_ms": (noted["last"] + 1) * 60_000}
        count = f"SELECT count() AS n FROM events WHERE project_id = {{project:String}} AND {_NOTED}"
        found: int = self._warehouse.rows(count, parameters)[0]["n"]
        if found:
            sessions = self._warehouse.rows(self._sql("noted_sessions.sql", noted=_NOTED), parameters)
            self._delete("events", _NOTED, parameters)
            if refresh:
                self.reset_sessions(project_id, (row["session_id"] for row in sessions), job)
        return found

    def _delete(self, table: str, condition: str, parameters: dict[str, Any]) -> None:
        statement = f"ALTER TABLE {table}\n    DELETE WHERE project_id = {{project:String}} AND {condition}"
        for rendered in render(statement, cluster=self._warehouse.settings.cluster):
            self._warehouse.execute(rendered, parameters, _MUTATION)

    @staticmethod
    def _sql(name: str, **parts: str) -> str:
        return Template(load("hatua.warehouse", name)).substitute(parts)
