"""Metrics side by side give the numbers of the questions that are checked against the second source."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from hatua.analytics import breakdown, combined, overview, timeseries
from hatua.analytics.combined_shapes import CombinedQuestion
from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.question import read
from hatua.analytics.shapes import BreakdownQuestion, OverviewQuestion, TimeseriesQuestion
from hatua.warehouse.client import Warehouse
from tests.oracle.compare import store
from tests.oracle.generate import generate_history


@pytest.fixture
def common(warehouse: Warehouse) -> dict[str, Any]:
    """A stored history and the range around it."""
    history, zone, day = generate_history(Random("combined"), "p")
    store(warehouse, [("p", history)])
    margin = timedelta(days=40)
    return {"project": "p", "from": (day - margin).isoformat(), "to": (day + margin).isoformat(), "tz": zone}


def test_without_a_group_it_is_the_overview(warehouse: Warehouse, common: dict[str, Any]) -> None:
    expected = overview.answer(warehouse, read(OverviewQuestion, common)).metrics
    series = [{"metric": "visitors"}, {"metric": "sessions"}, {"metric": "bounce_rate"}]
    asked = {**common, "series": series, "formulas": [{"expression": "A / B * 100"}]}
    found = combined.answer(warehouse, read(CombinedQuestion, asked))

    visitors, sessions = expected["visitors"].value, expected["sessions"].value
    assert visitors
    assert sessions
    assert found.rows == [[visitors, sessions, expected["bounce_rate"].value, visitors / sessions * 100]]
    assert [column.name for column in found.columns] == ["visitors", "sessions", "bounce_rate", "A / B * 100"]


def test_by_interval_it_is_the_time_series(warehouse: Warehouse, common: dict[str, Any]) -> None:
    asked = read(TimeseriesQuestion, {**common, "metrics": ["events"], "interval": "day"})
    points = timeseries.answer(warehouse, asked, 0).series[0].points
    found = combined.answer(
        warehouse, read(CombinedQuestion, {**common, "series": [{"metric": "events"}], "interval": "day"})
    )
    assert found.rows == [[point.bucket, point.value] for point in points]
    assert sum(point.value or 0 for point in points) > 0


def test_by_dimension_it_is_the_breakdown(warehouse: Warehouse, common: dict[str, Any]) -> None:
    rows = breakdown.answer(warehouse, read(BreakdownQuestion, {**common, "dimension": "event_name"})).rows
    asked = {**common, "series": [{"metric": "visitors"}, {"metric": "events"}], "dimension": "event_name"}
    found = combined.answer(warehouse, read(CombinedQuestion, asked))
    assert found.rows == [[row.value, row.visitors, row.events] for row in rows]
    assert len(rows) > 1


def test_each_series_has_filters_of_its_own(warehouse: Warehouse, common: dict[str, Any]) -> None:
    only = [{"dimension": "event_name", "operator": "is", "values": ["page_view"]}]
    others = [{"dimension": "event_name", "operator": "is_not", "values": ["page_view"]}]
    series = [{"metric": "events"}, {"metric": "events", "filters": only}, {"metric": "events", "filters": others}]
    asked = {**common, "series": series, "formulas": [{"expression": "A - B - C"}]}
    assert combined.answer(warehouse, read(CombinedQuestion, asked)).rows[0][3] == 0


def test_interval_and_dimension_together_are_refused(common: dict[str, Any]) -> None:
    asked = {**common, "series": [{"metric": "events"}], "interval": "day", "dimension": "country"}
    with pytest.raises(InvalidQuestion, match="both given"):
        read(CombinedQuestion, asked)
