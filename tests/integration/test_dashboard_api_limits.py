"""What a question may cost: ended when nobody waits, bounded in time, memory, size and waiting; and answers kept."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import pytest

from hatua.dashboard_api.settings import DashboardApiSettings
from hatua.warehouse.client import Warehouse
from tests.fixtures.dashboard import DashboardServer, StartDashboard
from tests.fixtures.story import DAYS, STEPS
from tests.fixtures.warehouse import both_rungs

ENDLESS = "SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 1 SETTINGS max_threads = 1"
RUNNING = "SELECT count() AS n FROM system.processes WHERE startsWith(Settings['log_comment'], 'hatua-')"


class Costly:
    """The real engine, which answers every question of the API with one costly statement of ours."""

    def __init__(self, warehouse: Warehouse, sql: str) -> None:
        self._warehouse = warehouse
        self._sql = sql

    def rows(
        self,
        _sql: str,
        _parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        *,
        on_read: Callable[[int], None] | None = None,
    ) -> list[dict[str, Any]]:
        return self._warehouse.rows(self._sql, None, settings, on_read=on_read)

    @contextmanager
    def keeping(self) -> Iterator["CostlyKeeper"]:
        yield CostlyKeeper(self)

    def kill(self, tag: str) -> None:
        self._warehouse.kill(tag)


class CostlyKeeper:
    """Asks the same for everything, and keeps nothing."""

    def __init__(self, costly: Costly) -> None:
        self.rows = costly.rows

    def keep(self, sql: str, *arguments: Any, **more: Any) -> str:
        self.rows(sql, *arguments, **more)
        return "numbers(1)"

    def forget(self, _name: str) -> None:
        """Nothing was kept."""


def running(warehouse: Warehouse) -> int:
    count: int = warehouse.rows(RUNNING)[0]["n"]
    return count


def eventually(check: Callable[[], bool], timeout_s: float = 20.0) -> float:
    """Seconds until it came true."""
    began = time.monotonic()
    while not check():
        assert time.monotonic() - began < timeout_s, "it did not come true in time"
        time.sleep(0.02)
    return time.monotonic() - began


def ask(server: DashboardServer, timeout_s: float = 60.0) -> httpx.Response:
    return server.with_key("read").post(
        "/api/dashboard/funnel", json={"project": server.project_id, "steps": STEPS}, timeout=timeout_s
    )


def give_up(server: DashboardServer, timeout_s: float) -> None:
    """Asks, and closes the connection when no answer has come in time."""
    with pytest.raises(httpx.ReadTimeout):
        ask(server, timeout_s)


@both_rungs
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_question_ends_in_the_engine_when_the_client_goes_away(
    start_dashboard: StartDashboard, warehouse: Warehouse, method: str
) -> None:
    server = start_dashboard(warehouse=Costly(warehouse, ENDLESS))
    key = server.registry.create_api_key(server.project_id, ("read",))[1]
    body = msgspec.json.encode({"project": server.project_id, "steps": STEPS}) if method == "POST" else b""
    path = "/api/dashboard/funnel" if method == "POST" else f"/api/dashboard/overview?project={server.project_id}"
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)
        eventually(lambda: running(warehouse) == 1)
    assert eventually(lambda: running(warehouse) == 0) < 5
    eventually(lambda: server.app.state.rooms.desk._under_way == 0)
    assert server.client().get("/api/auth/state").status_code == 200


def test_who_goes_away_while_waiting_is_not_asked_for(start_dashboard: StartDashboard, warehouse: Warehouse) -> None:
    settings = DashboardApiSettings(query_threads=1, query_queue=5)
    server = start_dashboard(warehouse=Costly(warehouse, ENDLESS), settings=settings)
    first = threading.Thread(target=give_up, args=(server, 3.0))
    first.start()
    eventually(lambda: running(warehouse) == 1)
    give_up(server, 0.5)
    eventually(lambda: server.app.state.rooms.desk._under_way == 1)
    first.join()
    eventually(lambda: running(warehouse) == 0 and server.app.state.rooms.desk._under_way == 0)


def test_a_question_has_one_time_limit_for_all_its_statements(
    start_dashboard: StartDashboard, warehouse: Warehouse
) -> None:
    slow = "SELECT number FROM numbers(1) WHERE sleepEachRow(0.7) = 1"
    settings = DashboardApiSettings(question_timeout_ms=1_000)
    server = start_dashboard(warehouse=Costly(warehouse, slow), settings=settings)
    began = time.monotonic()
    answer = server.with_key("read").get("/api/dashboard/realtime", params={"project": server.project_id}, timeout=30)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "query_too_heavy")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        (ENDLESS, "time"),
        ("SELECT groupArray(number) AS n FROM numbers(300000000)", "memory"),
        ("SELECT number FROM numbers(1000001)", "rows"),
        ("SELECT repeat('x', 900000 + number) AS n FROM numbers(300)", "bytes"),
    ],
    ids=["time", "memory", "rows", "bytes"],
)
def test_a_question_that_costs_too_much_is_told_so_and_the_server_goes_on(
    start_dashboard: StartDashboard, warehouse: Warehouse, sql: str, why: str
) -> None:
    settings = DashboardApiSettings(question_timeout_ms=3_000)
    server = start_dashboard(warehouse=Costly(warehouse, sql), settings=settings)
    answer = ask(server)
    assert answer.status_code == 422, (why, answer.text)
    error = answer.json()["error"]
    assert error["code"] == "query_too_heavy"
    assert error["message"].endswith("ask for a shorter range or for less of it.")
    assert "SELECT" not in error["message"]
    assert server.client().get("/api/auth/state").status_code == 200


def test_a_question_whose_turn_does_not_come_is_told_to_come_again(
    start_dashboard: StartDashboard, warehouse: Warehouse
) -> None:
    settings = DashboardApiSettings(query_threads=1, query_queue=5, query_wait_ms=300, question_timeout_ms=3_000)
    server = start_dashboard(warehouse=Costly(warehouse, ENDLESS), settings=settings)
    answers: list[httpx.Response] = []
    first = threading.Thread(target=lambda: answers.append(ask(server)))
    first.start()
    eventually(lambda: running(warehouse) == 1)
    refused = ask(server)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json()["error"]["message"].startswith("no turn within 0.3 s")
    first.join()
    assert [answer.status_code for answer in answers] == [422]


def test_the_server_stops_without_waiting_for_the_question_under_way(
    start_dashboard: StartDashboard, warehouse: Warehouse
) -> None:
    server = start_dashboard(warehouse=Costly(warehouse, ENDLESS))
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(ask(server)))
    asking.start()
    eventually(lambda: running(warehouse) == 1)
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 10
    eventually(lambda: running(warehouse) == 0)
    asking.join(30)
    assert [(answer.status_code, answer.json()["error"]["code"]) for answer in answers] == [(503, "unavailable")]


def test_an_answer_is_kept_for_a_moment_and_then_asked_about(story: DashboardServer) -> None:
    client = story.signed_in("analyst")
    query = {"project": story.project_id, **DAYS}
    first = client.get("/api/dashboard/overview", params=query)
    assert first.headers["cache-control"] == "private, max-age=5"
    assert {part.strip() for part in first.headers["vary"].split(",")} >= {"Authorization", "Cookie"}
    etag = first.headers["etag"]
    assert etag.startswith('W/"')
    again = client.get("/api/dashboard/overview", params=query, headers={"If-None-Match": f'"other", {etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    changed = client.get(
        "/api/dashboard/overview", params={**query, "to": "2026-03-12"}, headers={"If-None-Match": etag}
    )
    assert (changed.status_code, changed.json()["metrics"]["visitors"]["value"]) == (200, 1)
    refused = client.get("/api/dashboard/overview", params={**query, "limit": "1"}, headers={"If-None-Match": etag})
    assert (refused.status_code, refused.headers["cache-control"]) == (400, "no-store")
    assert "etag" not in refused.headers


def test_what_is_about_now_is_asked_about_every_time_and_what_is_secret_is_never_kept(story: DashboardServer) -> None:
    client = story.signed_in("admin")
    project = {"project": story.project_id}
    kept = {
        path: client.get(path, params=params).headers["cache-control"]
        for path, params in (
            ("/api/dashboard/realtime", project),
            ("/api/dashboard/definitions", {}),
            ("/api/dashboard/funnels", project),
            ("/api/dashboard/projects", {}),
            ("/api/auth/state", {}),
            ("/api/dashboard/sessions/s1", project),
        )
    }
    assert kept == {
        "/api/dashboard/realtime": "private, no-cache",
        "/api/dashboard/definitions": "private, max-age=300",
        "/api/dashboard/funnels": "no-store",
        "/api/dashboard/projects": "no-store",
        "/api/auth/state": "no-store",
        "/api/dashboard/sessions/s1": "private, max-age=5",
    }


def test_two_roles_are_never_told_that_their_answers_are_the_same(story: DashboardServer) -> None:
    query = {"project": story.project_id, **DAYS}
    tags = [
        story.signed_in(role).get("/api/dashboard/people", params=query).headers["etag"]
        for role in ("admin", "analyst")
    ]
    assert len(set(tags)) == 2


def test_a_kept_answer_is_the_same_compressed_or_not(story: DashboardServer) -> None:
    client = story.signed_in("admin")
    query = {"project": story.project_id, **DAYS}
    plain = client.get("/api/dashboard/events", params=query, headers={"Accept-Encoding": "identity"})
    zipped = client.get("/api/dashboard/events", params=query, headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in zipped.headers["vary"]
    assert (plain.headers["etag"], plain.json()) == (zipped.headers["etag"], zipped.json())
