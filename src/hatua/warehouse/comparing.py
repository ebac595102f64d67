"""Whether two databases say the same of sessions: digests a project, which do not depend on the order of rows."""

from collections.abc import Sequence
from string import Template
from typing import Any, Final

import msgspec

from hatua.warehouse.client import Warehouse
from hatua.warehouse.sql import load
from hatua.warehouse.writer import SessionKey

_IGNORED: Final = {
    "retention_days",  # a changed retention is written in the background, and says nothing about answers
}
_CAPPED: Final = {"user_ids", "anonymous_ids"}
"""Lists that stop at 1,000 ids, whichever came first."""

_SETTINGS: Final[dict[str, Any]] = {"max_execution_time": 0, "max_bytes_before_external_group_by": 1_000_000_000}


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One derived table of one project, as it is stored and as it follows from the events. Digests: 16 hexadecimal
    digits, the sum of the hashes of the rows."""

    project_id: str
    table: str
    stored_rows: int
    stored_digest: str
    rebuilt_rows: int
    rebuilt_digest: str
    moved: bool = False
    """The digests differ only by what came in between the two looks; session by session they are the same."""

    @property
    def same(self) -> bool:
        """Whether the stored table is right."""
        equal = (self.stored_rows, self.stored_digest) == (self.rebuilt_rows, self.rebuilt_digest)
        return equal or self.moved

    def judged(self, equal: bool) -> "Compared":
        """With the word of whoever looked at the sessions one by one."""
        return msgspec.structs.replace(self, moved=equal and not self.same)


class Comparing:
    """Compares the stored tables with those of the database `fresh`. Sessions of which retention has taken events, or
    is about to, are left out: their rows stay until their own days are over."""

    def __init__(self, warehouse: Warehouse, fresh: str) -> None:
        self._warehouse = warehouse
        self._fresh = fresh

    def sessions(self) -> list[Compared]:
        """One result a project that has sessions on either side."""
        asked = (
            "SELECT project_id, " + _TOTALS + " FROM (" + self._both("") + ") GROUP BY project_id ORDER BY project_id"
        )
        return self._results(asked, "sessions")

    def differing_sessions(self, projects: Sequence[str], limit: int) -> list[SessionKey]:
        """Sessions of these projects that differ, at most `limit`."""
        if not projects:
            return []
        both = self._both("AND project_id IN {projects:Array(String)}")
        return self._keys(both, {"projects": list(projects), "limit": limit})

    def differing_among(self, keys: Sequence[SessionKey]) -> list[SessionKey]:
        """Those of the keys that differ."""
        found: list[SessionKey] = []
        both = self._both("AND (project_id, session_id) IN {sessions:Array(Tuple(String, String))}")
        for start in range(0, len(keys), 500):
            part = list(keys[start : start + 500])
            found += self._keys(both, {"sessions": part, "limit": len(part)})
        return found

    def hours(self) -> list[Compared]:
        """Stored are those hours which the events call for; others do no harm and are not counted."""
        sql = Template(load("hatua.warehouse", "compare_session_hours.sql"))
        return self._results(sql.substitute(stored=self._warehouse.database, rebuilt=self._fresh), "session_hours")

    def _both(self, condition: str) -> str:
        names = self._columns("sessions")
        said = [
            f"if(length({name}) < 1000, {name}, [])" if name in _CAPPED else name
            for name in names
            if name not in _IGNORED
        ]
        sql = Template(load("hatua.warehouse", "compare_sessions.sql"))
        return sql.substitute(
            stored=self._warehouse.database,
            rebuilt=self._fresh,
            names=", ".join(names),
            columns=", ".join(said),
            condition=condition,
        )

    def _keys(self, both: str, parameters: dict[str, Any]) -> list[SessionKey]:
        asked = (
            "SELECT project_id, session_id FROM (" + both + ") GROUP BY project_id, session_id"
            " HAVING countIf(is_stored) != countIf(NOT is_stored)"
            " OR sumIf(hash, is_stored) != sumIf(hash, NOT is_stored)"
            " ORDER BY project_id, session_id LIMIT {limit:UInt32}"
        )
        rows = self._warehouse.rows(asked, parameters, _SETTINGS)
        return [(row["project_id"], row["session_id"]) for row in rows]

    def _results(self, sql: str, table: str) -> list[Compared]:
        return [Compared(table=table, **row) for row in self._warehouse.rows(sql, settings=_SETTINGS)]

    def _columns(self, table: str) -> list[str]:
        rows = self._warehouse.rows(
            "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String}"
            " AND default_kind = '' ORDER BY name",
            {"table": table},
        )
        return [row["name"] for row in rows]


_TOTALS: Final = (
    "countIf(is_stored) AS stored_rows, lower(hex(sumIf(hash, is_stored))) AS stored_digest,"
    " countIf(NOT is_stored) AS rebuilt_rows, lower(hex(sumIf(hash, NOT is_stored))) AS rebuilt_digest"
)
