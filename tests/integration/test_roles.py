"""The server rung as an operator runs it: every role a process of its own, over Redis, ClickHouse and PostgreSQL.

A role that was asked to end and ends with code 0 did so in time: 9.5 s after the signal it leaves by itself, with 1."""

import os
import secrets
import signal
import socket
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import psycopg
import pytest

from tests.fixtures.cluster import Cluster, ClusterProject, Role, an_event, running_cluster
from tests.fixtures.ports import free_port

HEARD_S = 60.0
SHARED_S = 120.0
"""Within this time, many leases long, a processor that joined has its share of the shards."""


@dataclass
class Site:
    """Two collectors, two processors and an API over stores of their own."""

    cluster: Cluster
    collectors: list[Role]
    processors: list[Role]
    api: Role
    project: ClusterProject = field(init=False)

    def __post_init__(self) -> None:
        self.project = self.cluster.project()

    @property
    def everyone(self) -> list[Role]:
        return [*self.collectors, *self.processors, self.api]

    def wait_all_ready(self) -> None:
        for one in self.everyone:
            one.wait_ready()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[Site]:
    """Shared by the tests of this module; each takes care that it leaves everyone at work."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    with running_cluster(tmp_path_factory.mktemp("roles"), f"{postgres_server}/{name}") as cluster:
        c1, c2, p1, p2, api = cluster.start_together("collector", "collector", "processor", "processor", "api")
        yield Site(cluster, [c1, c2], [p1, p2], api)


def test_what_two_collectors_took_is_stored_once_by_two_processors_and_the_api_shows_it(site: Site) -> None:
    project = site.cluster.project()
    events = [an_event() for _ in range(200)]
    for start in range(0, 200, 20):
        for collector in site.collectors:  # the same batch to both: a client that gave up on the first answer
            assert collector.send(project.write_key, *events[start : start + 20])[0] == 200
    found = project.wait_stored(site.api, 200)
    assert sorted(project.event_ids(site.api)) == sorted(one["event_id"] for one in events)
    assert found["balanced"] is True
    assert (found["totals"]["received"], found["totals"]["duplicate"]) == (400, 200)
    until = time.monotonic() + SHARED_S
    while not all(one.metric('hatua_processor_events_total{outcome="inserted"}') for one in site.processors):
        assert time.monotonic() < until, f"one processor did everything for {SHARED_S:g} s"
        assert site.collectors[0].send(project.write_key, *(an_event() for _ in range(20)))[0] == 200
        time.sleep(0.2)


def test_a_role_that_is_asked_to_end_under_load_ends_in_time_and_loses_nothing(site: Site) -> None:
    project = site.cluster.project()
    enough = threading.Event()
    sent: list[list[str]] = [[] for _ in range(4)]

    def client(mine: list[str]) -> None:
        while not enough.is_set():
            batch = [an_event() for _ in range(5)]
            for attempt in range(100):  # the other collector, the same ids, until one of them says 200
                try:
                    status, _ = site.collectors[attempt % 2].send(project.write_key, *batch)
                except (OSError, urllib.error.URLError):
                    status = 0
                if status == 200:
                    mine += [one["event_id"] for one in batch]
                    break
            else:
                raise AssertionError("nobody took a batch in 100 attempts")

    clients = [threading.Thread(target=client, args=(mine,)) for mine in sent]
    for one in clients:
        one.start()
    try:
        leaving = [site.collectors[1], site.processors[1]]
        _wait_for_more(sent, 200)
        for role in leaving:
            code, seconds = role.stop()
            assert code == 0, f"{role.name} took {seconds:.1f} s:\n{role.said()[-2000:]}"
            _wait_for_more(sent, 200)
            role.start()
        _wait_for_more(sent, 200)
    finally:
        enough.set()
        for one in clients:
            one.join()
    wanted = sorted(one for mine in sent for one in mine)
    found = project.wait_stored(site.api, len(wanted))
    assert sorted(project.event_ids(site.api)) == wanted
    assert found["balanced"] is True


def test_while_redis_is_away_nobody_who_needs_it_is_ready_and_what_is_refused_arrives_later(site: Site) -> None:
    site.cluster.redis.kill()
    try:
        for one in (*site.collectors, *site.processors):
            one.wait_ready(503)
            assert one.get("/health")[0] == 200
        event = an_event()
        status, answer = site.collectors[0].send(site.project.write_key, event)
        assert (status, answer["error"]["code"]) == (503, "log_unavailable")
        assert site.processors[0].metric("hatua_log_up") == 0
        status, answer = site.api.get(f"/api/dashboard/ledger?project={site.project.id}", site.project.headers)
        assert (status, answer["error"]["code"]) == (503, "unavailable")
        assert site.api.get("/ready")[0] == 200
    finally:
        site.cluster.redis.start()
    site.wait_all_ready()
    assert site.collectors[0].send(site.project.write_key, event)[0] == 200
    before = site.project.ledger(site.api)["totals"]["stored"]
    site.project.wait_stored(site.api, max(before, 1))
    assert site.project.event_ids(site.api).count(event["event_id"]) == 1


def test_while_clickhouse_is_away_collection_goes_on_and_afterwards_everything_is_there(site: Site) -> None:
    project = site.cluster.project()
    site.cluster.clickhouse.kill()
    try:
        assert site.api.wait_ready(503)["away"] == ["warehouse"]
        events = [an_event() for _ in range(20)]
        assert site.collectors[0].send(project.write_key, *events)[0] == 200
        assert {one.wait_ready(503)["status"] for one in site.processors} == {"store_unavailable"}
        assert site.processors[0].metric("hatua_processor_store_away") == 1
        assert site.collectors[0].get("/ready")[0] == 200
    finally:
        site.cluster.clickhouse.start()
    site.wait_all_ready()
    assert project.wait_stored(site.api, 20)["balanced"] is True


def test_while_the_metadata_store_is_away_known_keys_go_on(site: Site, postgres_server: str) -> None:
    known, unknown = site.cluster.project(), site.cluster.project()
    assert site.collectors[0].send(known.write_key, an_event())[0] == 200
    database = site.cluster.environ["DATABASE_URL"].rpartition("/")[2]
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {database} WITH ALLOW_CONNECTIONS false".encode())
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database,))
        try:
            assert site.collectors[0].send(known.write_key, an_event())[0] == 200
            status, answer = site.collectors[0].send(unknown.write_key, an_event())
            assert (status, answer["error"]["code"]) == (503, "keys_unavailable")
            assert site.collectors[0].get("/ready")[0] == 200
            assert site.api.wait_ready(503)["away"] == ["registry"]
        finally:
            connection.execute(f"ALTER DATABASE {database} WITH ALLOW_CONNECTIONS true".encode())
    site.wait_all_ready()
    assert site.collectors[0].send(unknown.write_key, an_event())[0] == 200
    known.wait_stored(site.api, 2)


def test_a_live_stream_does_not_hold_the_api_when_it_is_asked_to_end(site: Site) -> None:
    path = f"/api/dashboard/live?project={site.project.id}"
    with socket.create_connection(("127.0.0.1", site.api.port), timeout=HEARD_S) as listener:
        request = [f"GET {path} HTTP/1.1", "Host: localhost", f"Authorization: {site.project.headers['Authorization']}"]
        listener.sendall("\r\n".join([*request, "", ""]).encode())
        heard = b""
        while b": connected" not in heard:
            heard += listener.recv(4096)
        code, seconds = site.api.stop()
        assert code == 0, f"the API took {seconds:.1f} s:\n{site.api.said()[-2000:]}"
    site.api.start()


def test_a_question_that_clickhouse_does_not_answer_does_not_hold_the_api_for_ever(site: Site) -> None:
    process = site.cluster.clickhouse.process
    assert process is not None
    question = f"/api/dashboard/events?project={site.project.id}&from=2020-01-01&to=2099-01-01"
    asking = threading.Thread(target=_give_up_quietly, args=(site.api, question, site.project.headers))
    os.kill(process.pid, signal.SIGSTOP)
    try:
        asking.start()
        assert site.api.wait_ready(503)["away"]
        site.api.stop()
    finally:
        os.kill(process.pid, signal.SIGCONT)
        asking.join()
    site.api.start()
    site.wait_all_ready()


def _give_up_quietly(role: Role, path: str, headers: dict[str, str]) -> None:
    try:
        role.get(path, headers)
    except OSError:
        return  # the API has gone, as it should


def test_two_processors_of_one_name_are_refused_and_a_dead_ones_name_is_free(site: Site) -> None:
    named = site.cluster.start("processor", HATUA_CONSUMER="worker-7")
    try:
        twin = site.cluster.run("processor", check=False, HATUA_CONSUMER="worker-7", PORT=str(free_port()))
        assert twin.returncode == 1
        assert "'worker-7'" in twin.stderr
        named.kill()
        named.start()
    finally:
        assert named.stop()[0] == 0


def test_numbers_are_for_the_networks_that_may_read_them(site: Site) -> None:
    for one in (*site.processors, site.api):
        status, text = one.get("/metrics")
        assert (status, "hatua_build_info" in text) == (200, True)
        assert one.get("/metrics", {"X-Forwarded-For": "203.0.113.9"})[0] == 404


def test_a_revoked_key_stops_at_a_collector_that_had_it_in_memory(site: Site) -> None:
    collector = site.cluster.start("collector", HATUA_WRITE_KEY_MAX_AGE_MS="1000")
    project = site.cluster.project()
    assert collector.send(project.write_key, an_event())[0] == 200
    with site.cluster.registry() as registry:
        (key,) = registry.write_keys(project.id)
        registry.revoke_write_key(project.id, key.id)
    _wait_for(lambda: collector.send(project.write_key, an_event())[0] == 401)
    assert collector.stop()[0] == 0


@pytest.mark.parametrize(
    ("role", "missing"),
    [
        ("collector", ["REDIS_URL"]),
        ("processor", ["REDIS_URL", "CLICKHOUSE_HOST", "JWT_SECRET"]),
        ("api", ["CLICKHOUSE_HOST", "JWT_SECRET"]),
    ],
)
def test_a_role_says_which_shared_store_it_lacks(site: Site, role: str, missing: list[str]) -> None:
    done = site.cluster.run(role, check=False, **dict.fromkeys(missing, ""))
    assert done.returncode == 1
    assert " and ".join(missing) in done.stderr


def test_a_role_over_stores_that_were_not_migrated_says_what_to_run(site: Site) -> None:
    empty = f"sqlite:///{site.cluster.folder / 'empty.db'}"
    done = site.cluster.run("collector", check=False, DATABASE_URL=empty, PORT=str(free_port()))
    assert done.returncode == 1
    assert "hatua migrate" in done.stderr


def _wait_for_more(sent: list[list[str]], count: int) -> None:
    before = sum(map(len, sent))
    _wait_for(lambda: sum(map(len, sent)) >= before + count)


def _wait_for(fact: Callable[[], bool], timeout_s: float = 120) -> None:
    began = time.monotonic()
    while not fact():
        assert time.monotonic() - began < timeout_s, "it did not happen"
        time.sleep(0.02)
