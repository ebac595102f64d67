"""All metrics of one range, beside the period it is compared with."""

from collections.abc import Sequence
from typing import Any, get_args

from hatua.analytics.question import Filter
from hatua.analytics.reader import Reader
from hatua.analytics.seen import conversions, event_metrics, seen, session_metrics
from hatua.analytics.shapes import Metric, MetricValue, Number, Overview, OverviewQuestion
from hatua.analytics.timerange import Range, compared, range_of


def answer(reader: Reader, question: OverviewQuestion) -> Overview:
    """Raises InvalidQuestion, and what the warehouse raises."""
    asked = range_of(question)
    before = compared(asked, question.compare)
    now = _metrics(reader, question.project, asked, question.filters, question.goal)
    then = _metrics(reader, question.project, before, question.filters, question.goal) if before else {}
    return Overview(
        range=asked.answer(),
        previous_range=before.answer() if before else None,
        goal=question.goal,
        metrics={metric: MetricValue(value=now[metric], previous=then.get(metric)) for metric in get_args(Metric)},
    )


def _metrics(reader: Reader, project: str, asked: Range, filters: Sequence[Filter], goal: str) -> dict[Metric, Number]:
    chosen = seen(project, asked, filters)
    counts: dict[str, Any] = {}
    for rows in (
        session_metrics(reader, chosen),
        conversions(reader, chosen, project, asked, goal),
        event_metrics(reader, chosen),
    ):
        counts.update(rows[0] if rows else {})
    return {metric: metric_of(metric, counts) for metric in get_args(Metric)}


def metric_of(metric: Metric, counts: dict[str, Any]) -> Number:
    """One metric from the counts of its group (`seen.py`); counts that are not there are 0, 0 / 0 is None."""
    if metric in _COUNTED:
        return int(counts.get(metric, 0))
    if metric == "anonymous":
        return int(counts.get("visitors", 0)) - int(counts.get("users", 0))
    if metric == "duration_median_s":
        return counts["median_ms"] / 1000 if counts.get("sessions") else None
    part, whole = _DIVIDED[metric]
    value = ratio(counts.get(part, 0), counts.get(whole, 0))
    return value / 1000 if value is not None and metric == "duration_mean_s" else value


_COUNTED: frozenset[Metric] = frozenset(("visitors", "users", "sessions", "pageviews", "events", "conversions"))
_DIVIDED: dict[Metric, tuple[str, str]] = {
    "views_per_session": ("pageviews", "sessions"),
    "duration_mean_s": ("duration_ms", "sessions"),
    "bounce_rate": ("bounces", "entered"),
    "conversion_rate": ("conversions", "visitors"),
}


def ratio(part: float, whole: float) -> float | None:
    """part / whole; None when there is nothing to divide by."""
    return part / whole if whole else None
