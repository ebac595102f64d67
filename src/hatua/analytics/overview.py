"""All metrics of one range, beside the period it is compared with."""

from collections.abc import Sequence
from typing import Any, get_args

from hatua.analytics.counts import COUNTS, Ask, Asked, Count, Table
from hatua.analytics.plan import Plan
from hatua.analytics.reader import Reader
from hatua.analytics.shapes import Metric, MetricValue, Number, Overview, OverviewQuestion
from hatua.analytics.timerange import compared, range_of


def answer(reader: Reader, question: OverviewQuestion) -> Overview:
    """Raises InvalidQuestion, and what the warehouse raises."""
    return plan(question).answer(reader)


def plan(question: OverviewQuestion) -> Plan[Overview]:
    """Raises InvalidQuestion."""
    asked = range_of(question)
    before = compared(asked, question.compare)

    def finish(tables: Sequence[Table]) -> Overview:
        now, *then = map(_metrics, tables)
        return Overview(
            range=asked.answer(),
            previous_range=before.answer() if before else None,
            goal=question.goal,
            metrics={
                metric: MetricValue(value=now[metric], previous=then[0][metric] if then else None)
                for metric in get_args(Metric)
            },
        )

    ranges = [asked, before] if before else [asked]
    return Plan(
        [Ask(Asked(question.project, each, question.filters, goal=question.goal), COUNTS) for each in ranges], finish
    )


def _metrics(table: Table) -> dict[Metric, Number]:
    counts = table.rows[0] if table.rows else {}
    return {metric: metric_of(metric, counts) for metric in get_args(Metric)}


def counts_for(metric: Metric) -> tuple[Count, ...]:
    """The counts that a metric is made of."""
    return _MADE_OF[metric]


def metric_of(metric: Metric, counts: dict[str, Any]) -> Number:
    """One metric from the counts of its group; counts that are not there are 0, 0 / 0 is None."""
    part, *rest = (int(counts.get(name, 0)) for name in _MADE_OF[metric])
    if metric == "anonymous":
        return part - rest[0]
    if metric == "duration_median_s":
        return counts["median_ms"] / 1000 if rest[0] else None
    if not rest:
        return part
    value = ratio(part, rest[0])
    return value / 1000 if value is not None and metric == "duration_mean_s" else value


_MADE_OF: dict[Metric, tuple[Count, ...]] = {
    "visitors": ("visitors",),
    "users": ("users",),
    "anonymous": ("visitors", "users"),
    "sessions": ("sessions",),
    "pageviews": ("pageviews",),
    "events": ("events",),
    "views_per_session": ("pageviews", "sessions"),
    "duration_mean_s": ("duration_ms", "sessions"),
    "duration_median_s": ("median_ms", "sessions"),
    "bounce_rate": ("bounces", "entered"),
    "conversion_rate": ("conversions", "visitors"),
    "conversions": ("conversions",),
}


def ratio(part: float, whole: float) -> float | None:
    """part / whole; None when there is nothing to divide by."""
    return part / whole if whole else None
