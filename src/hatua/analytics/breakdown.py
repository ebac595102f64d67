"""The values of one dimension, largest first, each with its own metrics, and the rest as one row."""

from typing import Any

from hatua.analytics.dimensions import dimension_of
from hatua.analytics.overview import ratio
from hatua.analytics.reader import Reader
from hatua.analytics.seen import by_dimension, conversions, event_metrics, seen, session_metrics
from hatua.analytics.shapes import Breakdown, BreakdownQuestion, BreakdownRest, BreakdownRow
from hatua.analytics.timerange import range_of

_COUNTS = ("visitors", "sessions", "pageviews", "events")


def answer(reader: Reader, question: BreakdownQuestion) -> Breakdown:
    """Rows by `order` downwards, equal ones by value. Raises InvalidQuestion, and what the warehouse raises."""
    asked = range_of(question)
    group = by_dimension(dimension_of(question.dimension, "dimension"))
    chosen = seen(question.project, asked, question.filters, group)
    found: dict[str, dict[str, Any]] = {}
    for rows in (
        session_metrics(reader, chosen),
        conversions(reader, chosen, question.project, asked, question.goal),
        event_metrics(reader, chosen),
    ):
        for row in rows:
            found.setdefault(row["grouped"], {}).update(row)
    ordered = sorted((_row(value, counts) for value, counts in found.items()), key=lambda row: row.value)
    ordered.sort(key=lambda row: _rank(getattr(row, question.order)), reverse=True)
    end = question.offset + question.limit
    return Breakdown(
        dimension=question.dimension,
        rows=ordered[question.offset : end],
        total_rows=len(ordered),
        other=_rest(reader, question, [row.value for row in ordered[:end]]) if len(ordered) > end else None,
    )


def _row(value: str, counts: dict[str, Any]) -> BreakdownRow:
    return BreakdownRow(
        value=value,
        **{name: int(counts[name]) for name in _COUNTS},
        bounce_rate=ratio(counts.get("bounces", 0), counts.get("entered", 0)),
        conversion_rate=ratio(counts["conversions"], counts["visitors"]),
    )


def _rank(value: float | None) -> float:
    return -1.0 if value is None else float(value)


def _rest(reader: Reader, question: BreakdownQuestion, shown: list[str]) -> BreakdownRest:
    group = by_dimension(dimension_of(question.dimension, "dimension"))
    chosen = seen(
        question.project,
        range_of(question),
        question.filters,
        group,
        condition=f"{group.sql} NOT IN {{shown:Array(String)}}",
        parameters={"shown": shown},
    )
    # Everything left is one group: what it is called no longer matters, who is in it does.
    rows = event_metrics(reader, chosen._replace(sql=f"SELECT * REPLACE ('' AS grouped) FROM ({chosen.sql})"))
    return BreakdownRest(**{name: int(rows[0][name]) if rows else 0 for name in _COUNTS})
