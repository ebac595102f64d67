"""Analytics through the front door: strict parameters, the project's own zone and goal, clear errors, masked values."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from hatua.base.clock import system_clock
from hatua.dashboard_api.settings import DashboardApiSettings
from hatua.warehouse.client import Warehouse
from hatua.warehouse.errors import QueryTooHeavy, SchemaMissing, WarehouseBusy, WarehouseUnavailable
from hatua.warehouse.writer import EventWriter
from tests.fixtures.dashboard import DashboardServer, StartDashboard
from tests.fixtures.events import NOON, event

DAY = {"from": "2026-03-13", "to": "2026-03-13"}
HOUR_MS = 3_600_000


@pytest.fixture
def stored(dashboard: DashboardServer, warehouse: Warehouse) -> DashboardServer:
    """Three visitors of the first project on 2026-03-13, one of whom files a return; one event at 22:30 UTC, which
    is already the 14th in Nairobi."""
    project = dashboard.project_id
    rows = [
        event(project_id=project, event_id="e1", anonymous_id="a1", session_id="s1", country_code="KE"),
        event(
            project_id=project,
            event_id="e2",
            anonymous_id="a1",
            session_id="s1",
            timestamp=NOON + 60_000,
            event_name="return_filed",
            event_type="track",
            country_code="KE",
            properties='{"obligation_type":"mri","phone":"0712345678","note":"call 0712345678"}',
        ),
        event(
            project_id=project,
            event_id="e3",
            anonymous_id="a2",
            session_id="s2",
            country_code="UG",
            page_path="/p/A012345678X",
        ),
        event(
            project_id=project,
            event_id="e4",
            anonymous_id="a3",
            session_id="s3",
            timestamp=NOON + 10 * HOUR_MS + 1_800_000,
        ),
    ]
    EventWriter(warehouse).write(rows, [])
    return dashboard


def get(client: httpx.Client, path: str, server: DashboardServer, **query: Any) -> Any:
    answer = client.get(f"/api/dashboard/{path}", params={"project": server.project_id, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_overview_is_read_in_the_projects_zone_and_goal(stored: DashboardServer) -> None:
    answer = get(stored.signed_in(), "overview", stored, **DAY, compare="previous")
    assert answer["range"] == {
        "from": "2026-03-12T21:00:00.000Z",
        "to": "2026-03-13T21:00:00.000Z",
        "timezone": "Africa/Nairobi",
    }
    assert answer["goal"] == "return_filed"
    metrics = {name: value["value"] for name, value in answer["metrics"].items()}
    assert (metrics["visitors"], metrics["sessions"], metrics["events"], metrics["pageviews"]) == (2, 2, 3, 2)
    assert metrics["conversion_rate"] == 0.5
    assert answer["metrics"]["visitors"]["previous"] == 0
    assert answer["metrics"]["bounce_rate"]["previous"] is None
    utc = get(stored.signed_in(), "overview", stored, **DAY, tz="UTC")
    assert utc["metrics"]["visitors"]["value"] == 3


def test_a_changed_goal_of_the_project_changes_its_conversions(stored: DashboardServer) -> None:
    client = stored.signed_in()
    changed = client.patch(f"/api/dashboard/projects/{stored.project_id}", json={"default_goal": "payment_success"})
    assert changed.json()["default_goal"] == "payment_success"
    answer = get(client, "overview", stored, **DAY)
    assert (answer["goal"], answer["metrics"]["conversions"]["value"]) == ("payment_success", 0)
    assert get(client, "overview", stored, **DAY, goal="return_filed")["metrics"]["conversions"]["value"] == 1


def test_every_question_answers_in_its_documented_shape(stored: DashboardServer) -> None:
    client = stored.with_key("export")
    series = get(client, "timeseries", stored, **DAY, metrics="visitors,sessions", interval="hour")
    assert series["timezone"] == "Africa/Nairobi"
    assert [each["metric"] for each in series["series"]] == ["visitors", "sessions"]
    assert len(series["series"][0]["points"]) == 24
    assert series["series"][0]["points"][15] == {"bucket": "2026-03-13T15:00:00+03:00", "value": 2, "incomplete": False}
    countries = get(client, "breakdown", stored, **DAY, dimension="country", limit=1)
    assert (countries["total_rows"], countries["rows"][0]["value"], countries["other"]["visitors"]) == (2, "KE", 1)
    cells = get(client, "heatmap", stored, **DAY, metric="events")["cells"]
    assert [len(row) for row in cells] == [24] * 7
    assert cells[4][15] == 3
    values = get(client, "dimension-values", stored, **DAY, dimension="country", search="k")["values"]
    assert values == [{"value": "KE", "events": 2}]
    filters = json.dumps([{"dimension": "property:obligation_type", "operator": "is", "values": ["mri"]}])
    assert get(client, "overview", stored, **DAY, filters=filters)["metrics"]["events"]["value"] == 1
    page = get(client, "events", stored, **DAY, limit=2)
    assert [each["event_id"] for each in page["events"]][:1] == ["e2"]
    rest = get(client, "events", stored, **DAY, limit=2, cursor=page["next_cursor"])
    assert len(rest["events"]) == 1
    assert rest["next_cursor"] is None
    named = get(client, "events", stored, **DAY, event_name="return_filed")["events"]
    assert [each["properties"]["obligation_type"] for each in named] == ["mri"]
    definitions = client.get("/api/dashboard/definitions").json()
    assert {"visitors", "bounce_rate"} <= {metric["key"] for metric in definitions["metrics"]}
    assert {"page_path", "country"} <= {dimension["key"] for dimension in definitions["dimensions"]}


def test_real_time_shows_what_just_happened(dashboard: DashboardServer, warehouse: Warehouse) -> None:
    now = system_clock()
    EventWriter(warehouse).write([event(project_id=dashboard.project_id, timestamp=now, page_path="/mri")], [])
    answer = get(dashboard.signed_in(), "realtime", dashboard)
    assert answer["people_now"] == 1
    assert len(answer["per_minute"]) == 30
    assert answer["top_pages"] == [{"value": "/mri", "people": 1}]
    assert len(answer["recent"]) == 1


@pytest.mark.parametrize(
    ("path", "query", "wrong"),
    [
        ("overview", {"from": "2999-03-13"}, "query.from"),
        ("overview", {"to": "1066-10-14"}, "query.to"),
        ("overview", {"from": "yesterday", "to": "2026-03-13"}, "query.from"),
        ("overview", {"from": "2026-03-14", "to": "2026-03-13"}, "query.to"),
        ("overview", {**DAY, "tz": "Mars"}, "query.tz"),
        ("overview", {**DAY, "compare": "decade"}, "query.compare"),
        ("overview", {**DAY, "colour": "red"}, "query"),
        ("overview", {**DAY, "filters": "["}, "query.filters"),
        ("overview", {**DAY, "filters": '[{"dimension":"x","operator":"exists"}]'}, "query.filters[0].dimension"),
        ("overview", {**DAY, "filters": '[{"dimension":"os","operator":"like"}]'}, "query.filters[0].operator"),
        ("timeseries", {**DAY, "metrics": "visitors,love"}, "query.metrics[1]"),
        ("timeseries", {**DAY, "interval": "minute"}, "query.interval"),
        ("breakdown", DAY, "query"),
        ("breakdown", {**DAY, "dimension": "user_id; DROP TABLE events"}, "query.dimension"),
        ("breakdown", {**DAY, "dimension": "country", "limit": "0"}, "query.limit"),
        ("breakdown", {**DAY, "dimension": "country", "limit": "ten"}, "query.limit"),
        ("breakdown", {**DAY, "dimension": "country", "limit": "1001"}, "query.limit"),
        ("events", {**DAY, "cursor": "nonsense"}, "query.cursor"),
        ("heatmap", {**DAY, "metric": "users"}, "query.metric"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_question_is_named(
    dashboard: DashboardServer, path: str, query: dict[str, str], wrong: str
) -> None:
    answer = dashboard.with_key("read").get(f"/api/dashboard/{path}", params={"project": dashboard.project_id, **query})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["path"]) == ("invalid_question", wrong)
    assert error["message"]


def test_a_parameter_given_twice_or_a_project_left_out_is_refused(dashboard: DashboardServer) -> None:
    client = dashboard.with_key("read")
    twice = client.get(
        f"/api/dashboard/overview?project={dashboard.project_id}&from=2026-01-01&from=2026-01-02&to=2026-01-03"
    )
    assert twice.json()["error"] == {"code": "invalid_question", "message": "is given twice", "path": "query.from"}
    none = client.get("/api/dashboard/overview", params=DAY)
    assert none.json()["error"] == {"code": "invalid_question", "message": "is missing", "path": "query.project"}


def test_an_analyst_sees_no_personal_value_and_cannot_ask_for_one(stored: DashboardServer) -> None:
    for client in (stored.signed_in("analyst"), stored.signed_in("viewer"), stored.with_key("read")):
        pages = get(client, "breakdown", stored, **DAY, dimension="page_path")
        assert [row["value"].startswith("/p/pin-") for row in pages["rows"] if row["value"] != "/"] == [True]
        notes = get(client, "dimension-values", stored, **DAY, dimension="property:note")["values"]
        assert notes[0]["value"].startswith("call phone-")
        refused = client.get(
            "/api/dashboard/breakdown", params={"project": stored.project_id, **DAY, "dimension": "property:phone"}
        )
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "personal_data")
        assert refused.json()["error"]["path"] == "query.dimension"
        probe = json.dumps([{"dimension": "property:phone", "operator": "contains", "values": ["0712"]}])
        probed = client.get("/api/dashboard/overview", params={"project": stored.project_id, **DAY, "filters": probe})
        assert (probed.status_code, probed.json()["error"]["path"]) == (403, "query.filters[0].dimension")
    analyst = get(stored.signed_in("analyst"), "events", stored, **DAY)
    assert "0712345678" not in json.dumps(analyst)
    assert "A012345678X" not in json.dumps(analyst)
    admin = get(stored.signed_in("admin"), "breakdown", stored, **DAY, dimension="property:phone")
    assert "0712345678" in [row["value"] for row in admin["rows"]]
    assert "0712345678" in json.dumps(get(stored.with_key("export"), "events", stored, **DAY))


class Failing:
    """A warehouse that answers every question with one fact."""

    def __init__(self, fact: Exception) -> None:
        self.fact = fact

    def rows(self, *_: Any, **__: Any) -> list[dict[str, Any]]:
        raise self.fact

    def keeping(self) -> AbstractContextManager[Any]:
        raise self.fact

    def kill(self, _tag: str) -> None:
        raise self.fact


@pytest.mark.parametrize(
    ("fact", "status", "code", "retry_after"),
    [
        (QueryTooHeavy("SELECT secret: over its limit of 30 s"), 422, "query_too_heavy", None),
        (WarehouseBusy("all clients in use"), 503, "unavailable", "5"),
        (WarehouseUnavailable("clickhouse.internal:8123 refused"), 503, "unavailable", "5"),
        (SchemaMissing("events"), 503, "not_migrated", None),
        (ZeroDivisionError("secret"), 500, "internal", None),
    ],
)
def test_a_warehouse_that_cannot_answer_is_said_plainly_and_without_its_insides(
    start_dashboard: StartDashboard, fact: Exception, status: int, code: str, retry_after: str | None
) -> None:
    server = start_dashboard(warehouse=Failing(fact))
    client = server.signed_in()
    answer = client.get("/api/dashboard/overview", params={"project": server.project_id, **DAY})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers.get("retry-after") == retry_after
    assert "clickhouse.internal" not in answer.text
    if status == 500:
        assert "secret" not in answer.text
    assert client.get("/api/dashboard/projects").status_code == 200


class Slow:
    """A warehouse that answers when it is let go, one statement a question."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.let_go = threading.Event()

    def rows(self, *_: Any, **__: Any) -> list[dict[str, Any]]:
        self.asked.release()
        assert self.let_go.wait(30)
        return []

    def keeping(self) -> AbstractContextManager[Any]:
        raise AssertionError("this question keeps nothing")

    def kill(self, _tag: str) -> None:
        """It cannot be ended."""


@pytest.fixture
def slow() -> Iterator[Slow]:
    warehouse = Slow()
    yield warehouse
    warehouse.let_go.set()


def test_slow_questions_queue_up_to_a_bound_and_hold_nothing_else_up(
    start_dashboard: StartDashboard, slow: Slow
) -> None:
    server = start_dashboard(warehouse=slow, settings=DashboardApiSettings(query_threads=1, query_queue=1))
    client = server.with_key("read")
    statuses: list[int] = []

    def ask() -> None:
        answer = client.get("/api/dashboard/events", params={"project": server.project_id, **DAY})
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    threads[0].start()
    assert slow.asked.acquire(timeout=30)
    threads[1].start()
    deadline = time.monotonic() + 30
    while server.app.state.rooms.desk._under_way < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    refused = client.get("/api/dashboard/events", params={"project": server.project_id, **DAY})
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
    assert refused.json()["error"]["message"] == "2 questions are under way; try again in a few seconds"
    assert client.get("/api/dashboard/projects").status_code == 200
    slow.let_go.set()
    for thread in threads:
        thread.join(30)
    assert statuses == [200, 200]
    assert client.get("/api/dashboard/events", params={"project": server.project_id, **DAY}).status_code == 200


def test_who_goes_away_while_waiting_frees_the_place(start_dashboard: StartDashboard, slow: Slow) -> None:
    server = start_dashboard(warehouse=slow, settings=DashboardApiSettings(query_threads=1, query_queue=1))
    client = server.with_key("read")
    query = {"project": server.project_id, **DAY}
    first = threading.Thread(target=client.get, args=("/api/dashboard/events",), kwargs={"params": query})
    first.start()
    assert slow.asked.acquire(timeout=30)
    with pytest.raises(httpx.ReadTimeout):
        client.get("/api/dashboard/events", params=query, timeout=0.3)
    slow.let_go.set()
    first.join(30)
    deadline = time.monotonic() + 30
    while server.app.state.rooms.desk._under_way:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_long_answers_are_compressed(stored: DashboardServer) -> None:
    answer = stored.with_key("read").get(
        "/api/dashboard/events", params={"project": stored.project_id, **DAY}, headers={"Accept-Encoding": "gzip"}
    )
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()["events"]) == 3
