"""Metrics by bucket of time. Each bucket is a range of its own: its visitors, its sessions, its conversions."""

from collections.abc import Sequence
from typing import Any

from hatua.analytics.counts import COUNTS, Ask, Asked, Table
from hatua.analytics.groups import by_bucket
from hatua.analytics.overview import counts_for, metric_of
from hatua.analytics.plan import Plan
from hatua.analytics.reader import Reader
from hatua.analytics.shapes import Metric, Point, Series, Timeseries, TimeseriesQuestion
from hatua.analytics.timerange import Buckets, buckets_of, compared, range_of, widened


def answer(reader: Reader, question: TimeseriesQuestion, now_ms: int) -> Timeseries:
    """Empty buckets are 0 (rates null). Raises InvalidQuestion, and what the warehouse raises."""
    return plan(question, now_ms).answer(reader)


def plan(question: TimeseriesQuestion, now_ms: int) -> Plan[Timeseries]:
    """Raises InvalidQuestion."""
    asked = range_of(question)
    shown = widened(asked, question.interval)
    before = compared(asked if question.compare == "year" else shown, question.compare, question.interval)
    buckets = [buckets_of(each, question.interval) for each in ((shown, before) if before else (shown,))]
    metrics = list(dict.fromkeys(question.metrics))
    needed = {name for metric in metrics for name in counts_for(metric)}
    wanted = tuple(name for name in COUNTS if name in needed)

    def finish(tables: Sequence[Table]) -> Timeseries:
        now, *then = (_points(*each, metrics, now_ms) for each in zip(buckets, tables, strict=True))
        return Timeseries(
            interval=question.interval,
            timezone=shown.zone.key,
            series=[
                Series(metric=each, points=now[each], previous=then[0][each] if then else None) for each in metrics
            ],
        )

    return Plan(
        [
            Ask(Asked(question.project, each.range, question.filters, by_bucket(each.edges), question.goal), wanted)
            for each in buckets
        ],
        finish,
    )


def _points(buckets: Buckets, table: Table, metrics: Sequence[Metric], now_ms: int) -> dict[Metric, list[Point]]:
    counts = {int(row["grouped"]): row for row in table.rows}
    return {each: _series(each, buckets, counts, now_ms) for each in metrics}


def _series(metric: Metric, buckets: Buckets, counts: dict[int, dict[str, Any]], now_ms: int) -> list[Point]:
    return [
        Point(
            bucket=buckets.label(index),
            value=metric_of(metric, counts.get(start, {})),
            incomplete=buckets.incomplete(index, now_ms),
        )
        for index, start in enumerate(buckets.edges[:-1])
    ]
