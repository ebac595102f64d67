"""The SQL of one panel over kept visits."""

from string import Template
from typing import NamedTuple

from hatua.analytics.counts import COUNTS, Ask, Count, Counts, Table, sort_of
from hatua.analytics.groups import Group, bucket_of
from hatua.analytics.visits import Kept, Scope, Visits
from hatua.warehouse.sql import load


class Panel(NamedTuple):
    """`number`: its place among those that are counted together."""

    number: int
    ask: Ask
    scope: Scope
    visits: Visits

    def counts(self, kept: Kept) -> str:
        """A SELECT of the rows, in their order where there is one."""
        wanted = set(self.ask.wanted)
        aggregates = [f"{sql} AS {name}" for name, sql in self._aggregates().items() if name in wanted]
        joined, ordered = "", ""
        if self._goals_apart:
            joined = self._conversions(kept)
        if self._entries_apart:
            joined = self._entries(kept)
        if self.ask.top is not None:
            ordered = f"ORDER BY {sort_of(self.ask.top.order)} DESC, grouped LIMIT {int(self.ask.top.end)}"
            aggregates += ["sum(pageviews) OVER () AS all_pageviews", "sum(events) OVER () AS all_events"]
            aggregates += ["sum(sessions) OVER () AS all_sessions"]
        return _sql(
            "visit_counts.sql",
            panel=str(self.number),
            counts=",\n    ".join(self._plain(name) for name in COUNTS),
            totals=",\n    ".join(
                f"toUInt64({f'c.all_{name}' if self.ask.top else 0}) AS all_{name}"
                for name in ("pageviews", "events", "sessions")
            ),
            aggregates=", ".join(aggregates or ["count() AS visits"]),
            rows=self._rows(kept),
            joined=joined,
            ordered=ordered,
        )

    def table(self, rows: list[Counts]) -> Table:
        return Table(rows, rows[0]["total_rows"] if rows else 0, None)

    def rest(self, kept: Kept) -> str:
        """A SELECT of one row: who has a value after the shown ones, and how many sessions, if a session may have
        several values."""
        shown = f"{{shown_{self.number}:Array(String)}}"
        if not self.group.told_as:
            found = f"groupBitmap(person) AS visitors, toUInt64(0) AS sessions FROM ({self._rows(kept)})"
            return f"SELECT toUInt16({self.number}) AS panel, {found} WHERE value NOT IN {shown}"
        return (
            f"SELECT toUInt16({self.number}) AS panel, groupBitmap(person) AS visitors,"
            f" countIf(alone) + uniqExactIf(session_key, NOT alone) AS sessions"
            f" FROM ({self.visits.rows_with_another(self.group, kept, shown)})"
        )

    def rest_of(self, table: Table, rest: Counts) -> Counts:
        """All values after the rows of the table, counted together; `rest`: the row of `rest`."""
        first = table.rows[0]
        found = {
            name: first[f"all_{name}"] - sum(row[name] for row in table.rows)
            for name in ("pageviews", "events", "sessions")
        }
        several = {"sessions": rest["sessions"]} if self.group.told_as else {}
        return {**found, **several, "visitors": rest["visitors"]}

    @property
    def group(self) -> Group:
        return self.ask.asked.group

    @property
    def _goals_apart(self) -> bool:
        """Whether the goals of a bucket are those of other visits too."""
        return bool(self.group.bucket and self.scope.filters) and "conversions" in self.ask.wanted

    @property
    def _entries_apart(self) -> bool:
        """Whether bounces are of the visits that entered with the value: one comparison a visit, not one a value."""
        return self.group.entered and not {"entered", "bounces"}.isdisjoint(self.ask.wanted)

    def _rows(self, kept: Kept, *, keys: bool = False) -> str:
        return self.visits.rows_of(self.group, kept, keys=keys)

    def _plain(self, name: Count) -> str:
        kind = "toFloat64" if name == "median_ms" else "toInt64"
        if name not in self.ask.wanted:
            return f"{kind}(0) AS {name}"
        apart = (name == "conversions" and self._goals_apart) or (
            name in ("entered", "bounces") and self._entries_apart
        )
        return f"{kind}({'k' if apart else 'c'}.{name}) AS {name}"

    def _aggregates(self) -> dict[Count, str]:
        found: dict[Count, str] = {
            "visitors": "groupBitmap(person)",
            "users": "groupBitmapIf(person, known)",
            "sessions": "countIf(once)",
            "pageviews": "sum(value_views)",
            "events": "sum(value_events)",
            "duration_ms": "sumIf(duration, once)",
            "median_ms": "quantileExactInclusiveIf(0.5)(duration, once)",
        }
        if not self._entries_apart:
            found["entered"] = "countIf(once AND enters)"
            found["bounces"] = "countIf(once AND enters AND non_heartbeat_events = 1)"
        if not self._goals_apart:
            found["conversions"] = f"groupBitmapIf(person, {'value_goal' if self.group.bucket else 'converted'})"
        return found

    def _conversions(self, kept: Kept) -> str:
        """A visitor of a bucket converts by a goal in that bucket, in whichever visit."""
        among = f" WHERE (value, person_key) IN (SELECT value, person_key FROM ({self._rows(kept, keys=True)}))"
        bucket = bucket_of(self.group, "at")
        return (
            f"LEFT ANY JOIN (SELECT value, uniqExact(person_key) AS conversions"
            f" FROM (SELECT toInt64({bucket}) AS value, person_key FROM {kept.goals}){among} GROUP BY value) AS k"
            f" ON k.value = c.value"
        )

    def _entries(self, kept: Kept) -> str:
        return (
            f"LEFT ANY JOIN (SELECT value, count() AS entered, countIf(non_heartbeat_events = 1) AS bounces"
            f" FROM ({self.visits.entries(self.group, kept)}) GROUP BY value) AS k ON k.value = c.value"
        )


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
