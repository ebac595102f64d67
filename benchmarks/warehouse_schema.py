"""What the warehouse's types, codecs and sort key cost, measured side by side on generated events.

    python benchmarks/warehouse_schema.py --events 10000000

Everything runs in one in-process engine under a temporary folder (about 100 bytes of disk an event, all
variants of one section at once), which is deleted at the end. Times are CPU milliseconds of this process, all
threads, median of five, with caches of conditions off; so a busy machine does not distort them much. Prints
Markdown; docs/decisions has the figures.
"""

import argparse
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import clickhouse_connect

from hatua.warehouse.migrate import migrations
from hatua.warehouse.sql import statements

GENERATOR = Path(__file__).with_name("warehouse_events.sql").read_text()
AT_ONCE = 1_000_000
SESSION_KEY = "ORDER BY (project_id, toStartOfHour(timestamp), session_id, timestamp, seq)"
SORT_KEYS = {
    "project, hour, session, time (chosen)": "project_id, toStartOfHour(timestamp), session_id, timestamp, seq",
    "project, day, session, time": "project_id, toDate(timestamp), session_id, timestamp, seq",
    "project, day, event name, session, time": "project_id, toDate(timestamp), event_name, session_id, timestamp, seq",
    "project, time": "project_id, timestamp, seq",
}
MONTH = "project_id = 'p1' AND timestamp >= '2026-02-19 00:00:00' AND timestamp < '2026-03-22 00:00:00'"
QUESTIONS = {
    "events by day, 30 days": f"SELECT toDate(timestamp) AS d, count() FROM $t WHERE {MONTH} GROUP BY d",
    "exact sessions, 30 days": f"SELECT uniqExact(session_id) FROM $t WHERE {MONTH}",
    "exact visitors, 30 days": f"SELECT uniqExact(if(user_id != '', user_id, anonymous_id)) FROM $t WHERE {MONTH}",
    "top pages with sessions, 30 days": "SELECT page_path, count() AS c, uniqExact(session_id) FROM $t "
    f"WHERE {MONTH} AND event_type = 'page' GROUP BY page_path ORDER BY c DESC LIMIT 10",
    "one event name by day, 30 days": "SELECT toDate(timestamp) AS d, count() FROM $t "
    f"WHERE {MONTH} AND event_name = 'return_filed' GROUP BY d",
    "one day in Nairobi": "SELECT count(), uniqExact(session_id) FROM $t WHERE project_id = 'p1' "
    "AND timestamp >= '2026-03-04 21:00:00' AND timestamp < '2026-03-05 21:00:00'",
    "30 minutes by minute": "SELECT toStartOfMinute(timestamp) AS m, count() FROM $t WHERE project_id = 'p1' "
    "AND timestamp >= '2026-03-05 12:00:00' AND timestamp < '2026-03-05 12:30:00' GROUP BY m",
    "newest 50 events": f"SELECT * FROM $t WHERE {MONTH} ORDER BY timestamp DESC, seq DESC LIMIT 50",
    "one session's timeline": "SELECT timestamp, event_name, page_path FROM $t "
    "WHERE project_id = 'p1' AND session_id = {session:String} ORDER BY timestamp",
    "one person's events by anonymous_id": "SELECT timestamp, event_name, page_path FROM $t "
    "WHERE project_id = 'p1' AND anonymous_id = {anonymous:String} ORDER BY timestamp",
    "one person's events by user_id": "SELECT timestamp, event_name, page_path FROM $t "
    "WHERE project_id = 'p1' AND user_id = {user:String} ORDER BY timestamp",
    "already stored? 500 ids in their minute": "SELECT event_uuid FROM $t WHERE project_id IN ['p1'] AND received_at "
    "BETWEEN {received_from:DateTime64(3)} AND {received_to:DateTime64(3)} AND event_uuid IN {ids:Array(UUID)}",
}
PROPERTY_QUESTIONS = {
    "one key of one event name": (
        "SELECT JSONExtractString(properties, 'obligation') AS k, count() FROM $t "
        "WHERE event_name = 'return_filed' GROUP BY k",
        "SELECT properties.obligation.:String AS k, count() FROM $t WHERE event_name = 'return_filed' GROUP BY k",
    ),
    "sum of a number of one event name": (
        "SELECT sum(JSONExtractFloat(properties, 'amount')) FROM $t WHERE event_name = 'return_filed'",
        "SELECT sum(properties.amount.:Int64) FROM $t WHERE event_name = 'return_filed'",
    ),
    "filter all events by one key": (
        "SELECT count() FROM $t WHERE JSONExtractString(properties, 'element') = 'btn-3'",
        "SELECT count() FROM $t WHERE properties.element.:String = 'btn-3'",
    ),
    "read whole": (
        "SELECT sum(length(properties)) FROM $t",
        "SELECT sum(length(toString(properties))) FROM $t",
    ),
}
COLUMNS = {
    "event_id": ("String CODEC(ZSTD(1))", "String CODEC(LZ4)", "UUID CODEC(NONE)"),
    "timestamp": tuple(
        f"DateTime64(3, 'UTC') CODEC({codec})"
        for codec in ("ZSTD(1)", "Delta, ZSTD(1)", "DoubleDelta, ZSTD(1)", "T64, ZSTD(1)", "Delta, LZ4")
    ),
    "received_at": tuple(
        f"DateTime64(3, 'UTC') CODEC({codec})" for codec in ("ZSTD(1)", "Delta, ZSTD(1)", "DoubleDelta, ZSTD(1)")
    ),
    **{
        name: (
            "String CODEC(LZ4)",
            "String CODEC(ZSTD(1))",
            "String CODEC(ZSTD(3))",
            "LowCardinality(String) CODEC(ZSTD(1))",
        )
        for name in ("session_id", "anonymous_id", "user_agent", "page_path", "page_title", "page_url", "page_referrer")
    },
}


SPLIT_IDS = "event_uuid, event_text, message_is_event, message_uuid, message_text"
EVENTS_AS_STORED = (
    f"(* EXCEPT ({SPLIT_IDS}), {SPLIT_IDS}) SELECT * EXCEPT (event_id, message_id), toUUID(event_id), '', false, "
    "toUUID('00000000-0000-0000-0000-000000000000'), '' FROM raw"
)


class Bench:
    """One engine with the table `raw`: the generated events in the order in which they were received."""

    def __init__(self, folder: str, events: int) -> None:
        self.events = events
        self.client = clickhouse_connect.get_client(
            interface="chdb",
            path=folder,
            settings={"max_partitions_per_insert_block": 0, "use_query_condition_cache": 0, "async_insert": 0},
        )
        for start in range(0, events, AT_ONCE):
            select = GENERATOR.replace("{from:UInt64}", str(start)).replace(
                "{rows:UInt64}", str(min(AT_ONCE, events - start))
            )
            if start == 0:
                self.client.command(f"CREATE TABLE raw ENGINE = MergeTree ORDER BY received_at EMPTY AS {select}")
            self.client.command(f"INSERT INTO raw {select}")

    def command(self, sql: str) -> float:
        """CPU seconds of one statement."""
        began = time.process_time()
        self.client.command(sql)
        return time.process_time() - began

    def cpu_ms(self, sql: str, parameters: Mapping[str, Any] | None = None) -> float:
        """Median CPU milliseconds of five runs, after one to warm the page cache."""
        self.client.query(sql, dict(parameters or {}))
        return median(self._once(sql, parameters) for _ in range(5))

    def _once(self, sql: str, parameters: Mapping[str, Any] | None) -> float:
        began = time.process_time()
        self.client.query(sql, dict(parameters or {}))
        return (time.process_time() - began) * 1_000

    def fill(self, table: str, ddl: str, select: str) -> float:
        """Creates, fills and fully merges a table; returns rows inserted a CPU second (without the merge)."""
        self.client.command(ddl)
        spent = self.command(f"INSERT INTO {table} {select}")
        self.client.command(f"OPTIMIZE TABLE {table} FINAL")
        return self.events / spent

    def bytes_by_column(self, table: str) -> dict[str, float]:
        """Compressed bytes an event, largest column first."""
        rows = self.client.query(
            "SELECT column, sum(column_data_compressed_bytes) AS b FROM system.parts_columns "
            f"WHERE active AND table = '{table}' GROUP BY column ORDER BY b DESC"
        ).result_rows
        return {name: size / self.events for name, size in rows}

    def bytes_on_disk(self, table: str) -> float:
        """All files of a table, an event."""
        ((size,),) = self.client.query(
            f"SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = '{table}'"
        ).result_rows
        return float(size) / self.events

    def drop(self, table: str) -> None:
        """At once, with its files."""
        self.client.command(f"DROP TABLE {table} SYNC")


def table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Prints Markdown."""
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in row) + " |")
    print(flush=True)


def compare_columns(bench: Bench) -> None:
    """Each candidate type and codec of one column, in the chosen sort order."""
    rows = []
    for column, kinds in COLUMNS.items():
        for kind in kinds:
            keys = {
                "project_id": "LowCardinality(String)",
                "timestamp": "DateTime64(3, 'UTC')",
                "session_id": "String",
                "seq": "UInt32",
            }
            defined = ", ".join(f"{name} {of}" for name, of in (keys | {column: kind}).items())
            names = ", ".join(keys | {column: kind})
            bench.fill(
                "one", f"CREATE TABLE one ({defined}) ENGINE = MergeTree {SESSION_KEY}", f"SELECT {names} FROM raw"
            )
            scan = bench.cpu_ms(f"SELECT uniqExact({column}) FROM one")
            rows.append((column, kind, bench.bytes_by_column("one")[column], scan))
            bench.drop("one")
    table(("column", "type and codec", "bytes/event", "uniqExact, CPU ms"), rows)


def compare_properties(bench: Bench) -> None:
    """JSON in a String against the JSON type."""
    kinds = {"String CODEC(ZSTD(1))": "properties", "JSON": "properties::JSON"}
    found: dict[str, list[float]] = {}
    for which, (kind, select) in enumerate(kinds.items()):
        speed = bench.fill(
            "one",
            "CREATE TABLE one (project_id LowCardinality(String), timestamp DateTime64(3, 'UTC'), session_id String, "
            f"seq UInt32, event_name LowCardinality(String), properties {kind}) ENGINE = MergeTree {SESSION_KEY} "
            "SETTINGS default_compression_codec = 'ZSTD(1)'",
            f"SELECT project_id, timestamp, session_id, seq, event_name, {select} FROM raw",
        )
        found.setdefault("bytes/event", []).append(bench.bytes_by_column("one")["properties"])
        found.setdefault("rows inserted / CPU s", []).append(speed)
        for question, sqls in PROPERTY_QUESTIONS.items():
            found.setdefault(f"{question}, CPU ms", []).append(bench.cpu_ms(sqls[which].replace("$t", "one")))
        bench.drop("one")
    table(("properties as", *kinds), [(what, *values) for what, values in found.items()])


def chosen_ddl(name: str, key: str) -> str:
    """The migration's `events`, under another name and sort key."""
    ddl = statements(migrations()[0].text)[0].replace("EXISTS events", f"EXISTS {name}")
    ddl = ddl.replace(
        "    INDEX by_received_at", "    INDEX by_timestamp timestamp TYPE minmax,\n    INDEX by_received_at"
    )
    ddl = re.sub(r"PRIMARY KEY .*\n", "", ddl)
    return re.sub(r"ORDER BY .*\n", f"ORDER BY ({key})\n", ddl)


def compare_sort_keys(bench: Bench) -> None:
    """The whole table in each order: size, and what the product's questions cost."""
    parameters = _examples(bench)
    found: dict[str, list[float]] = {}
    for key in SORT_KEYS.values():
        speed = bench.fill("one", chosen_ddl("one", key), EVENTS_AS_STORED)
        found.setdefault("bytes/event on disk", []).append(bench.bytes_on_disk("one"))
        found.setdefault("rows inserted / CPU s", []).append(speed)
        for question, sql in QUESTIONS.items():
            asked = bench.cpu_ms(sql.replace("$t", "one"), parameters if "{" in sql else None)
            found.setdefault(f"{question}, CPU ms", []).append(asked)
        if key == next(iter(SORT_KEYS.values())):
            by_column = bench.bytes_by_column("one")
        bench.drop("one")
    table(("sorted by", *SORT_KEYS), [(what, *values) for what, values in found.items()])
    table(("column, as chosen", "bytes/event"), [(name, size) for name, size in by_column.items() if size >= 0.02])


def _examples(bench: Bench) -> dict[str, Any]:
    def one(sql: str) -> tuple[Any, ...]:
        rows = bench.client.query(sql).result_rows
        return tuple(rows[len(rows) // 2])

    session, anonymous = one("SELECT session_id, anonymous_id FROM raw WHERE project_id = 'p1' LIMIT 10000")
    (user,) = one("SELECT user_id FROM raw WHERE project_id = 'p1' AND user_id != '' LIMIT 10000")
    stored = bench.client.query(
        "SELECT event_id, toString(received_at) FROM raw WHERE project_id = 'p1' "
        "AND received_at >= '2026-03-05 12:00:00' ORDER BY received_at LIMIT 500"
    ).result_rows
    return {
        "session": session,
        "anonymous": anonymous,
        "user": user,
        "ids": [row[0] for row in stored],
        "received_from": stored[0][1],
        "received_to": stored[-1][1],
    }


SECTIONS: dict[str, Callable[[Bench], None]] = {
    "columns": compare_columns,
    "properties": compare_properties,
    "keys": compare_sort_keys,
}


def main() -> None:
    """Runs the sections asked for; all by default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--only", choices=SECTIONS, action="append")
    parser.add_argument("--folder", help="where the temporary folder is made")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hatua-bench-", dir=asked.folder) as folder:
        bench = Bench(folder, asked.events)
        print(f"{asked.events:,} events\n")
        for section in asked.only or SECTIONS:
            SECTIONS[section](bench)
        bench.client.close()


if __name__ == "__main__":
    main()
