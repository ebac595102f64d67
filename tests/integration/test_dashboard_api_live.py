"""The live stream: each event once, soon, to everybody who watches, and nothing left behind when they go."""

import contextlib
import itertools
import json
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from hatua.base.clock import system_clock
from hatua.dashboard_api.settings import DashboardApiSettings
from hatua.warehouse.client import Warehouse
from hatua.warehouse.errors import WarehouseUnavailable
from hatua.warehouse.writer import EventWriter
from tests.fixtures.dashboard import DashboardServer, StartDashboard
from tests.fixtures.events import event

QUICK = DashboardApiSettings(live_poll_ms=50, live_keep_alive_ms=200)
SOON_S = 20
"""A deadline for what happens within a second on an idle machine; nothing waits this long when all is well."""


class Watcher:
    """Reads one stream in a thread. `next` gives (cursor, event); keep-alives are counted."""

    def __init__(self, client: httpx.Client, project: str, last_event_id: str = "") -> None:
        self.frames: queue.Queue[tuple[str, dict[str, Any]] | None] = queue.Queue()
        self.keep_alives = 0
        self.status = 0
        self._opened = threading.Event()
        self._response: httpx.Response | None = None
        self._client, self._project, self._last = client, project, last_event_id
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        assert self._opened.wait(SOON_S), "the stream did not open"

    def _read(self) -> None:
        headers = {"Last-Event-ID": self._last} if self._last else {}
        request = self._client.stream("GET", "/api/dashboard/live", params={"project": self._project}, headers=headers)
        with contextlib.suppress(httpx.HTTPError), request as response:
            self.status, self._response = response.status_code, response
            cursor = ""
            for line in response.iter_lines():
                if line == ": connected" or self.status != 200:
                    self._opened.set()
                elif line == ": keep-alive":
                    self.keep_alives += 1
                elif line.startswith("id: "):
                    cursor = line[4:]
                elif line.startswith("data: "):
                    self.frames.put((cursor, json.loads(line[6:])))
        self._opened.set()
        self.frames.put(None)

    def next(self) -> tuple[str, dict[str, Any]]:
        """The next event; fails when none comes or the stream has ended."""
        frame = self.frames.get(timeout=SOON_S)
        assert frame is not None, "the stream has ended"
        return frame

    def ended(self) -> bool:
        """Waits for the end of the stream; nothing may come before it."""
        return self.frames.get(timeout=SOON_S) is None

    def go_away(self) -> None:
        """Closes the connection from our side, without a goodbye."""
        if self._response is not None:
            self._response.extensions["network_stream"].get_extra_info("socket").shutdown(2)
        self._thread.join(SOON_S)


@pytest.fixture
def watch() -> Iterator[Callable[..., Watcher]]:
    """Opens streams; closes them all."""
    opened: list[Watcher] = []

    def start(*arguments: Any, **options: Any) -> Watcher:
        opened.append(Watcher(*arguments, **options))
        return opened[-1]

    yield start
    for watcher in opened:
        with contextlib.suppress(OSError):
            watcher.go_away()


def capture(warehouse: Warehouse, project: str, *ids: str, **fields: Any) -> None:
    """Stores events as the processor does: processed now."""
    now = system_clock()
    EventWriter(warehouse).write(
        [
            event(project_id=project, event_id=each, timestamp=now, received_at=now, processed_at=now, **fields)
            for each in ids
        ],
        [],
    )


def until(fact: Callable[[], bool]) -> None:
    """Waits for something that happens on the server's side."""
    deadline = time.monotonic() + SOON_S
    while not fact():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def listeners(server: DashboardServer) -> int:
    return int(server.app.state.rooms.live.listeners)


def test_everybody_who_watches_a_project_gets_its_events_and_no_others(
    start_dashboard: StartDashboard, warehouse: Warehouse, watch: Callable[..., Watcher]
) -> None:
    server = start_dashboard(settings=QUICK)
    other = server.registry.create_project("Other", server.set_up().project.tenant_id)
    first, second = (watch(server.signed_in(), server.project_id) for _ in range(2))
    elsewhere = watch(server.signed_in(), other.id)
    capture(warehouse, server.project_id, "e1", page_path="/mri")
    capture(warehouse, other.id, "o1")
    capture(warehouse, server.project_id, "e2", event_name="app_error", properties='{"error_code": "E42"}')
    for watcher in (first, second):
        one, two = watcher.next()[1], watcher.next()[1]
        assert (one["event_id"], one["page_path"]) == ("e1", "/mri")
        assert (two["event_id"], two["properties"]) == ("e2", {"error_code": "E42"})
    assert elsewhere.next()[1]["event_id"] == "o1"


def test_a_stream_resumes_where_it_broke_with_nothing_missed_and_nothing_twice(
    start_dashboard: StartDashboard, warehouse: Warehouse, watch: Callable[..., Watcher]
) -> None:
    server = start_dashboard(settings=QUICK)
    client = server.signed_in()
    before = watch(client, server.project_id)
    capture(warehouse, server.project_id, "e1")
    capture(warehouse, server.project_id, "e2")
    cursor = before.next()[0]
    before.go_away()
    until(lambda: listeners(server) == 0)
    capture(warehouse, server.project_id, "e3")
    after = watch(client, server.project_id, last_event_id=cursor)
    capture(warehouse, server.project_id, "e4")
    assert [after.next()[1]["event_id"] for _ in range(3)] == ["e2", "e3", "e4"]


def test_a_cursor_we_never_gave_out_is_refused_and_leaves_nothing_open(dashboard: DashboardServer) -> None:
    answer = dashboard.signed_in().get(
        "/api/dashboard/live", params={"project": dashboard.project_id}, headers={"Last-Event-ID": "nonsense"}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["path"] == "query.cursor"
    assert listeners(dashboard) == 0


def test_silence_is_filled_with_comments(start_dashboard: StartDashboard, watch: Callable[..., Watcher]) -> None:
    server = start_dashboard(settings=QUICK)
    watcher = watch(server.signed_in(), server.project_id)
    until(lambda: watcher.keep_alives >= 2)


def test_who_goes_away_leaves_nothing_behind(
    start_dashboard: StartDashboard, watch: Callable[..., Watcher], warehouse: Warehouse
) -> None:
    server = start_dashboard(settings=QUICK)
    client = server.signed_in()
    watchers = [watch(client, server.project_id) for _ in range(5)]
    assert listeners(server) == 5
    for watcher in watchers[1:]:
        watcher.go_away()
    until(lambda: listeners(server) == 1)
    capture(warehouse, server.project_id, "e1")
    assert watchers[0].next()[1]["event_id"] == "e1"
    watchers[0].go_away()
    until(lambda: listeners(server) == 0)
    assert server.app.state.rooms.live._channels == {}


def test_the_number_of_streams_is_bounded(start_dashboard: StartDashboard, watch: Callable[..., Watcher]) -> None:
    server = start_dashboard(settings=DashboardApiSettings(live_listeners=2))
    client = server.signed_in()
    for _ in range(2):
        watch(client, server.project_id)
    refused = client.get("/api/dashboard/live", params={"project": server.project_id})
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
    assert "2 live streams are open" in refused.json()["error"]["message"]
    assert refused.headers["retry-after"] == "5"


def test_a_server_that_stops_ends_its_streams_at_once(
    start_dashboard: StartDashboard, watch: Callable[..., Watcher]
) -> None:
    server = start_dashboard()
    watcher = watch(server.signed_in(), server.project_id)
    began = time.monotonic()
    server.stop()
    assert watcher.ended()
    assert time.monotonic() - began < 5, "well below the keep-alive of 15 s"


def test_an_analyst_sees_the_stream_with_pseudonyms(
    start_dashboard: StartDashboard, warehouse: Warehouse, watch: Callable[..., Watcher]
) -> None:
    server = start_dashboard(settings=QUICK)
    admin = watch(server.signed_in("admin"), server.project_id)
    analyst = watch(server.signed_in("analyst"), server.project_id)
    capture(warehouse, server.project_id, "e1", user_id="A012345678X", properties='{"phone":"0712345678","n":5}')
    seen, masked = admin.next()[1], analyst.next()[1]
    assert seen["user_id"] == seen["person"] == "A012345678X"
    assert seen["properties"] == {"phone": "0712345678", "n": 5}
    assert masked["user_id"] == masked["person"]
    assert masked["user_id"].startswith("user-")
    assert masked["properties"]["phone"].startswith("hidden-")
    assert masked["properties"]["n"] == 5
    assert "A012345678X" not in json.dumps(masked)


class Flaky:
    """A warehouse that can be made to fail as a real one does."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse, self.down = warehouse, False
        self.failed = 0

    def rows(self, *arguments: Any, **options: Any) -> list[dict[str, Any]]:
        if self.down:
            self.failed += 1
            raise WarehouseUnavailable("no answer")
        return self.warehouse.rows(*arguments, **options)


def test_a_warehouse_that_is_away_for_a_while_loses_no_event_of_the_stream(
    start_dashboard: StartDashboard, warehouse: Warehouse, watch: Callable[..., Watcher]
) -> None:
    flaky = Flaky(warehouse)
    server = start_dashboard(settings=QUICK, warehouse=flaky)
    watcher = watch(server.signed_in(), server.project_id)
    flaky.down = True
    capture(warehouse, server.project_id, "e1")
    until(lambda: flaky.failed >= 3)
    assert watcher.frames.empty()
    flaky.down = False
    assert watcher.next()[1]["event_id"] == "e1"


def test_a_client_that_never_reads_is_let_go(start_dashboard: StartDashboard, warehouse: Warehouse) -> None:
    server = start_dashboard(settings=DashboardApiSettings(live_poll_ms=50, live_buffer=200))
    _, key = server.registry.create_api_key(server.project_id)
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.connect(("127.0.0.1", server.port))
        path = f"/api/dashboard/live?project={server.project_id}"
        deaf.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
        until(lambda: listeners(server) == 1)
        heavy = json.dumps({"text": "y" * 20_000})
        numbers = itertools.count()

        def flooded() -> bool:
            capture(warehouse, server.project_id, *(f"e{next(numbers)}" for _ in range(100)), properties=heavy)
            return listeners(server) == 0

        until(flooded)
