"""What every number means: the one text that the API, the tooltips and docs/metrics.md show."""

from hatua.analytics.dimensions import DIMENSIONS
from hatua.analytics.shapes import Definitions, DimensionDefinition, MetricDefinition

METRICS: tuple[MetricDefinition, ...] = (
    MetricDefinition(
        key="visitors",
        label="Visitors",
        unit="count",
        definition="Distinct persons with at least one event in the range. A person is the user id of an event; "
        "without one, the user its anonymous id was last linked to; without a link, the anonymous id itself.",
    ),
    MetricDefinition(
        key="users",
        label="Users",
        unit="count",
        definition="Visitors known by a user id, in at least one of their events or by a link.",
    ),
    MetricDefinition(
        key="anonymous",
        label="Anonymous",
        unit="count",
        definition="Visitors not known by a user id. Users and anonymous add up to visitors.",
    ),
    MetricDefinition(
        key="sessions",
        label="Sessions",
        unit="count",
        definition="Distinct sessions that have an event in the range. A session ends after 30 minutes without one.",
    ),
    MetricDefinition(
        key="pageviews",
        label="Page views",
        unit="count",
        definition="Events that are page views: of type page, or named page_view.",
    ),
    MetricDefinition(key="events", label="Events", unit="count", definition="All events, page views included."),
    MetricDefinition(
        key="views_per_session",
        label="Views per session",
        unit="ratio",
        definition="Page views divided by sessions.",
    ),
    MetricDefinition(
        key="duration_mean_s",
        label="Mean session duration",
        unit="seconds",
        definition="Mean time from the first to the last event of a session. All sessions count, bounces as 0.",
    ),
    MetricDefinition(
        key="duration_median_s",
        label="Median session duration",
        unit="seconds",
        definition="Median time from the first to the last event of a session. All sessions count, bounces as 0.",
    ),
    MetricDefinition(
        key="bounce_rate",
        label="Bounce rate",
        unit="rate",
        definition="Share of sessions with exactly one event that is not a heartbeat. With a page filter, and in a "
        "breakdown by page: of the sessions that entered on that page.",
    ),
    MetricDefinition(
        key="conversion_rate",
        label="Conversion rate",
        unit="rate",
        definition="Share of the visitors who have the goal event in the range. Filters choose the visitors; the goal "
        "may be anywhere in their range. In a breakdown: of that row's visitors.",
    ),
    MetricDefinition(
        key="conversions",
        label="Conversions",
        unit="count",
        definition="Visitors who have the goal event in the range.",
    ),
)


def definitions() -> Definitions:
    """Every metric and dimension with its label and text."""
    return Definitions(
        metrics=list(METRICS),
        dimensions=[
            DimensionDefinition(key=each.key, label=each.label, belongs_to=each.belongs_to)
            for each in DIMENSIONS.values()
        ],
    )
