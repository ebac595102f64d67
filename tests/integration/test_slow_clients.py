"""Slow and stalled clients, by the hundred, on real sockets: each is let go in time, and the others are served."""

import asyncio
import contextlib
import http.client
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import uvloop

from hatua.cli.listener import Listener, connections
from hatua.cli.router import AsgiApp
from hatua.cli.settings import ProcessSettings
from hatua.cli.slow_bodies import with_body_timeout
from hatua.collector.settings import CollectorSettings
from tests.fixtures.capture import event, serving
from tests.fixtures.ports import free_port

Receive = Callable[[], Any]
Send = Callable[[MutableMapping[str, Any]], Any]
BIG = b"x" * 30_000_000
HEAD = b"POST /echo HTTP/1.1\r\nHost: h\r\n"


async def echo(_scope: Any, receive: Receive, send: Send) -> None:
    """Answers with the length of the body; at /big with 30 MB."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = BIG if _scope["path"] == "/big" else b"%d" % size
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@contextlib.contextmanager
def listening(app: AsgiApp = echo, **settings: int) -> Iterator[int]:
    """The product's own listener in a thread; gives its port."""
    process = ProcessSettings(port=free_port(), **settings)  # type: ignore[arg-type]
    started: threading.Event = threading.Event()
    stop: list[Callable[[], object]] = []

    async def serve() -> None:
        server = Listener(app, process)
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(server.stop))
        started.set()
        await server.serve()

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(10)
    for _ in range(500):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", process.port), timeout=1):
            break
        time.sleep(0.01)
    try:
        yield process.port
    finally:
        stop[0]()
        thread.join(20)
        assert not thread.is_alive()


def connect(port: int, sends: bytes = b"") -> socket.socket:
    opened = socket.create_connection(("127.0.0.1", port), timeout=20)
    opened.sendall(sends)
    return opened


def seconds_until_closed(opened: socket.socket, drip: bytes = b"") -> float:
    """Until the server ends the connection; `drip` is sent again and again meanwhile."""
    began = time.monotonic()
    opened.settimeout(0.1 if drip else 20)
    while True:
        try:
            if not opened.recv(65_536):
                break
        except TimeoutError:
            with contextlib.suppress(OSError):
                opened.sendall(drip)
        except ConnectionError:
            break
    opened.close()
    return time.monotonic() - began


def get(port: int, path: str = "/echo", timeout: float = 10) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("sends", "drip"),
    [(b"", b""), (b"POST /ec", b""), (HEAD, b""), (HEAD, b"X-A: b\r\n"), (b"P", b"O")],
    ids=["nothing", "half-a-line", "half-a-head", "a-header-now-and-then", "a-byte-now-and-then"],
)
def test_a_head_that_does_not_come_is_not_waited_for(sends: bytes, drip: bytes) -> None:
    with listening(header_timeout_ms=700) as port:
        assert seconds_until_closed(connect(port, sends), drip) < 5


def test_a_connection_that_is_kept_but_not_used_is_closed() -> None:
    with listening(header_timeout_ms=700) as port:
        kept = connect(port, b"GET /echo HTTP/1.1\r\nHost: h\r\n\r\n")
        assert kept.recv(65_536).startswith(b"HTTP/1.1 200")
        assert seconds_until_closed(kept) < 5


def test_http_2_is_not_spoken_since_its_connections_would_have_no_such_bound() -> None:
    with listening() as port:
        assert seconds_until_closed(connect(port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) < 5


def test_three_hundred_slow_clients_do_not_keep_anybody_from_being_served_and_all_are_let_go() -> None:
    with listening(header_timeout_ms=1_500) as port:
        slow = [connect(port, (b"", b"GET / HT", HEAD)[n % 3]) for n in range(300)]
        waits = []
        for _ in range(50):
            began = time.monotonic()
            assert get(port) == 200
            waits.append(time.monotonic() - began)
        assert sorted(waits)[25] < 0.25
        assert max(seconds_until_closed(one) for one in slow) < 10
        assert get(port) == 200


def test_more_clients_than_may_connect_wait_for_the_slow_ones_to_be_let_go() -> None:
    with listening(header_timeout_ms=1_000, max_connections=20) as port:
        slow = [connect(port) for _ in range(40)]
        assert get(port) == 200
        for one in slow:
            one.close()


def test_connections_are_bounded_by_the_files_that_may_be_open() -> None:
    assert connections(50) == 50
    assert 1 <= connections(2**31) < 2**31


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own time-out for a stalled peer")
def test_a_client_that_does_not_read_its_answer_loses_its_connection() -> None:
    with listening(stall_timeout_ms=1_000) as port:
        stalled = socket.socket()
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        stalled.connect(("127.0.0.1", port))
        mine = stalled.getsockname()[1]
        stalled.sendall(b"GET /big HTTP/1.1\r\nHost: h\r\n\r\n")
        deadline = time.monotonic() + 20
        while not established(port, mine):
            assert time.monotonic() < deadline
        while established(port, mine):
            assert time.monotonic() < deadline, "the server still holds the connection"
            time.sleep(0.05)
        stalled.close()


def established(port: int, client_port: int) -> bool:
    """Whether the server's end of a connection is open, as the kernel sees it."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state, *_ = line.split()
        if state == "01" and local.endswith(f":{port:04X}") and remote.endswith(f":{client_port:04X}"):
            return True
    return False


def test_a_body_that_does_not_come_is_answered_408_and_the_connection_closed() -> None:
    with listening(with_body_timeout(echo, timeout_s=0.4)) as port:
        for drip in (b"", b"x"):
            slow = connect(port, HEAD + b"Content-Length: 1000\r\n\r\nabc")
            slow.settimeout(0.1)
            heard = b""
            deadline = time.monotonic() + 10
            while b"body_timeout" not in heard:
                assert time.monotonic() < deadline
                with contextlib.suppress(TimeoutError):
                    heard += slow.recv(65_536)
                    continue
                slow.sendall(drip)
            assert heard.startswith(b"HTTP/1.1 408")
            assert json.loads(heard.partition(b"\r\n\r\n")[2])["error"]["code"] == "body_timeout"
            assert seconds_until_closed(slow) < 5


def test_what_comes_after_the_body_is_not_timed() -> None:
    asked: list[str] = []

    async def waits_for_the_end(_scope: Any, receive: Receive, send: Send) -> None:
        await receive()
        asked.append((await receive())["type"])

    async def play() -> None:
        messages = iter([{"type": "http.request", "body": b""}, {"type": "http.disconnect"}])

        async def receive() -> Any:
            await asyncio.sleep(0.05)
            return next(messages)

        async def send(message: MutableMapping[str, Any]) -> None:
            asked.append(message["type"])

        await with_body_timeout(waits_for_the_end, timeout_s=0.08)({"type": "http"}, receive, send)

    asyncio.run(play())
    assert asked == ["http.disconnect"]


def test_bodies_under_way_have_room_for_so_many_bytes_and_no_more(tmp_path: Path) -> None:
    quiet = CollectorSettings(rate_limit_max_requests=0, rate_limit_project_max_requests=0, bodies_max_bytes=1_000_000)
    with serving(tmp_path, quiet) as server:
        project = server.project()
        part = b" " * 300_000
        head = (
            b"POST /v1/capture HTTP/1.1\r\nHost: h\r\nX-Write-Key: %b\r\nContent-Type: application/json\r\n"
            b"Content-Length: 400000\r\n\r\n" % project.key.encode()
        )
        slow = [connect(server.port, head + part) for _ in range(3)]
        room = server.collector._capture._room
        wait_until(lambda: room.held_bytes == 900_000)

        refused = project.send(b" " * 150_000 + json.dumps(event()).encode())
        assert (refused.status, refused.code, refused.headers["retry-after"]) == (503, "overloaded", "2")
        assert project.send(event()).status == 200, "a small one still finds room"

        for one in slow:
            one.close()
        wait_until(lambda: room.held_bytes == 0)
        assert project.send(b" " * 150_000 + json.dumps(event()).encode()).status == 200
        assert room.held_bytes == 0


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)
