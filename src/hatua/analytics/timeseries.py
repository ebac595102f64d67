"""Metrics by bucket of time. Each bucket is a range of its own: its visitors, its sessions, its conversions."""

from typing import Any

from hatua.analytics.overview import metric_of
from hatua.analytics.reader import Reader
from hatua.analytics.seen import Seen, by_bucket, conversions, event_metrics, seen, session_metrics
from hatua.analytics.shapes import Metric, Point, Series, Timeseries, TimeseriesQuestion
from hatua.analytics.timerange import Buckets, Range, buckets_of, compared, range_of, widened

_OF_SESSIONS: frozenset[Metric] = frozenset(("duration_mean_s", "duration_median_s", "bounce_rate"))
_OF_GOALS: frozenset[Metric] = frozenset(("conversion_rate", "conversions"))


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
    chosen = seen(question.project, shown, question.filters, by_bucket(buckets.edges))
    counts = _counts(reader, question, shown, chosen)
    return {each: _series(each, buckets, counts, now_ms) for each in question.metrics}


def _counts(reader: Reader, question: TimeseriesQuestion, shown: Range, chosen: Seen) -> dict[int, dict[str, Any]]:
    asked = set(question.metrics)
    found: dict[int, dict[str, Any]] = {}
    if asked & _OF_SESSIONS:
        _merge(found, session_metrics(reader, chosen))
    if asked & _OF_GOALS:
        _merge(found, conversions(reader, chosen, question.project, shown, question.goal))
    if asked - _OF_SESSIONS - _OF_GOALS:
        _merge(found, event_metrics(reader, chosen))
    return found


def _merge(found: dict[int, dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    for row in rows:
        found.setdefault(int(row["grouped"]), {}).update(row)


def _series(metric: Metric, buckets: Buckets, counts: dict[int, dict[str, Any]], now_ms: int) -> list[Point]:
    return [
        Point(
            bucket=buckets.label(index),
            value=metric_of(metric, counts.get(start, {})),
            incomplete=buckets.incomplete(index, now_ms),
        )
        for index, start in enumerate(buckets.edges[:-1])
    ]
