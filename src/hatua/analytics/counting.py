"""Counting, by group: panels of one page about the same visits are counted from one look at these.

A panel that visits do not tell (a breakdown by a property, a title, a channel) is counted from single events, by
itself (event_counting.py); both ways give the same numbers.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from hatua.analytics.counts import Ask, Asked, Count, Counts, Table, of_persons
from hatua.analytics.event_counting import count_events
from hatua.analytics.groups import Group
from hatua.analytics.panel import Panel
from hatua.analytics.reader import Keeper, Reader
from hatua.analytics.visits import Kept, Scope, Visits, told_by_visits


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
    panels = [Panel(number, ask, scope, visits) for number, ask in enumerate(asks)]
    with reader.keeping() as keeper:
        kept = visits.keep(keeper)
        sql = "\nUNION ALL\n".join(panel.counts(kept) for panel in panels)
        rows: list[list[Counts]] = [[] for _ in asks]
        for row in keeper.rows(sql, kept.parameters):
            rows[row["panel"]].append(row)
        found = [panel.table(of_panel) for panel, of_panel in zip(panels, rows, strict=True)]
        return list(_with_rest(keeper, kept, panels, found))


def _with_rest(keeper: Keeper, kept: Kept, panels: Sequence[Panel], found: Sequence[Table]) -> Iterator[Table]:
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
        yield table._replace(rest=panel.rest_of(table, rest[panel.number])) if panel.number in rest else table
