"""Retention, lifecycle, stickiness, paths and journeys through the front door, with who is behind every number."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hatua.warehouse.client import Warehouse
from hatua.warehouse.writer import EventWriter
from tests.fixtures.dashboard import DashboardServer
from tests.fixtures.events import NOON, event
from tests.fixtures.story import BROWSER, DAYS, LINKED, PHONE, PIN

ROOT = "/api/dashboard"


def get(client: httpx.Client, path: str, server: DashboardServer, **query: Any) -> Any:
    answer = client.get(f"{ROOT}/{path}", params={"project": server.project_id, **DAYS, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def everyone(client: httpx.Client, path: str, server: DashboardServer, what: str, **query: Any) -> list[Any]:
    """All pages, two a page; the total that each page says is how many there are."""
    found: list[Any] = []
    cursor: str | None = ""
    totals: set[int] = set()
    while cursor is not None:
        page = get(client, path, server, limit=2, cursor=cursor, **query)
        totals.add(page["total"])
        found += page[what]
        cursor = page["next_cursor"]
    assert totals == {len(found)}
    return found


def test_retention_and_who_is_behind_each_cell(story: DashboardServer) -> None:
    client = story.signed_in("admin")
    answer = get(client, "retention", story, interval="day", start="page_view", **{"return": "page_view,click"})
    assert [(each["bucket"], each["size"]) for each in answer["cohorts"]] == [
        ("2026-03-12T00:00:00+03:00", 1),
        ("2026-03-13T00:00:00+03:00", 4),
    ]
    assert [[cell["people"] for cell in each["cells"]] for each in answer["cohorts"]] == [[1, 1], [4]]
    assert answer["curve"] == [1, 1]
    for cohort, each in enumerate(answer["cohorts"]):
        for period, cell in enumerate(each["cells"]):
            cell_of = {"interval": "day", "start": "page_view", "return": "page_view,click"}
            people = everyone(client, "retention/people", story, "people", cohort=cohort, period=period, **cell_of)
            assert len(people) == cell["people"]
    assert set(everyone(client, "retention/people", story, "people", interval="day", cohort=1, period=0)) == {
        PIN, BROWSER, PHONE, LINKED,
    }  # fmt: skip


def test_lifecycle_and_who_is_behind_each_number(story: DashboardServer) -> None:
    client = story.signed_in("admin")
    answer = get(client, "lifecycle", story, interval="day")
    stages = ("new", "returning", "resurrecting", "dormant")
    assert [[each[stage] for stage in stages] for each in answer["buckets"]] == [[1, 0, 0, 0], [3, 1, 0, 0]]
    for bucket, each in enumerate(answer["buckets"]):
        for stage in stages:
            people = everyone(client, "lifecycle/people", story, "people", interval="day", bucket=bucket, stage=stage)
            assert len(people) == each[stage]
    assert everyone(client, "lifecycle/people", story, "people", interval="day", bucket=1, stage="returning") == [PIN]


@pytest.mark.parametrize("at_least", ["true", "false"])
def test_stickiness_and_who_is_behind_each_bar(story: DashboardServer, at_least: str) -> None:
    client = story.signed_in("admin")
    answer = get(client, "stickiness", story, at_least=at_least)
    expected = [(1, 4), (2, 1)] if at_least == "true" else [(1, 3), (2, 1)]
    assert [(bar["buckets"], bar["people"]) for bar in answer["bars"]] == expected
    for bar in answer["bars"]:
        people = everyone(client, "stickiness/people", story, "people", buckets=bar["buckets"], at_least=at_least)
        assert len(people) == bar["people"]


@pytest.mark.parametrize(
    ("per", "days", "stages", "buckets"),
    [
        ("session", [[1, 0], [4]], [[1, 0, 0, 0], [4, 0, 0, 1]], [5, 0]),
        ("property:element", [[0, 0], [1]], [[0, 0, 0, 0], [1, 0, 0, 0]], [1, 0]),
    ],
)
def test_sessions_and_values_of_a_property_come_back_too(
    story: DashboardServer, per: str, days: Any, stages: Any, buckets: Any
) -> None:
    client = story.signed_in("admin")
    day = {"interval": "day", "per": per}
    retention = get(client, "retention", story, **day)
    assert retention["per"] == per
    assert [[cell["people"] for cell in each["cells"]] for each in retention["cohorts"]] == days
    cohort = everyone(client, "retention/people", story, "people", cohort=1, period=0, **day)
    assert set(cohort) == ({"s1", "s2", "s3", "s4"} if per == "session" else {"btn-mri-start"})
    lifecycle = get(client, "lifecycle", story, **day)
    names = ("new", "returning", "resurrecting", "dormant")
    assert [[each[name] for name in names] for each in lifecycle["buckets"]] == stages
    gone = everyone(client, "lifecycle/people", story, "people", bucket=1, stage="dormant", **day)
    assert gone == (["s0"] if per == "session" else [])
    stickiness = get(client, "stickiness", story, per=per)
    assert [bar["people"] for bar in stickiness["bars"]] == buckets
    assert len(everyone(client, "stickiness/people", story, "people", buckets=1, per=per)) == buckets[0]


def test_paths_and_the_visits_behind_each_edge(story: DashboardServer) -> None:
    client = story.signed_in("admin")
    answer = get(client, "paths", story, of="events", start="page_view", steps=3)
    assert answer["visits"] == 5
    edges = {(each["step"], each["from"], each["to"]): each["visits"] for each in answer["edges"]}
    assert edges == {
        (0, "page_view", "identify"): 1,
        (0, "page_view", "click"): 1,
        (1, "identify", "click"): 1,
        (1, "click", "app_error"): 1,
    }
    for (step, source, target), visits in edges.items():
        edge = {"of": "events", "start": "page_view", "steps": 3, "step": step}
        sessions = everyone(client, "paths/sessions", story, "sessions", from_node=source, to_node=target, **edge)
        assert len(sessions) == visits
    reach = get(client, "paths/reach", story, of="events", sequence="page_view,click")
    assert (reach["visits"], reach["stops"]) == ([5, 1], 0)
    assert [(each["value"], each["visits"]) for each in reach["next"]] == [("app_error", 1)]
    for narrowed, visits in (
        ({"step": 1}, {"s0", "s1", "s2", "s3", "s4"}),
        ({"step": 2}, {"s2"}),
        ({"step": 2, "next": "app_error"}, {"s2"}),
        ({"step": 2, "next": "page_view"}, set()),
        ({"step": 2, "then": "others"}, set()),
        ({"step": 2, "then": "stops"}, set()),
    ):
        walked = {"of": "events", "sequence": "page_view,click", **narrowed}
        assert set(everyone(client, "paths/reach/sessions", story, "sessions", **walked)) == visits


@pytest.fixture
def journeys(dashboard: DashboardServer, warehouse: Warehouse) -> DashboardServer:
    """Three journeys: done alone, done after a hand-off, and dropped."""

    def steps(person: str) -> Iterator[Any]:
        flags = {"event_name": "filing_started", "journey_start": True, "properties": '{"obligation_type":"mri"}'}
        yield event(project_id=dashboard.project_id, anonymous_id=person, session_id=person, **flags)
        if person == "helped":
            yield event(
                project_id=dashboard.project_id, anonymous_id=person, session_id=person, timestamp=NOON + 30_000,
                event_name="agent.handoff",
            )  # fmt: skip
        if person != "gone":
            yield event(
                project_id=dashboard.project_id, anonymous_id=person, session_id=person, timestamp=NOON + 60_000,
                event_name="return_filed", journey_end=True,
            )  # fmt: skip

    EventWriter(warehouse).write([one for person in ("alone", "helped", "gone") for one in steps(person)], [])
    return dashboard


def test_journeys_and_the_single_ones_behind_each_number(journeys: DashboardServer) -> None:
    client = journeys.signed_in("admin")
    answer = get(client, "journeys", journeys)
    counts = answer["all"]
    assert (counts["started"], counts["completed"], counts["dropped"], counts["in_progress"]) == (3, 2, 1, 0)
    assert (counts["self_serve"], counts["assisted"], counts["handed_off"]) == (2, 1, 1)
    assert [(each["name"], each["counts"]["started"]) for each in answer["by_name"]] == [("mri", 3)]
    assert answer["handoff_steps"] == [{"step": "filing_started", "journeys": 1}]
    for narrowed, number in (
        ({}, 3),
        ({"outcome": "completed"}, 2),
        ({"outcome": "dropped"}, 1),
        ({"assisted": "true"}, 1),
        ({"assisted": "false"}, 2),
        ({"handed_off": "true", "outcome": "completed"}, 1),
        ({"name": "tot"}, 0),
    ):
        assert len(everyone(client, "journeys/list", journeys, "journeys", **narrowed)) == number


def test_who_may_not_see_people_sees_as_many_pseudonyms(story: DashboardServer) -> None:
    analyst, admin = story.signed_in("analyst"), story.signed_in("admin")
    for path, query in (
        ("retention/people", {"interval": "day", "cohort": 1, "period": 0}),
        ("lifecycle/people", {"interval": "day", "bucket": 1, "stage": "new"}),
        ("stickiness/people", {"buckets": 1, "at_least": "true"}),
    ):
        shown = everyone(analyst, path, story, "people", **query)
        real = everyone(admin, path, story, "people", **query)
        assert len(shown) == len(real)
        assert {PIN, PHONE, LINKED}.isdisjoint(shown)
        assert json.dumps(shown) != json.dumps(real)


LISTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("retention/people", {"interval": "day", "cohort": 1, "period": 0}),
    ("lifecycle/people", {"interval": "day", "bucket": 1, "stage": "new"}),
    ("stickiness/people", {"buckets": 1}),
)


@pytest.mark.parametrize(("path", "query"), LISTS)
def test_values_of_a_property_are_listed_without_what_is_personal_in_them(
    story: DashboardServer, path: str, query: dict[str, Any]
) -> None:
    asked = {**query, "per": "property:message"}
    [real] = everyone(story.signed_in("admin"), path, story, "people", **asked)
    [shown] = everyone(story.signed_in("analyst"), path, story, "people", **asked)
    assert real == "no route to 0712345678"
    assert re.fullmatch(r"no route to phone-[0-9a-f]{10}", shown)


@pytest.mark.parametrize("path", ["retention", "lifecycle", "stickiness", *(path for path, _ in LISTS)])
def test_who_may_not_see_personal_data_may_not_ask_per_value_of_it(story: DashboardServer, path: str) -> None:
    query = {"project": story.project_id, **DAYS, **dict(LISTS).get(path, {}), "per": "property:phone"}
    for client, status in ((story.signed_in("analyst"), 403), (story.signed_in("admin"), 200)):
        answer = client.get(f"{ROOT}/{path}", params=query)
        assert answer.status_code == status, answer.text
        if status == 403:
            assert (answer.json()["error"]["code"], answer.json()["error"]["path"]) == ("personal_data", "query.per")


@pytest.mark.parametrize(
    ("path", "query", "wrong"),
    [
        ("retention", {"start": "[{}]"}, "query.start[0]"),
        ("retention", {"start": "["}, "query.start"),
        ("retention", {"start": '[{"event":"x","colour":1}]'}, "query.start[0]"),
        ("retention", {"return": '[{"event":"x","filters":[{"dimension":"y","operator":"exists"}]}]'},
         "query.return[0].filters[0].dimension"),
        ("retention", {"interval": "hour"}, "query.interval"),
        ("retention", {"periods": "0"}, "query.periods"),
        ("retention", {"per": "household"}, "query"),
        ("lifecycle", {"per": "property:"}, "query.per"),
        ("stickiness/people", {"buckets": "1", "per": "country"}, "query"),
        ("retention/people", {"interval": "day", "cohort": "9", "period": "0"}, "query.cohort"),
        ("retention/people", {"interval": "day", "cohort": "1", "period": "1"}, "query.period"),
        ("retention/people", {"cohort": "0"}, "query"),
        ("lifecycle/people", {"bucket": "0", "stage": "asleep"}, "query.stage"),
        ("lifecycle/people", {"interval": "day", "bucket": "2", "stage": "new"}, "query.bucket"),
        ("stickiness", {"minimum_times": "many"}, "query.minimum_times"),
        ("stickiness/people", {"buckets": "0"}, "query.buckets"),
        ("paths", {"start": "/", "end": "/"}, "query"),
        ("paths", {"steps": "7"}, "query.steps"),
        ("paths/sessions", {"step": "9"}, "query.step"),
        ("paths/reach", {}, "query"),
        ("paths/reach", {"sequence": ""}, "query.sequence"),
        ("paths/reach/sessions", {"sequence": "/"}, "query"),
        ("paths/reach/sessions", {"sequence": "/", "step": "2"}, "query"),
        ("paths/reach/sessions", {"sequence": "/,/a", "step": "1", "then": "stops"}, "query"),
        ("paths/reach/sessions", {"sequence": "/", "step": "1", "then": "stops", "next": "/"}, "query"),
        ("paths/reach/sessions", {"sequence": "/", "step": "1", "then": "onwards"}, "query.then"),
        ("journeys", {"named_by": "entry_page"}, "query.named_by"),
        ("journeys", {"idle_s": "1"}, "query.idle_s"),
        ("journeys/list", {"outcome": "won"}, "query.outcome"),
        ("journeys/list", {"cursor": "!"}, "query.cursor"),
        ("retention", {"from": "1969-01-01"}, "query.from"),
        ("lifecycle", {"interval": "day", "from": "2020-01-01", "to": "2026-01-01"}, "query.interval"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(dashboard: DashboardServer, path: str, query: dict[str, str], wrong: str) -> None:
    client = dashboard.with_key("export")
    answer = client.get(f"{ROOT}/{path}", params={"project": dashboard.project_id, **DAYS, **query})
    assert answer.status_code == 400, answer.text
    assert (answer.json()["error"]["code"], answer.json()["error"]["path"]) == ("invalid_question", wrong)
