"""The whole product in its one process, as a user starts it: cold start, idle cost, freshness, bytes per stored event.

    python -m benchmarks.product [--seconds 15] [--rate 200] [--visitors 2000]

Freshness is the time from just before the POST of one event until the dashboard API first shows it, polled every 20 ms
by a client of its own while the stated rate of other events flows through the same front door.
"""

import argparse
import http.client
import json
import os
import tempfile
import threading
import time
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from tests.fixtures.server import HatuaServer

from benchmarks.collector import EVENT
from hatua.base.clock import system_clock
from hatua.integrations.taxapp.seed import seed
from hatua.warehouse.client import Warehouse
from hatua.warehouse.settings import WarehouseSettings

IDLE_S = 10


def main() -> None:
    """Runs everything and prints one figure a line."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=int, default=15, help="length of the freshness run")
    arguments.add_argument("--rate", type=int, default=200, help="events a second beside the ones that are timed")
    arguments.add_argument("--visitors", type=int, default=2000, help="visitors of 30 days for bytes per event")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = HatuaServer(Path(folder) / "data", environ={"HATUA_TRUSTED_PROXIES": "127.0.0.0/8"})
        made = json.loads(server.cli("projects", "create", "Benchmark", "--json"))
        api_key = server.cli("keys", "create", "--project", "Benchmark")
        print(f"cold start, empty data folder     {server.start():8.2f} s until /ready")
        server.stop()
        print(f"start, second time                {server.start():8.2f} s until /ready")
        _idle(server)
        _freshness(server, made["id"], made["write_key"], api_key, options.seconds, options.rate)
        _seed(server, made["write_key"], options.visitors)
        began = time.monotonic()
        server.stop()
        print(f"stop (SIGTERM)                    {time.monotonic() - began:8.2f} s")
        _size(Path(folder) / "data", made["id"])


def _idle(server: HatuaServer) -> None:
    assert server.process is not None
    time.sleep(2)
    before = _cpu_s(server.process.pid)
    time.sleep(IDLE_S)
    used = (_cpu_s(server.process.pid) - before) / IDLE_S
    print(f"idle memory                       {_rss_mb(server.process.pid):8.0f} MB resident, one process")
    print(f"idle processor                    {used * 100:8.1f} % of one core")


def _freshness(server: HatuaServer, project: str, write_key: str, api_key: str, seconds: int, rate: int) -> None:
    stop = threading.Event()
    noise = threading.Thread(target=_noise, args=(server.port, write_key, rate, stop))
    noise.start()
    client = http.client.HTTPConnection("127.0.0.1", server.port)
    waits: list[float] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        name = f"timed_{uuid.uuid4().hex[:12]}"
        event = {**EVENT, "event_id": str(uuid.uuid4()), "event_name": name}
        event.pop("timestamp")
        began = time.monotonic()
        _post(client, write_key, event)
        while not _visible(server, project, api_key, name):
            time.sleep(0.02)
        waits.append(time.monotonic() - began)
    stop.set()
    noise.join()
    waits.sort()
    p50, p95 = (waits[min(len(waits) - 1, int(len(waits) * share))] for share in (0.5, 0.95))
    print(f"event to visible at {rate:4d} events/s   {p50:8.2f} s median, {p95:.2f} s p95, of {len(waits)}")


def _noise(port: int, write_key: str, rate: int, stop: threading.Event) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port)
    per_post = max(1, rate // 20)
    while not stop.wait(0.05):
        batch = [{**EVENT, "event_id": str(uuid.uuid4()), "anonymous_id": str(uuid.uuid4())} for _ in range(per_post)]
        for event in batch:
            event.pop("timestamp", None)
        _post(client, write_key, {"batch": batch})


def _post(client: http.client.HTTPConnection, write_key: str, body: Any) -> None:
    headers = {"content-type": "application/json", "x-write-key": write_key}
    client.request("POST", "/v1/capture", json.dumps(body), headers)
    answer = client.getresponse()
    said = answer.read()
    assert answer.status == 200, said


def _visible(server: HatuaServer, project: str, api_key: str, name: str) -> bool:
    request = urllib.request.Request(
        f"{server.url}/api/dashboard/events?project={project}&event_name={name}&limit=1",
        headers={"Authorization": f"Bearer {api_key}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bool(json.load(answer)["events"])


def _seed(server: HatuaServer, write_key: str, visitors: int) -> None:
    began = time.monotonic()
    report = seed(server.url, write_key, days=30, visitors=visitors, seed=1, progress=None, now=system_clock())
    accepted_s = time.monotonic() - began
    while True:
        with urllib.request.urlopen(f"{server.url}/ready", timeout=10) as answer:
            if json.load(answer)["waiting"] == 0:
                break
        time.sleep(0.05)
    stored_s = time.monotonic() - began
    assert server.process is not None
    print(f"back-fill through the front door  {report.accepted / accepted_s:8.0f} events/s accepted")
    print(f"the same until the last is stored {report.accepted / stored_s:8.0f} events/s")
    print(f"memory after it                   {_rss_mb(server.process.pid):8.0f} MB resident")


def _size(data: Path, project: str) -> None:
    warehouse = Warehouse.open(WarehouseSettings(path=str(data / "warehouse")))
    warehouse.execute("OPTIMIZE TABLE events FINAL")
    (row,) = warehouse.rows(
        "SELECT sum(rows) AS n, sum(bytes_on_disk) AS bytes FROM system.parts "
        "WHERE active AND database = currentDatabase() AND table = 'events'"
    )
    warehouse.close()
    print(
        f"stored size                       {row['bytes'] / row['n']:8.1f} bytes an event, of {row['n']:,} ({project})"
    )


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _rss_mb(pid: int) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
