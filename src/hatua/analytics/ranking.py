"""The largest values of a dimension that visits tell, without a set of persons for each value.

Sessions, page views and events of a value are sums. Persons are told apart once, each with one number whose bits say
which of the candidates it has; ten million (person, page) pairs in sets take ten times as long. Candidates are those
with the most sessions: a value has no more persons than its `bound` says, so one that is no candidate cannot be among
the largest if even that is less than the persons of the last one shown."""

from collections.abc import Sequence
from string import Template
from typing import Any, NamedTuple

from hatua.analytics.counting import Asked, goal_sql, visits_of
from hatua.analytics.reader import Reader
from hatua.analytics.shapes import RowMetric
from hatua.analytics.visits import Listed, Visits
from hatua.warehouse.sql import load

_MOST_CANDIDATES = 50
"""Bits are summed, and a visit may have a thousand other values: 50 + 10 bits fit into 64."""
_FEWER = 4
"""What has that many times fewer sessions than the last that may be shown is taken for no candidate."""
_ORDERS: dict[RowMetric, str] = {
    "visitors": "bound",
    "sessions": "sessions",
    "pageviews": "pageviews",
    "events": "events",
    "bounce_rate": "if(entered = 0, -1, bounces / entered)",
}


class Ranked(NamedTuple):
    """Rows in their order, from the first to the last that is shown; `other`: what all after them have together."""

    rows: list[dict[str, Any]]
    total_rows: int
    other: dict[str, int] | None


class _Persons(NamedTuple):
    visitors: list[int]
    conversions: list[int]
    other_visitors: int
    other_sessions: int
    mixed_visits: int


def ranked(reader: Reader, asked: Asked, order: RowMetric, end: int) -> Ranked | None:
    """The first `end` values. None where that cannot be told this way: too many rows, values too much alike, or an
    order by conversion rate, which nothing bounds. Raises InvalidQuestion, and what the warehouse raises."""
    if order not in _ORDERS or end > _MOST_CANDIDATES:
        return None
    visits = visits_of(asked)
    found = _Ranking(reader, asked, visits, visits.listed(reader)).first(order, end)
    if found is _MIXED:
        found = _Ranking(reader, asked, visits, visits.listed_mixed(reader)).first(order, end)
    return found


_MIXED = Ranked([], -1, None)
"""Some visits are of two persons: their events must be asked."""


class _Ranking(NamedTuple):
    reader: Reader
    asked: Asked
    visits: Visits
    listed: Listed

    def first(self, order: RowMetric, end: int) -> Ranked | None:
        sums = self._sums(order, _MOST_CANDIDATES)
        if not sums:
            return Ranked([], 0, None)
        most = _promising(sums, order, end)
        rows = sums[:most]
        persons = self._persons(rows, min(end, len(rows)))
        if persons.mixed_visits:
            return _MIXED
        for row, visitors, conversions in zip(rows, persons.visitors, persons.conversions, strict=True):
            row |= {"visitors": visitors, "conversions": conversions}
        shown = rows[:end]
        if order == "visitors":
            shown = sorted(rows, key=lambda row: (-row["visitors"], row["value"].encode()))[:end]
            if len(sums) > most and sums[most]["bound"] >= shown[-1]["visitors"]:
                return None
        total = sums[0]["total_rows"]
        if total <= end:
            return Ranked(shown, total, None)
        if {row["value"] for row in shown} != {row["value"] for row in rows[:end]}:
            persons = self._persons(shown, end)
        other = {
            "visitors": persons.other_visitors,
            "sessions": persons.other_sessions,
            "pageviews": sums[0]["all_pageviews"] - sum(row["pageviews"] for row in shown),
            "events": sums[0]["all_events"] - sum(row["events"] for row in shown),
        }
        return Ranked(shown, total, other)

    def _sums(self, order: RowMetric, most: int) -> list[dict[str, Any]]:
        facts = self.visits.facts(self.listed, persons=False)
        sql = _sql(
            "visit_sums.sql",
            facts=facts.sql,
            order=_ORDERS[order],
            entered="value = entry_page" if self.asked.group.entered else "true",
        )
        return self.reader.rows(sql, {**facts.parameters, "candidates": most})

    def _persons(self, rows: Sequence[dict[str, Any]], end: int) -> _Persons:
        facts = self.visits.facts(self.listed)
        bits = [f"bitTest(mask, {bit})" for bit in range(len(rows))]
        # Filters choose the visitors; their goal may be anywhere in the range.
        elsewhere = f"person_key IN (SELECT person_key FROM ({goal_sql(self.asked)}))"
        sql = _sql(
            "visit_masks.sql",
            facts=facts.sql,
            visitors=", ".join(f"countIf({bit})" for bit in bits),
            conversions=", ".join(f"countIf({bit} AND converted)" for bit in bits),
            converted=elsewhere if self.asked.filters else "max(achieved)",
        )
        candidates = [row["value"] for row in rows]
        parameters = {**facts.parameters, "candidates": candidates, "count": len(candidates), "end": end}
        (row,) = self.reader.rows(sql, parameters)
        return _Persons(**{name: row[name] for name in _Persons._fields})


def _promising(sums: Sequence[dict[str, Any]], order: RowMetric, end: int) -> int:
    """How many of the values are candidates. An order by sums is known already."""
    most = min(len(sums), _MOST_CANDIDATES)
    if order != "visitors" or most <= end:
        return min(most, end)
    least = sums[end - 1]["bound"] / _FEWER
    return next((place for place in range(end, most) if sums[place]["bound"] < least), most)


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
