"""The values of one dimension, largest first, each with its own metrics, and the rest as one row."""

from collections.abc import Sequence
from typing import Any

from hatua.analytics.counts import Ask, Asked, Count, Table, Top
from hatua.analytics.dimensions import dimension_of
from hatua.analytics.groups import by_dimension
from hatua.analytics.overview import ratio
from hatua.analytics.plan import Plan
from hatua.analytics.reader import Reader
from hatua.analytics.shapes import Breakdown, BreakdownQuestion, BreakdownRest, BreakdownRow
from hatua.analytics.timerange import range_of

_SHOWN = ("visitors", "sessions", "pageviews", "events")
_WANTED: tuple[Count, ...] = ("visitors", "sessions", "pageviews", "events", "entered", "bounces", "conversions")


def answer(reader: Reader, question: BreakdownQuestion) -> Breakdown:
    """Rows by `order` downwards, equal ones by value. Raises InvalidQuestion, and what the warehouse raises."""
    return plan(question).answer(reader)


def plan(question: BreakdownQuestion) -> Plan[Breakdown]:
    """Raises InvalidQuestion."""
    group = by_dimension(dimension_of(question.dimension, "dimension"))
    asked = Asked(question.project, range_of(question), question.filters, group, question.goal)

    def finish(tables: Sequence[Table]) -> Breakdown:
        (table,) = tables
        return Breakdown(
            dimension=question.dimension,
            rows=[_row(row) for row in table.rows[question.offset :]],
            total_rows=table.total_rows,
            other=BreakdownRest(**{name: int(table.rest[name]) for name in _SHOWN}) if table.rest else None,
        )

    return Plan([Ask(asked, _WANTED, Top(question.order, question.offset + question.limit))], finish)


def _row(counts: dict[str, Any]) -> BreakdownRow:
    return BreakdownRow(
        value=counts["grouped"],
        **{name: int(counts[name]) for name in _SHOWN},
        bounce_rate=ratio(counts["bounces"], counts["entered"]),
        conversion_rate=ratio(counts["conversions"], counts["visitors"]),
    )
