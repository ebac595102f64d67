"""The values of one dimension, largest first, each with its own metrics, and the rest as one row."""

from string import Template
from typing import Any

from hatua.analytics.counting import Asked, is_of_visits, of_events, of_visits
from hatua.analytics.dimensions import dimension_of
from hatua.analytics.groups import by_dimension
from hatua.analytics.overview import ratio
from hatua.analytics.reader import Reader
from hatua.analytics.shapes import Breakdown, BreakdownQuestion, BreakdownRest, BreakdownRow, RowMetric
from hatua.analytics.timerange import range_of
from hatua.warehouse.sql import load

_COUNTS = ("visitors", "sessions", "pageviews", "events")
_AFTER = 0
_BEFORE = -1


def answer(reader: Reader, question: BreakdownQuestion) -> Breakdown:
    """Rows by `order` downwards, equal ones by value. Raises InvalidQuestion, and what the warehouse raises."""
    group = by_dimension(dimension_of(question.dimension, "dimension"))
    asked = Asked(question.project, range_of(question), question.filters, group, question.goal)
    counting = of_visits(reader, asked, states=True) if is_of_visits(asked) else of_events(asked, states=True)
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
        merge=counting.merge,
        merged_sessions="uniqExactMerge(c.sessions)" if counting.sessions_are_states else "sum(c.sessions)",
        order=orders[question.order],
    )
    bounds = {"offset": question.offset, "end": question.offset + question.limit}
    rows = reader.rows(sql, {**counting.parameters, **bounds})
    rest = next((row for row in rows if row["place"] == _AFTER), None)
    return Breakdown(
        dimension=question.dimension,
        rows=[_row(row) for row in rows if row["place"] not in (_BEFORE, _AFTER)],
        total_rows=rows[0]["total_rows"] if rows else 0,
        other=BreakdownRest(**{name: int(rest[name]) for name in _COUNTS}) if rest else None,
    )


def _row(counts: dict[str, Any]) -> BreakdownRow:
    return BreakdownRow(
        value=counts["value"],
        **{name: int(counts[name]) for name in _COUNTS},
        bounce_rate=ratio(counts["bounces"], counts["entered"]),
        conversion_rate=ratio(counts["conversions"], counts["visitors"]),
    )
