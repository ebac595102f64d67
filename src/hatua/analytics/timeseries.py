"""Metrics by bucket of time. Each bucket is a range of its own: its visitors, its sessions, its conversions."""

from typing import Any

from hatua.analytics.counting import Asked, Count, count
from hatua.analytics.groups import by_bucket
from hatua.analytics.overview import counts_for, metric_of
from hatua.analytics.reader import Reader
from hatua.analytics.shapes import Metric, Point, Series, Timeseries, TimeseriesQuestion
from hatua.analytics.timerange import Buckets, Range, buckets_of, compared, range_of, widened


def answer(reader: Reader, question: TimeseriesQuestion, now_ms: int) -> Timeseries:
    """Empty buckets are 0 (rates null). Raises InvalidQuestion, and what the warehouse raises."""
    asked = range_of(question)
    shown = widened(asked, question.interval)
    before = compared(asked if question.compare == "year" else shown, question.compare, question.interval)
    now = _points(reader, question, shown, now_ms)
    then = _points(reader, question, before, now_ms) if before else None
    return Timeseries(
        interval=question.interval,
        timezone=shown.zone.key,
        series=[
            Series(metric=each, points=now[each], previous=then[each] if then else None)
            for each in dict.fromkeys(question.metrics)
        ],
    )


def _points(reader: Reader, question: TimeseriesQuestion, shown: Range, now_ms: int) -> dict[Metric, list[Point]]:
    buckets = buckets_of(shown, question.interval)
    asked = Asked(question.project, shown, question.filters, by_bucket(buckets.edges), question.goal)
    wanted: list[Count] = sorted({name for metric in question.metrics for name in counts_for(metric)})
    counts = {int(row["grouped"]): row for row in count(reader, asked, wanted)}
    return {each: _series(each, buckets, counts, now_ms) for each in question.metrics}


def _series(metric: Metric, buckets: Buckets, counts: dict[int, dict[str, Any]], now_ms: int) -> list[Point]:
    return [
        Point(
            bucket=buckets.label(index),
            value=metric_of(metric, counts.get(start, {})),
            incomplete=buckets.incomplete(index, now_ms),
        )
        for index, start in enumerate(buckets.edges[:-1])
    ]
