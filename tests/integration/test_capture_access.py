"""Who may send, how much, and what happens when a store behind the collector is away."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from hatua.collector.client_ip import Networks
from hatua.collector.keys import MAX_AGE_MS
from hatua.collector.request import read_request
from hatua.collector.settings import CollectorSettings
from hatua.contract.record import Envelope, LogDepth, Tally
from hatua.registry.model import ProjectAccess
from hatua.streams.port import LogUnavailable, LogWriter
from hatua.streams.sqlite_log import SqliteLog
from tests.fixtures.capture import CaptureServer, Project, event, serving


def test_without_a_write_key_it_is_401(project: Project) -> None:
    for body in ({"batch": [event()]}, event(), [event()], {"batch": [event()], "write_key": ""}, event(write_key=7)):
        answer = project.send(body, x_write_key="")
        assert (answer.status, answer.code) == (401, "missing_write_key")
    assert project.ledger.received == 0


@pytest.mark.parametrize("key", ["wk_unknown", "x" * 201, "caf\u00e9", "a b", "' OR 1=1 --"])
def test_with_an_unknown_write_key_it_is_401(project: Project, key: str) -> None:
    answer = project.send(event(), x_write_key=key.encode().decode("latin-1"))
    assert (answer.status, answer.code) == (401, "unknown_write_key")
    answer = project.send(event(write_key=key), x_write_key="")
    assert (answer.status, answer.code) == (401, "unknown_write_key")
    assert key.encode() not in answer.body


def test_the_header_wins_over_the_query_and_the_body(project: Project) -> None:
    other = project.server.project()
    path = f"/v1/capture?write_key={other.key}"
    assert project.send({"batch": [event()], "write_key": other.key}, path).status == 200
    assert (len(project.events), len(other.events)) == (1, 0)


def test_each_write_key_writes_to_its_own_project_only(project: Project) -> None:
    other = project.server.project()
    same = event()
    assert project.send(same).json["accepted"] == 1
    assert other.send(same).json["accepted"] == 1
    assert [e.project_id for e in other.events] == [other.id]


ALLOWED = ("https://tax.example", "https://*.example.com", "http://localhost:3000")


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://tax.example", True),
        ("HTTPS://Tax.Example", True),
        ("http://localhost:3000", True),
        ("https://a.example.com", True),
        ("https://a.b.example.com", True),
        ("https://example.com", False),
        ("https://evilexample.com", False),
        ("https://.example.com", False),
        ("http://a.example.com", False),
        ("https://a.example.com:8443", False),
        ("https://a.example.com.evil.test", False),
        ("https://tax.example.evil.test", False),
        ("http://localhost", False),
        ("null", False),
    ],
)
def test_only_pages_of_a_listed_origin_may_send(capture_server: CaptureServer, origin: str, allowed: bool) -> None:
    project = capture_server.project(*ALLOWED)
    answer = project.send(event(), origin=origin)
    if allowed:
        assert answer.status == 200
        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["vary"] == "Origin"
    else:
        assert (answer.status, answer.code) == (403, "origin_not_allowed")
        assert "access-control-allow-origin" not in answer.headers
        assert project.ledger.received == 0


def test_servers_send_no_origin_and_are_allowed(capture_server: CaptureServer) -> None:
    answer = capture_server.project(*ALLOWED).send(event())
    assert answer.status == 200
    assert "access-control-allow-origin" not in answer.headers


def test_without_a_list_any_origin_may_send(project: Project) -> None:
    answer = project.send(event(), origin="https://anything.test")
    assert answer.headers["access-control-allow-origin"] == "https://anything.test"
    assert project.send(event(), origin="null").status == 200


def test_a_page_may_read_why_it_was_refused(project: Project) -> None:
    for answer in (
        project.send(event(), origin="https://a.test", x_write_key="wk_unknown"),
        project.send(b"oops", origin="https://a.test"),
    ):
        assert answer.headers["access-control-allow-origin"] == "https://a.test"
        assert answer.headers["access-control-expose-headers"] == "Retry-After"


@pytest.mark.parametrize("path", ["/v1/capture", "/v1/identify"])
def test_a_preflight_allows_what_the_sdk_sends(capture_server: CaptureServer, path: str) -> None:
    asked = {"origin": "https://a.test", "access-control-request-method": "POST"}
    answer = capture_server.request("OPTIONS", path, headers=asked)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "https://a.test"
    assert "POST" in answer.headers["access-control-allow-methods"]
    for header in ("Content-Type", "X-Write-Key", "Content-Encoding"):
        assert header in answer.headers["access-control-allow-headers"]
    assert answer.headers["access-control-max-age"] == "86400"


def test_a_preflight_that_names_its_key_is_refused_for_a_foreign_origin(capture_server: CaptureServer) -> None:
    project = capture_server.project(*ALLOWED)
    path = f"/v1/capture?write_key={project.key}"
    good = capture_server.request("OPTIONS", path, headers={"origin": "https://tax.example"})
    assert good.headers["access-control-allow-origin"] == "https://tax.example"
    bad = capture_server.request("OPTIONS", path, headers={"origin": "https://evil.test"})
    assert bad.status == 204
    assert "access-control-allow-origin" not in bad.headers


def test_the_operators_origins_are_allowed_for_every_project(tmp_path: Path) -> None:
    settings = CollectorSettings(allowed_origins="https://one.test, https://*.two.test/")
    with serving(tmp_path, settings) as server:
        open_project, closed = server.project(), server.project("https://own.test")
        for origin in ("https://one.test", "https://a.two.test"):
            assert open_project.send(event(), origin=origin).status == 200
            assert closed.send(event(), origin=origin).status == 200
        assert closed.send(event(), origin="https://own.test").status == 200
        assert open_project.send(event(), origin="https://own.test").status == 403


def test_an_address_over_its_limit_is_429_until_the_window_has_slid_on(tmp_path: Path) -> None:
    settings = CollectorSettings(rate_limit_max_requests=3, rate_limit_window_ms=10_000)
    with serving(tmp_path, settings) as server:
        project = server.project()
        assert [project.send(event()).status for _ in range(5)] == [200, 200, 200, 429, 429]
        answer = project.send(event(), origin="https://a.test")
        assert (answer.code, answer.json["rejected"]) == ("rate_limited", [])
        assert answer.headers["access-control-allow-origin"] == "https://a.test"
        wait_s = int(answer.headers["retry-after"])
        assert 1 <= wait_s <= 11
        assert project.ledger.received == 3
        server.clock.now_ms += 20_000
        assert project.send(event()).status == 200
        assert server.get("/health").status == 200


def test_a_project_over_its_limit_is_429_and_others_are_not(tmp_path: Path) -> None:
    settings = CollectorSettings(rate_limit_project_max_requests=2)
    with serving(tmp_path, settings) as server:
        busy, quiet = server.project(), server.project()
        assert [busy.send(event()).status for _ in range(3)] == [200, 200, 429]
        assert quiet.send(event()).status == 200
        assert busy.ledger.received == 2


def test_behind_a_trusted_proxy_the_visitors_address_counts(tmp_path: Path) -> None:
    settings = CollectorSettings(rate_limit_max_requests=1, trusted_proxies="127.0.0.1, 10.0.0.0/8")
    with serving(tmp_path, settings) as server:
        project = server.project()
        hops = "6.6.6.6, 41.90.1.1, 10.1.2.3"
        assert project.send(event(), x_forwarded_for=hops).status == 200
        assert project.event.ip == "41.90.1.1"
        assert project.send(event(), x_forwarded_for=hops).status == 429
        assert project.send(event(), x_forwarded_for="41.90.1.2").status == 200


def test_without_a_trusted_proxy_x_forwarded_for_is_only_a_claim(project: Project) -> None:
    assert project.send(event(), x_forwarded_for="41.90.1.1").status == 200
    assert project.event.ip == "127.0.0.1"


def test_a_very_long_user_agent_is_cut(project: Project) -> None:
    assert project.send(event(), user_agent="M" * 10_000).status == 200
    assert project.event.user_agent == "M" * 2_048


class Broken:
    """A writer that fails while it is told to: the real one in front of a log that cannot be written."""

    def __init__(self, log: SqliteLog, broken: threading.Event) -> None:
        self._writer = log.writer()
        self._broken = broken

    def _check(self) -> None:
        if self._broken.is_set():
            raise LogUnavailable("log /secret/path/log.db: disk I/O error")

    async def append(self, envelopes: Sequence[Envelope], tallies: Sequence[Tally]) -> list[bool]:
        self._check()
        return await self._writer.append(envelopes, tallies)

    async def depth(self) -> LogDepth:
        self._check()
        return await self._writer.depth()

    async def close(self) -> None:
        await self._writer.close()


@contextmanager
def with_breakable_log(folder: Path) -> Iterator[tuple[CaptureServer, threading.Event]]:
    broken = threading.Event()
    make: Callable[[SqliteLog], LogWriter] = lambda log: Broken(log, broken)  # noqa: E731
    with serving(folder, writer=make) as server:
        yield server, broken


def test_while_the_log_is_away_it_is_503_and_a_retry_is_no_duplicate(tmp_path: Path) -> None:
    with with_breakable_log(tmp_path) as (server, broken):
        project, sent = server.project(), event()
        assert server.get("/ready").json == {"status": "ready", "waiting": 0}
        broken.set()
        for body in (sent, event(event_name="")):
            answer = project.send(body)
            assert (answer.status, answer.code) == (503, "log_unavailable")
            assert answer.headers["retry-after"] == "5"
            assert b"secret" not in answer.body
        ready = server.get("/ready")
        assert (ready.status, ready.code, ready.headers["retry-after"]) == (503, "log_unavailable", "5")
        assert b"secret" not in ready.body
        assert server.get("/health").status == 200
        broken.clear()
        assert project.send(sent).json["accepted"] == 1
        assert server.get("/ready").json == {"status": "ready", "waiting": 1}
        assert project.ledger.received == 1


def test_a_full_log_is_503_and_takes_events_again_when_there_is_room(tmp_path: Path) -> None:
    with serving(tmp_path, max_events=3) as server:
        project = server.project()
        assert project.send([event(), event(), event()]).status == 200
        answer = project.send(event())
        assert (answer.status, answer.code) == (503, "log_full")
        assert int(answer.headers["retry-after"]) > 0
        reader = server.log.reader("drain")
        reader.acknowledge([delivery.position for delivery in reader.read(10, 0)])
        reader.close()
        assert project.send(event()).status == 200
        assert project.ledger.received == 4


def test_known_keys_go_on_while_the_metadata_store_is_away_and_new_ones_are_503(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        known, new = server.project(), server.project()
        assert known.send(event()).status == 200

        def away(key: str) -> ProjectAccess | None:
            raise ConnectionError("no route to the store at 10.0.0.7")

        server.look_up = away
        server.clock.now_ms += 10 * MAX_AGE_MS
        assert known.send(event()).status == 200
        answer = new.send(event())
        assert (answer.status, answer.code) == (503, "keys_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert b"10.0.0.7" not in answer.body
        server.look_up = server.access.get
        assert new.send(event()).status == 200


def test_a_revoked_key_stops_within_a_minute(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        project = server.project()
        assert project.send(event()).status == 200
        del server.access[project.key]
        assert project.send(event()).status == 200
        server.clock.now_ms += MAX_AGE_MS
        assert project.send(event()).status == 401


def test_an_ipv4_address_on_a_socket_for_both_families_is_an_ipv4_address() -> None:
    scope = {"client": ("::ffff:41.90.1.1", 4711), "headers": [], "query_string": b""}
    assert read_request(scope, Networks(())).ip == "41.90.1.1"


def test_a_fault_of_ours_is_a_500_that_says_nothing_and_the_server_lives_on(tmp_path: Path) -> None:
    class Faulty(Broken):
        async def append(self, envelopes: Sequence[Envelope], tallies: Sequence[Tally]) -> list[bool]:
            if self._broken.is_set():
                raise RuntimeError("a secret detail")
            return await self._writer.append(envelopes, tallies)

        async def depth(self) -> LogDepth:
            if self._broken.is_set():
                raise RuntimeError("a secret detail")
            return await self._writer.depth()

    broken = threading.Event()
    with serving(tmp_path, writer=lambda log: Faulty(log, broken)) as server:
        project = server.project()
        broken.set()
        for answer in (project.send(event()), server.get("/ready")):
            assert (answer.status, answer.code) == (500, "internal_error")
            assert b"secret" not in answer.body
        broken.clear()
        assert project.send(event()).status == 200
