"""The values of one dimension, largest first, each with its own metrics, and the rest as one row."""

from string import Template
from typing import Any

from hatua.analytics.counting import Asked, Counting, of_events, of_visits, visits_of
from hatua.analytics.dimensions import dimension_of
from hatua.analytics.groups import by_dimension
from hatua.analytics.overview import ratio
from hatua.analytics.ranking import ranked
from hatua.analytics.reader import Reader
from hatua.analytics.shapes import Breakdown, BreakdownQuestion, BreakdownRest, BreakdownRow, RowMetric
from hatua.analytics.timerange import range_of
from hatua.analytics.visits import told_by_visits
from hatua.warehouse.sql import load

_COUNTS = ("visitors", "sessions", "pageviews", "events")
_AFTER = 0
_BEFORE = -1


def answer(reader: Reader, question: BreakdownQuestion) -> Breakdown:
    """Rows by `order` downwards, equal ones by value. Raises InvalidQuestion, and what the warehouse raises."""
    group = by_dimension(dimension_of(question.dimension, "dimension"))
    asked = Asked(question.project, range_of(question), question.filters, group, question.goal)
    if told_by_visits(asked.filters, group):
        found = ranked(reader, asked, question.order, question.offset + question.limit)
        if found is not None:
            return Breakdown(
                dimension=question.dimension,
                rows=[_row(row) for row in found.rows[question.offset :]],
                total_rows=found.total_rows,
                other=BreakdownRest(**found.other) if found.other else None,
            )
        rows = _of_visits(reader, question, asked)
    else:
        rows = _ranked(reader, question, of_events(asked, states=True))
    rest = next((row for row in rows if row["place"] == _AFTER), None)
    return Breakdown(
        dimension=question.dimension,
        rows=[_row(row) for row in rows if row["place"] not in (_BEFORE, _AFTER)],
        total_rows=rows[0]["total_rows"] if rows else 0,
        other=BreakdownRest(**{name: int(rest[name]) for name in _COUNTS}) if rest else None,
    )


def _of_visits(reader: Reader, question: BreakdownQuestion, asked: Asked) -> list[dict[str, Any]]:
    visits = visits_of(asked)
    rows = _ranked(reader, question, of_visits(asked, visits.facts(visits.listed(reader)), states=True))
    if rows and rows[0]["mixed_visits"]:
        rows = _ranked(reader, question, of_visits(asked, visits.facts(visits.listed_mixed(reader)), states=True))
    return rows


def _ranked(reader: Reader, question: BreakdownQuestion, counting: Counting) -> list[dict[str, Any]]:
    sessions = "finalizeAggregation(sessions)" if counting.sessions_are_states else "sessions"
    orders: dict[RowMetric, str] = {
        "visitors": "finalizeAggregation(visitors)",
        "sessions": sessions,
        "pageviews": "pageviews",
        "events": "events",
        "bounce_rate": "if(entered = 0, -1, bounces / entered)",
        "conversion_rate": "conversions / finalizeAggregation(visitors)",
    }
    sql = Template(load("hatua.analytics", "sql/breakdown.sql")).substitute(
        counts=counting.sql,
        merged_sessions="uniqExactMerge(c.sessions)" if counting.sessions_are_states else "sum(c.sessions)",
        order=orders[question.order],
    )
    bounds = {"offset": question.offset, "end": question.offset + question.limit}
    return reader.rows(sql, {**counting.parameters, **bounds})


def _row(counts: dict[str, Any]) -> BreakdownRow:
    return BreakdownRow(
        value=counts["value"],
        **{name: int(counts[name]) for name in _COUNTS},
        bounce_rate=ratio(counts["bounces"], counts["entered"]),
        conversion_rate=ratio(counts["conversions"], counts["visitors"]),
    )
