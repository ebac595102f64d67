"""How long after a kill everything works again, and how fresh the answers are at 2,000 events a second, on both rungs.

    python -m benchmarks.exactly_once [--rung embedded|server] [--seconds 15] [--rate 2000]

Recovery: one process gets SIGKILL and is started again at once, as a supervisor does. *Taken* is the time until clients
have a 200 again, *seen* the time until 16 events of different people that were posted after the kill are all in the
warehouse. Freshness: from just before the POST of one event until the warehouse (server rung) or the dashboard API
(embedded rung) first shows it, asked every 20 ms, while the stated rate of other events flows. Default settings.
"""

import argparse
import http.client
import json
import logging
import os
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path

import msgspec
from tests.torture.embedded import EmbeddedRung
from tests.torture.rung import BY, QUIET
from tests.torture.server import ServerRung

from benchmarks.collector import EVENT
from hatua.base.errors import Unavailable
from hatua.processor.settings import ProcessorSettings
from hatua.registry.store import Registry
from hatua.warehouse.client import Warehouse

TUNED = (
    "FLUSH_INTERVAL_MS",
    "HATUA_REDIS_LEASE_MS",
    "HATUA_REDIS_TIMEOUT_MS",
    "HATUA_CLAIM_IDLE_MS",
)
"""What tests set to have many faults in a short time."""

DEFAULT = (ProcessorSettings().batch_size,)

GIVE_UP_S = 300.0

WARM_S = 15.0
"""Until two processors that started together have shared the shards out, a lease or so."""

PEOPLE = 16
"""So many that each of two processors surely has some of them."""


class Probe:
    """One client that posts single events and looks for them."""

    def __init__(self, ports: list[int], write_key: str, visible: Callable[[str], int]) -> None:
        self._ports = ports
        self._write_key = write_key
        self._visible = visible

    def post(self, events: list[dict[str, object]], timeout_s: float = 2.0) -> bool:
        """Whether any collector said 200."""
        for port in self._ports:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
            try:
                headers = {"content-type": "application/json", "x-write-key": self._write_key}
                connection.request("POST", "/v1/capture", json.dumps({"batch": events}), headers)
                if connection.getresponse().status == 200:
                    return True
            except (OSError, http.client.HTTPException):
                continue
            finally:
                connection.close()
        return False

    def taken(self, count: int = 1) -> str:
        """Posts so many events of one new name until they are taken; the name."""
        name = f"timed_{uuid.uuid4().hex[:12]}"
        until = time.monotonic() + GIVE_UP_S
        events = [_event(name) for _ in range(count)]
        while not self.post(events):
            assert time.monotonic() < until, "no collector takes events"
            time.sleep(0.02)
        return name

    def seen(self, name: str, count: int = 1) -> None:
        """Returns when so many events of that name are there."""
        until = time.monotonic() + GIVE_UP_S
        while self._visible(name) < count:
            assert time.monotonic() < until, f"{name} never became visible"
            time.sleep(0.02)


def _event(name: str) -> dict[str, object]:
    made = {**EVENT, "event_id": str(uuid.uuid4()), "event_name": name, "anonymous_id": str(uuid.uuid4())}
    made.pop("timestamp", None)
    return made


def noise(probe: Probe, rate: int, stop: threading.Event, taken: list[int]) -> None:
    """`rate` events a second in batches of 50, as far as the machine lets it; notes how many were taken."""
    pause = 50 / rate
    due = time.monotonic()
    while not stop.wait(max(0.0, due - time.monotonic())):
        if probe.post([_event("noise") for _ in range(50)]):
            taken.append(50)
        due = max(due + pause, time.monotonic() - 1.0)


def recovery(probe: Probe, what: str, kill: Callable[[], None], start: Callable[[], object]) -> None:
    """One kill."""
    probe.seen(probe.taken())
    kill()
    began = time.monotonic()
    starting = threading.Thread(target=start)
    starting.start()
    name = probe.taken(PEOPLE)
    taken = time.monotonic() - began
    probe.seen(name, PEOPLE)
    seen = time.monotonic() - began
    starting.join()
    print(f"kill -9 of {what:22s} taken again after {taken:5.2f} s, seen after {seen:5.2f} s", flush=True)


def freshness(probe: Probe, seconds: float, rate: int) -> None:
    """Percentiles of single events beside the noise."""
    stop = threading.Event()
    taken: list[int] = []
    others = threading.Thread(target=noise, args=(probe, rate, stop, taken))
    others.start()
    time.sleep(WARM_S)
    taken.clear()
    started = time.monotonic()
    waits = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        began = time.monotonic()
        probe.seen(probe.taken())
        waits.append(time.monotonic() - began)
    really = sum(taken) / (time.monotonic() - started)
    stop.set()
    others.join()
    waits.sort()
    p50, p95, p99 = (waits[min(len(waits) - 1, int(len(waits) * share))] for share in (0.5, 0.95, 0.99))
    said = f"p50 {p50:.2f} s, p95 {p95:.2f} s, p99 {p99:.2f} s, of {len(waits)}"
    print(f"freshness at {really:,.0f} events/s (asked for {rate:,}): {said}", flush=True)


def embedded(seconds: float, rate: int) -> None:
    """One `hatua serve`."""
    with tempfile.TemporaryDirectory() as folder:
        rung = EmbeddedRung(Path(folder), batch_sizes=DEFAULT)
        server, project = rung.server, rung.projects[0]
        for name in TUNED:
            server.environ.pop(name, None)
        server.environ |= QUIET
        registry = Registry.open(f"sqlite:///{Path(folder) / 'serve' / 'registry.db'}")
        _, key = registry.create_api_key(project.id, ("read",), "benchmark", by=BY)
        registry.close()

        def visible(name: str) -> int:
            request = urllib.request.Request(
                f"http://127.0.0.1:{server.port}/api/dashboard/events?project={project.id}&event_name={name}&limit={PEOPLE}",
                headers={"Authorization": f"Bearer {key}"},
            )
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return len(json.load(answer)["events"])
            except OSError:
                return 0

        try:
            rung.start()
            probe = Probe(list(rung.ports), project.write_key, visible)
            freshness(probe, seconds, rate)
            recovery(probe, "hatua serve", server.kill, server.start)
        finally:
            rung.close()


def server(seconds: float, rate: int) -> None:
    """Two collectors, two processors, Redis, ClickHouse's stand-in."""
    # It logs every question of ours that meets a ClickHouse that we have killed; what is amiss is raised besides.
    logging.getLogger("clickhouse_connect").addHandler(logging.NullHandler())
    with tempfile.TemporaryDirectory() as folder:
        rung = ServerRung(Path(folder), batch_sizes=DEFAULT)
        for role in rung.roles:
            for name in TUNED:
                role.environ.pop(name, None)
            role.environ |= {"REDIS_URL": rung.redis.url, "CLICKHOUSE_PORT": str(rung.clickhouse.port)}
        settings = msgspec.structs.replace(rung.clickhouse.settings, database="hatua")
        try:
            rung.start()
            with Warehouse.open(settings) as warehouse:

                def visible(name: str) -> int:
                    question = "SELECT 1 FROM events WHERE event_name = {name:String}"
                    try:
                        return len(warehouse.rows(question, {"name": name}))
                    except Unavailable:
                        return 0

                probe = Probe(list(rung.ports), rung.projects[0].write_key, visible)
                freshness(probe, seconds, rate)
                collector, processor = rung.collectors[0], rung.processors[0]
                recovery(probe, "one collector of two", collector.kill, collector.start)
                recovery(probe, "one processor of two", processor.kill, processor.start)
                recovery(probe, "redis-server", rung.redis.kill, rung.redis.start)
                recovery(probe, "ClickHouse", rung.clickhouse.kill, rung.clickhouse.start)
                everything = rung.faults["kill everything"]
                recovery(probe, "everything at once", everything.begin, everything.end)
        finally:
            rung.close()


def main() -> None:
    """One figure a line."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rung", choices=("embedded", "server"), action="append")
    arguments.add_argument("--seconds", type=float, default=15.0)
    arguments.add_argument("--rate", type=int, default=2_000)
    asked = arguments.parse_args()
    for rung in asked.rung or ("embedded", "server"):
        print(f"{rung} rung; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
        (embedded if rung == "embedded" else server)(asked.seconds, asked.rate)


if __name__ == "__main__":
    main()
