"""The door to ClickHouse: answers as Python values, faults as facts, one pool for many threads."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pyarrow as pa
import pytest

from hatua.base.settings import Secret
from hatua.warehouse.client import Warehouse
from hatua.warehouse.errors import (
    QueryFailed,
    QueryTooHeavy,
    RowsRefused,
    SchemaMissing,
    WarehouseBusy,
    WarehouseUnavailable,
)
from hatua.warehouse.migrate import apply_migrations
from hatua.warehouse.settings import WarehouseSettings
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import event
from tests.fixtures.warehouse import ClickHouseProcess, both_rungs

SLOW = "SELECT count() FROM numbers(100000000000) WHERE NOT ignore(sipHash64(number))"


@both_rungs
def test_values_come_back_as_the_values_of_python(empty_warehouse: Warehouse) -> None:
    sql = """
        SELECT toDateTime64('2026-03-13 12:00:00.123', 3, 'UTC') AS at, toDate('2026-03-13') AS day, 'é' AS text,
            toLowCardinality('low') AS low, true AS flag, ['a', 'b'] AS list, 1.5 AS number, NULL AS nothing,
            toUUID('0b6f4f2e-6c0f-4d3a-9b57-6f8f1a2b3c4d') AS id, toUInt64(18446744073709551615) AS big
    """
    expected = {
        "at": datetime(2026, 3, 13, 12, 0, 0, 123_000, UTC),
        "day": date(2026, 3, 13),
        "text": "é",
        "low": "low",
        "flag": True,
        "list": ["a", "b"],
        "number": 1.5,
        "nothing": None,
        "id": UUID("0b6f4f2e-6c0f-4d3a-9b57-6f8f1a2b3c4d"),
        "big": 18_446_744_073_709_551_615,
    }

    assert empty_warehouse.rows(sql) == [expected]
    names, columns = empty_warehouse.columns(sql)
    assert dict(zip(names, [column[0] for column in columns], strict=True)) == expected


@both_rungs
@pytest.mark.parametrize(
    "text", ["", "it's", 'say "x"', "a\\b\\'c", "tab\tline\nend\r", "{q:String}", "%s %", "🚀 é", "\x01"]
)
def test_parameters_are_values_never_sql(empty_warehouse: Warehouse, text: str) -> None:
    (row,) = empty_warehouse.rows(
        "SELECT {one:String} AS one, {many:Array(String)} AS many, {pairs:Array(Tuple(String, String))} AS pairs",
        {"one": text, "many": [text, text], "pairs": [(text, "x"), ("y", text)]},
    )

    assert row == {"one": text, "many": [text, text], "pairs": [(text, "x"), ("y", text)]}


@both_rungs
def test_lists_above_what_a_server_takes_as_one_parameter_arrive_whole(empty_warehouse: Warehouse) -> None:
    keys = [(number, 1_773_230_400_000 + number, 1_773_230_400_000 + number) for number in range(5_000)]
    sql = (
        "SELECT key.1 AS number, key.3 AS at FROM (SELECT arrayJoin({keys:Array(Tuple(UInt32, Int64, Int64))}) AS key)"
    )
    expected = [(number, at) for number, _, at in keys]

    _, columns = empty_warehouse.columns(sql, {"keys": keys})
    assert list(zip(*columns, strict=True)) == expected
    assert [(row["number"], row["at"]) for row in empty_warehouse.rows(sql, {"keys": keys})] == expected
    empty_warehouse.execute("CREATE TABLE kept (number UInt32, at Int64) ENGINE = MergeTree ORDER BY number")
    empty_warehouse.execute(f"INSERT INTO kept {sql}", {"keys": keys})
    assert empty_warehouse.rows("SELECT count() AS n, max(at) AS last FROM kept") == [
        {"n": 5_000, "last": expected[-1][1]}
    ]


@both_rungs
def test_an_answer_without_rows_has_no_columns_either(empty_warehouse: Warehouse) -> None:
    sql = "SELECT number, toString(number) AS text FROM numbers(3) WHERE number > 9"

    assert empty_warehouse.rows(sql) == []
    assert empty_warehouse.columns(sql) == ((), ())


@both_rungs
def test_a_question_over_its_time_is_too_heavy(empty_warehouse: Warehouse) -> None:
    with pytest.raises(QueryTooHeavy, match="TIMEOUT_EXCEEDED"):
        empty_warehouse.rows(SLOW, settings={"max_execution_time": 0.2})


@both_rungs
def test_a_question_over_its_memory_is_too_heavy(empty_warehouse: Warehouse) -> None:
    with pytest.raises(QueryTooHeavy, match="MEMORY_LIMIT_EXCEEDED"):
        empty_warehouse.rows(
            "SELECT groupArray(number) FROM numbers(50000000)", settings={"max_memory_usage": 20_000_000}
        )


def test_every_question_has_the_limits_of_the_settings(warehouse_settings: WarehouseSettings) -> None:
    short = msgspec.structs.replace(warehouse_settings, query_timeout_ms=100, clients=1)
    with (
        Warehouse.open(short, "t_kept_open") as warehouse,
        pytest.raises(QueryTooHeavy, match="TIMEOUT_EXCEEDED"),
    ):
        warehouse.rows(SLOW)
    small = msgspec.structs.replace(warehouse_settings, query_memory_bytes=16_000_000, clients=1)
    with (
        Warehouse.open(small, "t_kept_open") as warehouse,
        pytest.raises(QueryTooHeavy, match="MEMORY_LIMIT_EXCEEDED"),
    ):
        warehouse.rows("SELECT groupArray(number) FROM numbers(20000000)")


@both_rungs
def test_a_missing_table_says_what_to_run(empty_warehouse: Warehouse) -> None:
    with pytest.raises(SchemaMissing, match="hatua migrate"):
        empty_warehouse.rows("SELECT count() FROM events")


@both_rungs
@pytest.mark.parametrize("sql", ["SELEC 1", "SELECT nope", "SELECT {x:UInt8}"])
def test_bad_sql_is_a_failed_query(empty_warehouse: Warehouse, sql: str) -> None:
    with pytest.raises(QueryFailed):
        empty_warehouse.rows(sql, {"x": "not a number"})


@both_rungs
def test_an_insert_that_does_not_fit_its_columns_is_refused(empty_warehouse: Warehouse) -> None:
    empty_warehouse.execute("CREATE TABLE t (id UUID) ENGINE = MergeTree ORDER BY id")

    with pytest.raises(RowsRefused, match="insert into t"):
        empty_warehouse.insert("t", pa.table({"id": ["no uuid"]}), "")


@both_rungs
def test_the_same_token_is_the_same_insert_and_no_token_never_is(warehouse: Warehouse) -> None:
    rows = pa.table({"session_id": ["s"]})
    for token in ("one", "one", "two", "", ""):
        warehouse.insert("events", rows, token)

    assert warehouse.rows("SELECT count() AS n FROM events") == [{"n": 4}]


@both_rungs
def test_an_empty_insert_does_nothing(empty_warehouse: Warehouse) -> None:
    empty_warehouse.insert("there_is_no_such_table", pa.table({"x": pa.array([], pa.string())}), "")


@both_rungs
def test_threads_share_the_pool(empty_warehouse: Warehouse) -> None:
    empty_warehouse.execute("CREATE TABLE t (x UInt32) ENGINE = MergeTree ORDER BY x")
    problems: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for _ in range(5):
                empty_warehouse.insert("t", pa.table({"x": pa.array([number], pa.uint32())}), "")
                assert empty_warehouse.rows("SELECT {n:UInt8} AS n", {"n": number}) == [{"n": number}]
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert empty_warehouse.rows("SELECT count() AS n, uniqExact(x) AS x FROM t") == [{"n": 40, "x": 8}]


def test_a_caller_that_finds_no_free_client_is_told_so(warehouse_settings: WarehouseSettings) -> None:
    impatient = msgspec.structs.replace(warehouse_settings, clients=1, wait_for_client_ms=1)
    with Warehouse.open(impatient, "t_kept_open") as warehouse:

        def occupy() -> None:
            with pytest.raises(QueryTooHeavy):
                warehouse.rows(SLOW, settings={"max_execution_time": 3})

        def ask_until_it_is_taken() -> None:
            while True:
                warehouse.rows("SELECT 1")

        thread = threading.Thread(target=occupy)
        thread.start()
        with pytest.raises(WarehouseBusy, match="all 1 warehouse clients"):
            ask_until_it_is_taken()
        thread.join()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ClickHouseProcess]:
    """A server of the test's own, to be killed."""
    process = ClickHouseProcess(tmp_path / "server")
    process.start()
    yield process
    process.kill()


def test_a_server_that_dies_is_unavailable_and_comes_back_without_reopening(server: ClickHouseProcess) -> None:
    with Warehouse.open(server.settings) as warehouse:
        apply_migrations(warehouse)
        writer = EventWriter(warehouse)
        writer.write([event(event_id="before")])

        server.kill()
        for _ in range(server.settings.clients + 1):
            with pytest.raises(WarehouseUnavailable):
                warehouse.rows("SELECT 1")
            with pytest.raises(WarehouseUnavailable):
                writer.write([event(event_id="during")])

        server.start()
        writer.write([event(event_id="during")])
        assert warehouse.rows("SELECT event_id FROM events ORDER BY event_id") == [
            {"event_id": "before"},
            {"event_id": "during"},
        ]


def test_a_server_that_is_not_there_is_unavailable_at_open(server: ClickHouseProcess) -> None:
    server.kill()
    with pytest.raises(WarehouseUnavailable, match=r"ClickHouse at 127\.0\.0\.1"):
        Warehouse.open(server.settings)


def test_a_wrong_password_is_unavailable_and_is_not_shown(tmp_path: Path) -> None:
    server = ClickHouseProcess(tmp_path / "server", password="right")
    server.start()
    try:
        with pytest.raises(WarehouseUnavailable) as caught:
            Warehouse.open(msgspec.structs.replace(server.settings, password=Secret("hunter2")))
        assert "hunter2" not in str(caught.value)
        Warehouse.open(msgspec.structs.replace(server.settings, password=Secret("right"))).close()
    finally:
        server.kill()


def test_the_host_may_be_a_url(server: ClickHouseProcess) -> None:
    by_url = msgspec.structs.replace(server.settings, host=f"http://127.0.0.1:{server.port}", port=0)
    with Warehouse.open(by_url) as warehouse:
        assert warehouse.rows("SELECT currentDatabase() AS name") == [{"name": server.settings.database}]
