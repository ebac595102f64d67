"""The people and sessions behind every number: lists as long as the number says, also under filters, in every bucket,
row and cell. (Funnels, retention, lifecycle, stickiness, paths and journeys: beside their own oracles.)"""

import os
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from hatua.analytics import breakdown, events_list, heatmap, overview, people, sessions, timeseries
from hatua.analytics.dimensions import dimension_of
from hatua.analytics.people_shapes import PeopleQuestion
from hatua.analytics.question import read
from hatua.analytics.session_shapes import SessionsQuestion
from hatua.analytics.shapes import (
    BreakdownQuestion,
    EventsQuestion,
    HeatmapQuestion,
    OverviewQuestion,
    TimeseriesQuestion,
)
from hatua.warehouse.client import Warehouse
from tests.oracle.compare import store
from tests.oracle.generate import DIMENSIONS, generate_filters, generate_history, generate_range

QUICK = int(os.environ.get("HATUA_TEST_HISTORIES", "5"))

Question = dict[str, Any]


class Lists:
    """How long the lists behind a question's numbers are, counted page by page."""

    def __init__(self, warehouse: Warehouse, question: Question) -> None:
        self.warehouse = warehouse
        self.question = question

    def people(self, **narrowed: Any) -> int:
        names: list[str] = []
        cursor = ""
        while True:
            asked = read(PeopleQuestion, {**self.question, **narrowed, "limit": 3, "cursor": cursor})
            page = people.answer(self.warehouse, asked)
            names += [one.person for one in page.people]
            if page.next_cursor is None:
                assert len(names) == len(set(names)) == page.total
                return len(names)
            cursor = page.next_cursor

    def sessions(self, **narrowed: Any) -> int:
        ids: list[str] = []
        cursor = ""
        while True:
            asked = read(SessionsQuestion, {**self.question, **narrowed, "limit": 3, "cursor": cursor})
            page = sessions.answer(self.warehouse, asked)
            ids += [one.session_id for one in page.sessions]
            if page.next_cursor is None:
                assert len(ids) == len(set(ids)) == page.total
                return len(ids)
            cursor = page.next_cursor


def questions(warehouse: Warehouse, seed: str) -> list[tuple[Random, Question]]:
    random = Random(seed)
    made = [(name, *generate_history(random, name)) for name in (f"{seed}-{n}" for n in range(QUICK))]
    store(warehouse, [(project, history) for project, history, _, _ in made])
    found = []
    for project, _, zone, day in made:
        filters = generate_filters(random, 1) if random.random() < 0.5 else []
        found.append((random, {**generate_range(random, day, zone), "project": project, "filters": filters}))
    return found


def test_behind_the_figures_of_the_overview(warehouse: Warehouse) -> None:
    seen = 0
    for _, question in questions(warehouse, "behind-overview"):
        found = overview.answer(warehouse, read(OverviewQuestion, question)).metrics
        behind = Lists(warehouse, question)
        assert behind.people() == found["visitors"].value
        assert behind.people(known=True) == found["users"].value
        assert behind.people(known=False) == found["anonymous"].value
        assert behind.people(converted=True) == found["conversions"].value
        assert behind.sessions() == found["sessions"].value
        seen += int(found["visitors"].value or 0)
    assert seen > 0


def test_behind_a_bucket_of_a_series(warehouse: Warehouse) -> None:
    seen = 0
    for random, question in questions(warehouse, "behind-series"):
        interval = random.choice(("hour", "day", "week"))
        metrics = ["visitors", "conversions", "sessions"]
        asked = read(TimeseriesQuestion, {**question, "metrics": metrics, "interval": interval})
        series = {each.metric: each.points for each in timeseries.answer(warehouse, asked, 0).series}
        shown = [place for place, point in enumerate(series["visitors"]) if point.value] or [0]
        place = random.choice(shown)
        edges = [point.bucket for point in series["visitors"]]
        hours = {"hour": 1, "day": 24, "week": 7 * 24}[interval]
        end = edges[place + 1] if place + 1 < len(edges) else None
        if end is None:  # the last bucket is over when the range is: by the wall clock
            local = datetime.fromisoformat(edges[place])
            if interval == "hour":
                end = (local + timedelta(hours=hours)).isoformat()
            else:
                day = local.date() + timedelta(hours=hours)
                whole = {"from": local.date().isoformat(), "to": (day - timedelta(days=1)).isoformat()}
                behind = Lists(warehouse, {**question, **whole})
        if end is not None:
            behind = Lists(warehouse, {**question, "from": edges[place], "to": end})
        assert behind.people() == series["visitors"][place].value
        assert behind.people(converted=True) == series["conversions"][place].value
        assert behind.sessions() == series["sessions"][place].value
        seen += int(series["visitors"][place].value or 0)
    assert seen > 0


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_behind_a_row_of_a_breakdown_and_behind_the_rest(warehouse: Warehouse, dimension: str) -> None:
    seen = 0
    for _, question in questions(warehouse, f"behind-{dimension}")[:3]:
        asked = read(BreakdownQuestion, {**question, "dimension": dimension, "limit": 2})
        found = breakdown.answer(warehouse, asked)
        for row in found.rows:
            only = {"dimension": dimension, "operator": "is", "values": [row.value]}
            behind = Lists(warehouse, {**question, "filters": [*question["filters"], only]})
            assert behind.people() == row.visitors
            assert behind.sessions() == row.sessions
            if row.conversion_rate is not None:
                assert behind.people(converted=True) == pytest.approx(row.conversion_rate * row.visitors)
            seen += row.visitors
        if found.other is not None:
            rest = [{"dimension": dimension, "operator": "is_not", "values": [row.value for row in found.rows]}]
            if dimension_of(dimension, "").leaves_out_missing:
                rest.append({"dimension": dimension, "operator": "exists"})
            behind = Lists(warehouse, {**question, "filters": [*question["filters"], *rest]})
            assert behind.people() == found.other.visitors
            assert behind.sessions() == found.other.sessions
    assert seen > 0


def test_behind_a_cell_of_the_heat_map(warehouse: Warehouse) -> None:
    seen = 0
    for random, question in questions(warehouse, "behind-cells"):
        asked = {
            name: heatmap.answer(warehouse, read(HeatmapQuestion, {**question, "metric": name})).cells
            for name in ("visitors", "sessions", "events")
        }
        filled = [(day, hour) for day in range(7) for hour in range(24) if asked["visitors"][day][hour]]
        day, hour = random.choice(filled or [(0, 0)])
        behind = Lists(warehouse, question)
        assert behind.people(weekday=day + 1, hour=hour) == asked["visitors"][day][hour]
        assert behind.sessions(weekday=day + 1, hour=hour) == asked["sessions"][day][hour]
        events = {**question, "weekday": day + 1, "hour": hour, "limit": 1_000}
        assert len(events_list.answer(warehouse, read(EventsQuestion, events)).events) == asked["events"][day][hour]
        seen += asked["visitors"][day][hour]
    assert seen > 0


def test_behind_the_bounce_rate(warehouse: Warehouse) -> None:
    bounces = 0
    for _, question in questions(warehouse, "behind-bounces"):
        unfiltered = {**question, "filters": []}
        rate = overview.answer(warehouse, read(OverviewQuestion, unfiltered)).metrics["bounce_rate"].value
        behind = Lists(warehouse, unfiltered)
        bounced, others = behind.sessions(bounced=True), behind.sessions(bounced=False)
        assert rate == (pytest.approx(bounced / (bounced + others)) if bounced + others else None)
        bounces += bounced
    assert bounces > 0
