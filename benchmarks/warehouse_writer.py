"""What one EventWriter.write costs, stage by stage, on a warehouse that already holds events; and what FINAL
costs a reader.

    python benchmarks/warehouse_writer.py --events 2000000

Live traffic: each batch carries about three events of each of its sessions, and sessions go on over several
batches. CPU and wall milliseconds, medians. The folder is temporary.
"""

import argparse
import random
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.warehouse_schema import AT_ONCE, EVENTS_AS_STORED, GENERATOR, table
from hatua.warehouse.client import Warehouse
from hatua.warehouse.migrate import apply_migrations
from hatua.warehouse.rows import EventRow
from hatua.warehouse.settings import WarehouseSettings
from hatua.warehouse.sql import load
from hatua.warehouse.writer import EventWriter, event_table, hour_table

BATCHES = {500: 12, 5_000: 8, 50_000: 3}
"""Rows a batch: how many batches are measured."""

AGENT = (
    "Mozilla/5.0 (Linux; Android 12; SM-A1{:02d}F) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Mobile Safari/537.36"
)
READS = {
    "count of all sessions, FINAL": "SELECT count(), sum(events) FROM sessions FINAL",
    "the same without FINAL (not exact)": "SELECT count(), sum(events) FROM sessions",
    "30 days of one project, FINAL": "SELECT count(), avg(dateDiff('second', started_at, ended_at)) "
    "FROM sessions FINAL WHERE project_id = 'p1' "
    "AND started_at >= '2026-02-19 00:00:00' AND started_at < '2026-03-22 00:00:00'",
    "one day of one project, FINAL": "SELECT count(), avg(dateDiff('second', started_at, ended_at)) "
    "FROM sessions FINAL WHERE project_id = 'p1' "
    "AND started_at >= '2026-03-05 00:00:00' AND started_at < '2026-03-06 00:00:00'",
}


class Stages:
    """CPU and wall milliseconds by stage."""

    def __init__(self) -> None:
        self.cpu: dict[str, list[float]] = defaultdict(list)
        self.wall: dict[str, list[float]] = defaultdict(list)

    def time(self, stage: str, work: Callable[..., Any], *arguments: Any) -> Any:
        """Does the work and notes what it cost."""
        cpu, wall = time.process_time(), time.perf_counter()
        answer = work(*arguments)
        self.cpu[stage].append((time.process_time() - cpu) * 1_000)
        self.wall[stage].append((time.perf_counter() - wall) * 1_000)
        return answer

    def medians(self) -> dict[str, tuple[float, float]]:
        """(CPU, wall) of each stage."""
        return {stage: (median(self.cpu[stage]), median(self.wall[stage])) for stage in self.cpu}


def fill(warehouse: Warehouse, events: int) -> None:
    """The generated events, their hours and their sessions."""
    for start in range(0, events, AT_ONCE):
        raw = GENERATOR.replace("{from:UInt64}", str(start)).replace("{rows:UInt64}", str(min(AT_ONCE, events - start)))
        warehouse.execute(f"INSERT INTO events {EVENTS_AS_STORED.replace('FROM raw', f'FROM ({raw})')}")
    warehouse.execute(load("hatua.warehouse", "rebuild_session_hours.sql"))


def batch(size: int, number: int, now: int, sessions: list[str]) -> list[EventRow]:
    """Rows of about size / 3 sessions, of which most were in the batch before."""
    chance = random.Random(number * 100_003 + size)
    first = number * max(1, size // 12)
    window = sessions[first : first + max(1, size // 3)]
    rows = []
    for index in range(size):
        session, page = chance.choice(window), chance.randrange(97)
        at = now + number * 1_000 + index * 1_000 // size
        rows.append(
            EventRow(
                tenant_id="t1",
                project_id="p1",
                event_id=str(uuid.uuid4()),
                event_name="page_view",
                event_type="page",
                timestamp=at,
                received_at=at + 900,
                processed_at=at + 1_400,
                anonymous_id=session[::-1],
                session_id=session,
                page_path=f"/mri/{page}",
                page_url=f"https://selfservice.example.go.ke/mri/{page}?step=1",
                page_title=f"File and pay {page}",
                user_agent=AGENT.format(chance.randrange(60)),
                device_type="mobile",
                os="Android",
                browser="Chrome Mobile",
                country_code="KE",
                city="Nairobi",
                locale="en-KE",
                properties=f'{{"element":"btn-{page}"}}',
                library_name="hatua-js",
                library_version="1.0.0",
                retention_days=730,
            )
        )
    return rows


def measure_writes(warehouse: Warehouse) -> None:
    """The stages of write, by size of the batch."""
    writer = EventWriter(warehouse)
    sessions = [str(uuid.UUID(int=random.Random(n).getrandbits(128), version=4)) for n in range(60_000)]
    now = int(time.time() * 1_000)
    columns: dict[str, list[Any]] = defaultdict(list)
    for size, batches in BATCHES.items():
        stages = Stages()
        for number in range(batches):
            rows = batch(size, number, now, sessions)
            keys = {(row.project_id, row.session_id) for row in rows}
            events = stages.time("events as Arrow columns", event_table, rows)
            hours = stages.time("hours as Arrow columns", hour_table, rows)
            stages.time("insert into session_hours", warehouse.insert, "session_hours", hours, "")
            stages.time("insert into events", warehouse.insert, "events", events, uuid.uuid4().hex)
            stages.time("refresh of the touched sessions", writer.refresh_sessions, keys)
        found = stages.medians()
        for stage, (cpu, wall) in found.items():
            columns[stage] += [cpu, wall]
        whole = [sum(values) for values in zip(*found.values(), strict=True)]
        columns["all"] += whole
        columns["rows/s"] += [size / whole[0] * 1_000, size / whole[1] * 1_000]
        columns["sessions touched"] += [len(keys), ""]
    head = [f"{size:,} rows, {kind} ms" for size in BATCHES for kind in ("CPU", "wall")]
    table(("stage", *head), [(stage, *values) for stage, values in columns.items()])


def measure_reads(warehouse: Warehouse) -> None:
    """Sessions as the writer leaves them: several versions of each, in several parts."""
    stages = Stages()
    for _ in range(5):
        for question, sql in READS.items():
            stages.time(question, warehouse.rows, sql, None, {"use_query_condition_cache": 0})
    rows = warehouse.rows("SELECT count() AS n, uniqExact(_part) AS parts FROM sessions")[0]
    print(f"sessions: {rows['n']:,} rows in {rows['parts']} parts\n")
    table(("question", "CPU ms", "wall ms"), [(question, *found) for question, found in stages.medians().items()])


def main() -> None:
    """Fills, writes, reads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000, help="how many are stored before")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="hatua-bench-") as folder,
        Warehouse.open(WarehouseSettings(path=folder, clients=2)) as warehouse,
    ):
        apply_migrations(warehouse)
        fill(warehouse, asked.events)
        stored = warehouse.rows("SELECT DISTINCT project_id, session_id FROM session_hours")
        EventWriter(warehouse).refresh_sessions((row["project_id"], row["session_id"]) for row in stored)
        print(f"{asked.events:,} events stored before\n")
        measure_writes(warehouse)
        measure_reads(warehouse)


if __name__ == "__main__":
    main()
