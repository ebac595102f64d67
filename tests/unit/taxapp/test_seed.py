"""Seeding and the live trickle against a real collector, and the client against one that misbehaves."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from hatua.integrations.taxapp.live import run_live
from hatua.integrations.taxapp.seed import SeedReport, seed
from hatua.integrations.taxapp.traffic.client import CaptureClient, CaptureRefused, CaptureUnreachable
from hatua.integrations.taxapp.traffic.stories import Parcel
from tests.fixtures.capture import NOW, CaptureServer, Project

Reply = tuple[int, dict[str, str], bytes]
GOOD: Reply = (200, {}, b'{"status":"success","accepted":1,"duplicate":0,"rejected":[]}')
PARCEL = Parcel("105.166.1.1", "test", [{"event_id": "e1", "event_name": "x", "anonymous_id": "a"}])


def sow(project: Project, visitors: int = 60, progress: Callable[[int], None] | None = None) -> SeedReport:
    url = f"http://127.0.0.1:{project.server.port}"
    return seed(url, project.key, days=30, visitors=visitors, seed=7, progress=progress, now=NOW)


def test_a_real_collector_accepts_every_event_as_it_is(capture_server: CaptureServer) -> None:
    project = capture_server.project()
    done: list[int] = []
    report = sow(project, progress=done.append)
    assert report.visitors == 60
    assert report.events == report.accepted > 500
    assert (report.duplicate, report.rejected, report.rejected_reasons) == (0, 0, {})
    assert done == list(range(1, 61))
    stored = project.events
    assert len(stored) == report.accepted
    assert max(event.timestamp for event in stored) <= NOW


def test_a_second_run_on_the_same_day_adds_nothing(capture_server: CaptureServer) -> None:
    project = capture_server.project()
    first = sow(project)
    second = sow(project)
    assert (second.accepted, second.duplicate) == (0, first.accepted)


def test_a_run_that_was_cut_short_is_completed_by_the_next(capture_server: CaptureServer) -> None:
    project = capture_server.project()
    part = sow(project, visitors=20)
    rest = sow(project, visitors=60)
    assert rest.duplicate == part.accepted
    assert len(project.events) == rest.events


def test_a_wrong_key_is_said_at_once(capture_server: CaptureServer) -> None:
    url = f"http://127.0.0.1:{capture_server.port}"
    with pytest.raises(CaptureRefused, match="answered 401"):
        seed(url, "wk_wrong", days=1, visitors=5, seed=1, progress=None, now=NOW)


def test_days_and_visitors_have_bounds() -> None:
    for days, visitors in ((0, 1), (1, -1)):
        with pytest.raises(ValueError, match="at least 1 and 0"):
            seed("http://127.0.0.1:1", "wk", days=days, visitors=visitors, seed=1, progress=None, now=NOW)


def test_live_traffic_reaches_a_real_collector_and_stops_when_told(capture_server: CaptureServer) -> None:
    project = capture_server.project()
    moment = NOW

    async def live() -> None:
        nonlocal moment
        stop = asyncio.Event()

        def clock() -> int:
            nonlocal moment
            moment += 60_000
            if moment > NOW + 600_000:
                stop.set()
            return moment

        await asyncio.wait_for(
            run_live(f"http://127.0.0.1:{project.server.port}", project.key, stop, clock=clock, tick_s=0.001), 30
        )

    asyncio.run(live())
    assert len(project.events) > 20


def test_live_traffic_ends_quietly_when_its_key_is_refused(capture_server: CaptureServer) -> None:
    async def live() -> None:
        step = iter(range(NOW, NOW + 10**9, 60_000))
        await asyncio.wait_for(
            run_live(
                f"http://127.0.0.1:{capture_server.port}",
                "wk_wrong",
                asyncio.Event(),
                clock=step.__next__,
                tick_s=0.001,
            ),
            30,
        )

    asyncio.run(live())


@asynccontextmanager
async def scripted(*replies: Reply | None) -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """A server that gives these answers in turn, the last one for ever; None closes the connection unanswered."""
    requests: list[dict[str, Any]] = []
    left = list(replies)

    talks: list[asyncio.Task[None]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.append(task)
        while True:
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
            except asyncio.IncompleteReadError:
                break
            lines = dict(line.split(": ", 1) for line in head.strip().split("\r\n")[1:])
            body = json.loads(await reader.readexactly(int(lines["Content-Length"])))
            requests.append({"head": lines, "body": body})
            reply = left.pop(0) if len(left) > 1 else left[0]
            if reply is None:
                break
            status, headers, answer = reply
            extra = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            writer.write(f"HTTP/1.1 {status} x\r\n{extra}Content-Length: {len(answer)}\r\n\r\n".encode() + answer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", requests
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.gather(*talks)


def send(*replies: Reply | None, patience_s: float = 60) -> tuple[Any, list[dict[str, Any]], list[float]]:
    """(answer or exception, requests, pauses) of one parcel sent to a scripted server."""

    async def run() -> tuple[Any, list[dict[str, Any]], list[float]]:
        pauses: list[float] = []

        async def sleep(seconds: float) -> None:
            pauses.append(seconds)

        async with scripted(*replies) as (url, requests):
            async with CaptureClient(url, "wk_1", patience_s=patience_s, sleep=sleep) as client:
                try:
                    return await client.send(PARCEL), requests, pauses
                except (CaptureRefused, CaptureUnreachable) as problem:
                    return problem, requests, pauses

    return asyncio.run(run())


def test_a_request_carries_the_key_the_address_and_the_agent() -> None:
    answer, requests, pauses = send(GOOD)
    assert answer.accepted == 1
    assert pauses == []
    head = requests[0]["head"]
    assert (head["X-Write-Key"], head["X-Forwarded-For"], head["User-Agent"]) == ("wk_1", "105.166.1.1", "test")
    assert requests[0]["body"] == {"batch": PARCEL.events}


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_given_the_time_it_asks_for_and_then_the_same_events(status: int) -> None:
    answer, requests, pauses = send((status, {"Retry-After": "7"}, b""), GOOD)
    assert answer.accepted == 1
    assert pauses == [7.0]
    assert requests[0]["body"] == requests[1]["body"]


def test_a_connection_that_breaks_is_opened_again() -> None:
    answer, requests, pauses = send(None, (502, {}, b"bad gateway"), GOOD)
    assert answer.accepted == 1
    assert len(requests) == 3
    assert 0.1 <= pauses[0] <= 0.3
    assert 0.2 <= pauses[1] <= 0.6


def test_patience_ends() -> None:
    problem, _, pauses = send((503, {}, b""), patience_s=20)
    assert isinstance(problem, CaptureUnreachable)
    assert "status 503" in str(problem)
    assert sum(pauses) <= 20


def test_a_port_where_nobody_listens_is_unreachable() -> None:
    async def run() -> None:
        async def sleep(seconds: float) -> None:
            await asyncio.sleep(0)

        async with CaptureClient("http://127.0.0.1:1", "wk", patience_s=3, sleep=sleep) as client:
            await client.send(PARCEL)

    with pytest.raises(CaptureUnreachable, match="ConnectionRefusedError"):
        asyncio.run(run())


@pytest.mark.parametrize(
    "reply", [(401, {}, b'{"error":{}}'), (404, {}, b"not here"), (200, {}, b"<html>"), (400, {}, b'{"error":{}}')]
)
def test_what_will_never_be_accepted_is_refused_at_once(reply: Reply) -> None:
    problem, requests, pauses = send(reply)
    assert isinstance(problem, CaptureRefused)
    assert f"answered {reply[0]}" in str(problem)
    assert (len(requests), pauses) == (1, [])


def test_events_that_the_server_rejects_are_counted_by_reason() -> None:
    rejection = {"index": 0, "reason": "invalid_text", "message": "x"}
    answer, _, _ = send((400, {}, msgspec.json.encode({"status": "error", "rejected": [rejection]})))
    assert [each.reason for each in answer.rejected] == ["invalid_text"]


def test_a_base_url_that_is_none_is_refused() -> None:
    with pytest.raises(CaptureRefused, match="not the URL of a server"):
        CaptureClient("localhost:8000", "wk")
