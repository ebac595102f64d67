"""POST /api/query/batch: the answers that each question has alone, in order; what is wrong with one is its own."""

import json
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import httpx
import msgspec
import pytest

from hatua.analytics.kinds import KINDS
from hatua.dashboard_api.settings import DashboardApiSettings
from hatua.warehouse.client import Keeper, Warehouse
from hatua.warehouse.errors import QueryFailed, QueryTooHeavy, SchemaMissing, WarehouseBusy
from hatua.warehouse.writer import EventWriter
from tests.fixtures.dashboard import DashboardServer, StartDashboard
from tests.fixtures.events import NOON
from tests.fixtures.story import DAYS, PHONE, PIN, STEPS, links, rows
from tests.integration.test_dashboard_api_hostile import HOSTILE, WHOLE
from tests.integration.test_dashboard_api_limits import ENDLESS, Costly, eventually, running
from tests.integration.test_dashboard_api_query import VIEWERS

OVERVIEW = {"question": "overview", **DAYS}


def whole(server: DashboardServer, name: str) -> dict[str, Any]:
    fields = {"question": name, "project": server.project_id, **WHOLE[name]}
    return {**fields, "person": PIN} if name in ("person", "person_events") else fields


def send(client: httpx.Client, server: DashboardServer, *questions: Any) -> httpx.Response:
    """The project is filled in where a question does not say one."""
    named = [{"project": server.project_id, **each} if isinstance(each, dict) else each for each in questions]
    return client.post("/api/query/batch", json={"questions": named})


def batch(client: httpx.Client, server: DashboardServer, *questions: Any) -> list[Any]:
    answer = send(client, server, *questions)
    assert answer.status_code == 200, answer.text
    told: list[Any] = answer.json()["answers"]
    assert len(told) == len(questions)
    return told


def statuses(told: list[Any]) -> list[int]:
    assert all(("answer" in each) == (each["status"] == 200) != ("error" in each) for each in told)
    return [each["status"] for each in told]


@pytest.fixture
def still(start_dashboard: StartDashboard, warehouse: Warehouse) -> DashboardServer:
    """The story on a server whose clock stands still, so that two questions about now are about the same moment."""
    server = start_dashboard(clock=lambda: NOON + 1_260_000)
    EventWriter(warehouse).write(rows(server.project_id), links(server.project_id))
    return server


@pytest.mark.parametrize("role", ["admin", "analyst", "viewer"])
def test_every_kind_of_question_has_the_answer_that_it_has_alone(still: DashboardServer, role: Any) -> None:
    client = still.signed_in(role)
    questions = [whole(still, name) for name in KINDS]
    told = batch(client, still, *questions)
    seen = 0
    for index, (question, one) in enumerate(zip(questions, told, strict=True)):
        alone = client.post("/api/query", json=question)
        assert one["status"] == alone.status_code, (question["question"], one, alone.text)
        if alone.status_code == 200:
            assert one["answer"] == alone.json()["answer"], question["question"]
            seen += 1
        else:
            error = alone.json()["error"]
            if "path" in error:
                error["path"] = error["path"].replace("body.", f"body.questions[{index}].")
            assert one["error"] == error, question["question"]
    not_by_pin = {"person", "person_events"}  # who does not see a PIN cannot ask by it either
    assert seen == {"admin": len(KINDS), "analyst": len(KINDS) - len(not_by_pin), "viewer": len(VIEWERS)}[role]


def test_a_batch_is_answered_in_the_order_asked_the_same_question_twice_if_need_be(story: DashboardServer) -> None:
    dimensions = ["country", "page_path", "device_type", "event_name", "country"]
    told = batch(
        story.with_key("read"), story, *({"question": "breakdown", "dimension": each, **DAYS} for each in dimensions)
    )
    assert [each["answer"]["dimension"] for each in told] == dimensions
    assert told[0] == told[4]


def test_what_is_left_out_is_the_projects_own(story: DashboardServer) -> None:
    story.registry.change_project(story.project_id, {"default_goal": "click", "timezone": "Africa/Lagos"})
    told = batch(
        story.signed_in(),
        story,
        OVERVIEW,
        {**OVERVIEW, "goal": "return_filed", "tz": "UTC"},
        {**OVERVIEW, "from": "", "to": ""},
    )
    first, second, third = (each["answer"] for each in told)
    assert (first["goal"], first["range"]["timezone"]) == ("click", "Africa/Lagos")
    assert (second["goal"], second["range"]["timezone"]) == ("return_filed", "UTC")
    assert (first["metrics"]["conversions"]["value"], second["metrics"]["conversions"]["value"]) == (2, 1)
    assert third["range"]["from"] < third["range"]["to"]


def test_one_bad_question_fails_alone_and_says_where(story: DashboardServer) -> None:
    others = story.registry.create_project("Theirs", story.registry.create_tenant("Others").id).id
    told = batch(
        story.signed_in("admin"),
        story,
        OVERVIEW,
        {**OVERVIEW, "from": "yesterday"},
        {**OVERVIEW, "colour": 1},
        {**OVERVIEW, "filters": [{"dimension": "os", "operator": "like"}]},
        {"question": "weather"},
        {**OVERVIEW, "project": others},
        {**OVERVIEW, "project": "prj_nobody"},
        {**OVERVIEW, "project": None},
        {"question": "session", "session_id": "nowhere"},
        {"question": "breakdown", "dimension": "country", "limit": "10"},
        {
            "question": "breakdown",
            "dimension": "page_path",
            "filters": [{"dimension": "page_path", "operator": "matches", "values": ["/**"]}],
            **DAYS,
        },
        7,
        None,
        OVERVIEW,
    )
    assert statuses(told) == [200, 400, 400, 400, 400, 404, 404, 400, 404, 400, 200, 400, 400, 200]
    errors = {index: each["error"] for index, each in enumerate(told) if "error" in each}
    assert {index: error.get("path") for index, error in errors.items()} == {
        1: "body.questions[1].from",
        2: "body.questions[2]",
        3: "body.questions[3].filters[0].operator",
        4: "body.questions[4].question",
        5: "body.questions[5].project",
        6: "body.questions[6].project",
        7: "body.questions[7].project",
        8: None,
        9: "body.questions[9].limit",
        11: "body.questions[11]",
        12: "body.questions[12]",
    }
    assert {errors[index]["code"] for index in (1, 2, 3, 4, 7, 9, 11, 12)} == {"invalid_question"}
    assert {**errors[5], "path": ""} == {**errors[6], "path": ""}, "another tenant's project is like none at all"
    assert told[0] == told[13]


def test_a_key_reaches_the_project_it_is_of_and_a_viewer_the_kinds_that_are_theirs(story: DashboardServer) -> None:
    second = story.registry.create_project("Second", story.set_up().project.tenant_id).id
    people = {"question": "people", **DAYS}
    told = batch(story.with_key("read"), story, OVERVIEW, {**OVERVIEW, "project": second}, people)
    assert statuses(told) == [200, 404, 200]
    told = batch(story.signed_in("viewer"), story, OVERVIEW, people, {"question": "breakdown", "dimension": "country"})
    assert statuses(told) == [200, 403, 200]
    assert told[1]["error"] == {
        "code": "forbidden",
        "message": "This is not open to the role viewer.",
        "path": "body.questions[1].question",
    }


def test_who_may_not_see_personal_data_sees_none_of_it_in_a_batch_and_follows_pseudonyms(
    story: DashboardServer,
) -> None:
    listed = {"question": "people", **DAYS}
    probe = {"question": "breakdown", "dimension": "property:phone", **DAYS}
    for client in (story.signed_in("analyst"), story.with_key("read")):
        told = batch(client, story, listed, probe, {"question": "events", **DAYS}, {"question": "errors", **DAYS})
        assert statuses(told) == [200, 403, 200, 200]
        assert (told[1]["error"]["code"], told[1]["error"]["path"]) == ("personal_data", "body.questions[1].dimension")
        for personal in (PIN, PHONE, "0712345678"):
            assert personal not in json.dumps(told)
        shown = [each["person"] for each in told[0]["answer"]["people"]]
        profiles = batch(client, story, *({"question": "person", "person": each} for each in shown))
        assert statuses(profiles) == [200] * len(shown)
        assert [each["answer"]["person"] for each in profiles] == shown
        pages = batch(client, story, {**listed, "limit": 1})[0]["answer"]
        rest = batch(
            client, story, {**listed, "limit": 9, "cursor": pages["next_cursor"]}, {**listed, "cursor": "mine"}
        )
        assert statuses(rest) == [200, 400]
        assert [each["person"] for each in rest[0]["answer"]["people"]] == shown[1:]
    admin = batch(story.signed_in("admin"), story, listed, probe)
    assert statuses(admin) == [200, 200]
    assert PIN in json.dumps(admin)


@pytest.mark.parametrize(
    ("body", "path", "says"),
    [
        (b"", "body", ""),
        (b"[]", "body", "expected `object`"),
        (b"{", "body", ""),
        (b"\xff", "body", ""),
        (b"{}", "body.questions", "is missing"),
        (b'{"questions": null}', "body.questions", "is missing"),
        (b'{"questions": {}}', "body.questions", "is not a list"),
        (b'{"questions": "overview"}', "body.questions", "is not a list"),
        (b'{"questions": []}', "body.questions", "holds 0 questions; 1 to 50 are taken"),
        (b'{"questions": [{}], "project": "p"}', "body", "unknown field 'project'"),
        (b'{"questions": [{}], "\\ud800": "p"}', "body", "is malformed"),
        (json.dumps({"questions": [OVERVIEW] * 51}).encode(), "body.questions", "holds 51 questions"),
    ],
)
def test_a_body_that_is_no_batch_is_refused_as_a_whole(
    dashboard: DashboardServer, body: bytes, path: str, says: str
) -> None:
    client = dashboard.with_key("read")
    answer = client.post("/api/query/batch", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["path"] == path
    assert says in answer.json()["error"]["message"].replace("Expected", "expected")


def test_fifty_questions_are_taken(story: DashboardServer) -> None:
    told = batch(story.with_key("read"), story, *[OVERVIEW] * 50)
    assert statuses(told) == [200] * 50
    assert all(each == told[0] for each in told)


def test_a_batch_is_no_longer_than_a_question_may_be(dashboard: DashboardServer) -> None:
    client = dashboard.with_key("read")
    goal = "g" * 200
    almost = [{**OVERVIEW, "project": dashboard.project_id, "goal": goal}] * 50
    content = msgspec.json.encode({"questions": almost})
    room = 262_144 - len(content)
    headers = {"Content-Type": "application/json"}
    fits = client.post("/api/query/batch", content=content + b" " * room, headers=headers)
    assert fits.status_code == 200
    longer = client.post("/api/query/batch", content=content + b" " * (room + 1), headers=headers)
    assert (longer.status_code, longer.json()["error"]["code"]) == (413, "body_too_large")


def test_a_session_proves_its_intent_and_nobody_is_answered(story: DashboardServer) -> None:
    client = story.signed_in("viewer")
    del client.headers["X-Hatua-Csrf"]
    refused = send(client, story, OVERVIEW)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "csrf")
    foreign = send(story.client(), story, OVERVIEW)
    assert (foreign.status_code, foreign.json()["error"]["code"]) == (401, "not_signed_in")


def test_every_question_of_a_batch_counts_as_a_request(start_dashboard: StartDashboard) -> None:
    settings = DashboardApiSettings(rate_limit_requests=20, rate_limit_window_ms=3_600_000)
    server = start_dashboard(settings=settings, clock=lambda: NOON)  # in one window, whatever the time
    client = server.with_key("read")
    assert send(client, server, *[OVERVIEW] * 12).status_code == 200
    assert send(client, server, *[OVERVIEW] * 8).status_code == 200
    refused = send(client, server, OVERVIEW)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limited")
    assert int(refused.headers["retry-after"]) > 0
    fresh = server.with_key("read")
    assert send(fresh, server, *[OVERVIEW] * 21).status_code == 429


class Choosy:
    """The real engine, except for statements about one event: those meet one fact, or are another statement."""

    def __init__(self, warehouse: Warehouse, instead: Exception | str) -> None:
        self._warehouse = warehouse
        self._instead = instead

    def rows(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        *,
        on_read: Callable[[int], None] | None = None,
    ) -> list[dict[str, Any]]:
        if "unlucky" in str(parameters):
            if isinstance(self._instead, Exception):
                raise self._instead
            sql, parameters = self._instead, None
        return self._warehouse.rows(sql, parameters, settings, on_read=on_read)

    def keeping(self) -> AbstractContextManager[Keeper]:
        return self._warehouse.keeping()

    def kill(self, tag: str) -> None:
        self._warehouse.kill(tag)


@pytest.mark.parametrize(
    ("fact", "status", "code"),
    [
        (QueryTooHeavy("SELECT secret: over its limit of 30 s"), 422, "query_too_heavy"),
        (WarehouseBusy("all clients of clickhouse.internal in use"), 503, "unavailable"),
        (SchemaMissing("events"), 503, "not_migrated"),
    ],
)
def test_what_the_warehouse_cannot_answer_is_said_of_that_question(
    start_dashboard: StartDashboard, warehouse: Warehouse, fact: Exception, status: int, code: str
) -> None:
    server = start_dashboard(warehouse=Choosy(warehouse, fact))
    unlucky = {"question": "events", "event_name": "unlucky", **DAYS}
    answer = send(server.signed_in(), server, OVERVIEW, unlucky, OVERVIEW)
    told = answer.json()["answers"]
    assert statuses(told) == [200, status, 200]
    assert told[1]["error"]["code"] == code
    assert "secret" not in answer.text
    assert "clickhouse.internal" not in answer.text


def test_a_fault_of_ours_is_not_told_as_one_of_the_question(
    start_dashboard: StartDashboard, warehouse: Warehouse
) -> None:
    server = start_dashboard(warehouse=Choosy(warehouse, QueryFailed("SELECT secret")))
    answer = send(server.signed_in(), server, OVERVIEW, {"question": "events", "event_name": "unlucky", **DAYS})
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")
    assert "secret" not in answer.text


def test_a_costly_question_leaves_time_for_the_others(start_dashboard: StartDashboard, warehouse: Warehouse) -> None:
    settings = DashboardApiSettings(question_timeout_ms=3_000)
    server = start_dashboard(warehouse=Choosy(warehouse, ENDLESS), settings=settings)
    unlucky = {"question": "events", "event_name": "unlucky", **DAYS}
    told = batch(server.signed_in(), server, unlucky, OVERVIEW, {"question": "heatmap", **DAYS})
    assert statuses(told) == [422, 200, 200]


def test_a_batch_has_the_time_of_four_questions_at_most(start_dashboard: StartDashboard, warehouse: Warehouse) -> None:
    slow = "SELECT number FROM numbers(1) WHERE sleepEachRow(0.5) = 1"
    settings = DashboardApiSettings(question_timeout_ms=300)
    server = start_dashboard(warehouse=Costly(warehouse, slow), settings=settings)
    began = time.monotonic()
    told = batch(server.with_key("read"), server, *[{"question": "realtime"}] * 50)
    assert statuses(told) == [422] * 50
    assert time.monotonic() - began < 50 * 0.5, "not as long as fifty statements of half a second"


def test_a_batch_ends_in_the_engine_when_the_client_goes_away(
    start_dashboard: StartDashboard, warehouse: Warehouse
) -> None:
    server = start_dashboard(warehouse=Costly(warehouse, ENDLESS))
    key = server.registry.create_api_key(server.project_id, ("read",))[1]
    question = {"question": "funnel", "project": server.project_id, "steps": STEPS}
    body = msgspec.json.encode({"questions": [question] * 3})
    head = (
        f"POST /api/query/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Length: {len(body)}\r\nContent-Type: application/json\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head.encode() + body)
        eventually(lambda: running(warehouse) == 1)
    eventually(lambda: running(warehouse) == 0 and server.app.state.rooms.desk._under_way == 0)
    assert server.client().get("/api/auth/state").status_code == 200


def test_a_batch_waits_for_one_turn_and_is_told_to_come_again_when_there_is_none(
    start_dashboard: StartDashboard, warehouse: Warehouse
) -> None:
    settings = DashboardApiSettings(query_threads=1, query_queue=0, question_timeout_ms=60_000)
    server = start_dashboard(warehouse=Costly(warehouse, ENDLESS), settings=settings)
    key = server.registry.create_api_key(server.project_id, ("read",))[1]
    head = (
        f"GET /api/dashboard/overview?project={server.project_id} HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {key}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head.encode())
        eventually(lambda: running(warehouse) == 1)
        refused = send(server.with_key("read"), server, OVERVIEW, OVERVIEW)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        bad = batch(server.with_key("read"), server, {"question": "weather"})  # needs no turn
        assert statuses(bad) == [400]
    eventually(lambda: running(warehouse) == 0)


def test_nothing_hostile_in_a_batch_breaks_it_down_or_its_neighbours(story: DashboardServer) -> None:
    client = story.with_key("export")
    fields = ("question", "project", "from", "tz", "filters", "goal", "metrics")
    for hostile in HOSTILE:
        bad = [{"question": "timeseries", "project": story.project_id, **DAYS, field: hostile} for field in fields]
        told = batch(client, story, hostile, *bad, OVERVIEW)
        assert told[-1]["status"] == 200
        assert {each["status"] for each in told} <= {200, 400, 404, 422}, (str(hostile)[:60], told)
        assert all(
            each["error"]["path"].startswith(f"body.questions[{index}]")
            for index, each in enumerate(told)
            if each["status"] == 400
        ), told
    headers = {"Content-Type": "application/json"}
    for depth in (100, 400, 900, 2_000, 100_000):
        for inner in (b"[" * depth + b"]" * depth, b'{"filters":' * depth + b"1" + b"}" * depth):
            content = b'{"questions":[{"question":"overview","project":"p","filters":' + inner + b"}]}"
            answer = client.post("/api/query/batch", content=content, headers=headers)
            assert answer.status_code in (200, 400, 413), answer.text[:300]
            deep = b'{"questions":[' + inner + b"]}"
            assert client.post("/api/query/batch", content=deep, headers=headers).status_code in (200, 400, 413)
    assert client.post("/api/query/batch", content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415
    assert client.get("/api/query/batch").status_code in (404, 405)
