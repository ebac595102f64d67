"""Counting, by group: panels of one page about the same visits are counted from one look at these.

A panel that visits do not tell (a breakdown by a property, a title, a channel) is counted from single events, by
itself (event_counting.py); both ways give the same numbers.
"""

from collections.abc import Iterator, Sequence
from string import Template
from typing import Any, NamedTuple

from hatua.analytics.counts import COUNTS, Ask, Asked, Count, Counts, Table, of_persons, sort_of
from hatua.analytics.event_counting import count_events
from hatua.analytics.groups import Group, bucket_of
from hatua.analytics.reader import Keeper, Reader
from hatua.analytics.visits import Kept, Scope, Visits, told_by_visits
from hatua.warehouse.sql import load


def count(reader: Reader, asked: Asked, wanted: Sequence[Count]) -> list[Counts]:
    """[{grouped, <wanted>...}], one a group that has any. Raises InvalidQuestion, and what the warehouse raises."""
    return tables(reader, [Ask(asked, tuple(wanted))])[0].rows


def tables(reader: Reader, asks: Sequence[Ask]) -> list[Table]:
    """One table an ask, in their order. Raises as `count`."""
    found: list[Table | None] = [None] * len(asks)
    together: list[tuple[Scope, dict[str, Any], list[int]]] = []
    for place, ask in enumerate(asks):
        asked = ask.asked
        if not told_by_visits(asked.filters, asked.group) and not _by_visit_anyhow(ask):
            found[place] = count_events(reader, ask)
            continue
        goal = asked.goal if "conversions" in ask.wanted else ""
        scope = Scope(asked.project, asked.range, tuple(asked.filters), goal)
        for index, (other, bound, places) in enumerate(together):
            if _fit(scope, asked.group, other, bound):
                together[index] = (
                    other._replace(goal=other.goal or goal),
                    bound | asked.group.parameters,
                    [*places, place],
                )
                break
        else:
            together.append((scope, dict(asked.group.parameters), [place]))
    for scope, _, places in together:
        for place, table in zip(places, _of_visits(reader, scope, [asks[place] for place in places]), strict=True):
            found[place] = table
    return [table for table in found if table is not None]


def _by_visit_anyhow(ask: Ask) -> bool:
    """Filters on single events leave out visits; what these tell of the group is then gathered from the events."""
    return ask.asked.group.told_by_visits and not set(ask.wanted) <= {"pageviews", "events"}


def _fit(scope: Scope, group: Group, other: Scope, bound: dict[str, Any]) -> bool:
    """Whether one statement can bind what both ask."""
    same = scope[:3] == other[:3] and (not scope.goal or not other.goal or scope.goal == other.goal)
    return same and all(bound.get(name, value) == value for name, value in group.parameters.items())


def _of_visits(reader: Reader, scope: Scope, asks: Sequence[Ask]) -> list[Table]:
    visits = Visits(
        scope,
        [ask.asked.group for ask in asks],
        persons=any(of_persons(ask.wanted) for ask in asks),
        goals_by=[ask.asked.group for ask in asks if ask.asked.group.bucket and "conversions" in ask.wanted],
    )
    panels = [_Panel(number, ask, scope, visits) for number, ask in enumerate(asks)]
    with reader.keeping() as keeper:
        kept = visits.keep(keeper)
        sql = "\nUNION ALL\n".join(panel.counts(kept) for panel in panels)
        rows: list[list[Counts]] = [[] for _ in asks]
        for row in keeper.rows(sql, kept.parameters):
            rows[row["panel"]].append(row)
        found = [panel.table(of_panel) for panel, of_panel in zip(panels, rows, strict=True)]
        return list(_with_rest(keeper, kept, panels, found))


def _with_rest(keeper: Keeper, kept: Kept, panels: Sequence["_Panel"], found: Sequence[Table]) -> Iterator[Table]:
    """... with what comes after the rows that were asked for."""
    cut = [panel for panel, table in zip(panels, found, strict=True) if table.total_rows > len(table.rows)]
    rest: dict[int, Counts] = {}
    if cut:
        parameters = dict(kept.parameters)
        for panel in cut:
            parameters[f"shown_{panel.number}"] = [row["grouped"] for row in found[panel.number].rows]
        sql = "\nUNION ALL\n".join(panel.rest(kept) for panel in cut)
        rest = {row["panel"]: row for row in keeper.rows(sql, parameters)}
    for panel, table in zip(panels, found, strict=True):
        yield table._replace(rest=rest.get(panel.number))


class _Panel(NamedTuple):
    """SQL of one ask."""

    number: int
    ask: Ask
    scope: Scope
    visits: Visits

    @property
    def group(self) -> Group:
        return self.ask.asked.group

    @property
    def goals_apart(self) -> bool:
        """Whether the goals of a bucket are those of other visits too."""
        return bool(self.group.bucket and self.scope.filters) and "conversions" in self.ask.wanted

    def counts(self, kept: Kept) -> str:
        """A SELECT of the rows, in their order where there is one."""
        wanted = set(self.ask.wanted)
        aggregates = [f"{sql} AS {name}" for name, sql in self._aggregates().items() if name in wanted]
        ordered = ""
        if self.ask.top is not None:
            ordered = f"ORDER BY {sort_of(self.ask.top.order)} DESC, grouped LIMIT {int(self.ask.top.end)}"
        return _sql(
            "visit_counts.sql",
            panel=str(self.number),
            counts=",\n    ".join(self._plain(name) for name in COUNTS),
            aggregates=", ".join(aggregates or ["count() AS visits"]),
            rows=self._rows(kept),
            joined=self._conversions(kept) if self.goals_apart else "",
            ordered=ordered,
        )

    def table(self, rows: list[Counts]) -> Table:
        return Table(rows, rows[0]["total_rows"] if rows else 0, None)

    def rest(self, kept: Kept) -> str:
        """A SELECT of one row: all values after the shown ones, counted together."""
        sessions = "countIf(once)" if self.group.visit_column else "uniqExact(session_key)"
        return (
            f"SELECT toUInt16({self.number}) AS panel, groupBitmap(person) AS visitors,"
            f" toUInt64({sessions}) AS sessions, sum(value_views) AS pageviews, sum(value_events) AS events"
            f" FROM ({self._rows(kept)})"
            f" WHERE value NOT IN {{shown_{self.number}:Array(String)}}"
        )

    def _rows(self, kept: Kept, *, keys: bool = False) -> str:
        return self.visits.rows_of(self.group, kept, keys=keys)

    def _plain(self, name: Count) -> str:
        kind = "toFloat64" if name == "median_ms" else "toInt64"
        if name not in self.ask.wanted:
            return f"{kind}(0) AS {name}"
        return f"{kind}({'k' if name == 'conversions' and self.goals_apart else 'c'}.{name}) AS {name}"

    def _aggregates(self) -> dict[Count, str]:
        entered = "once AND enters AND value = entry_page" if self.group.entered else "once AND enters"
        found: dict[Count, str] = {
            "visitors": "groupBitmap(person)",
            "users": "groupBitmapIf(person, known)",
            "sessions": "countIf(once)",
            "pageviews": "sum(value_views)",
            "events": "sum(value_events)",
            "entered": f"countIf({entered})",
            "bounces": f"countIf({entered} AND non_heartbeat_events = 1)",
            "duration_ms": "sumIf(duration, once)",
            "median_ms": "quantileExactInclusiveIf(0.5)(duration, once)",
        }
        if not self.goals_apart:
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


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
