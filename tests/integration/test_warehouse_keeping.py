"""Rows kept in the engine for the next question: of one reader alone, within the limits of a question, gone afterwards;
on both rungs."""

import threading

import pytest

from hatua.warehouse.client import Warehouse
from hatua.warehouse.errors import QueryCancelled, QueryTooHeavy, SchemaMissing, WarehouseUnavailable
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import event
from tests.fixtures.warehouse import both_rungs

pytestmark = both_rungs


def test_what_is_kept_is_read_by_its_name_as_often_as_wanted(warehouse: Warehouse) -> None:
    read: list[int] = []
    with warehouse.keeping() as keeper:
        kept = keeper.keep(
            "SELECT number AS n, {word:String} AS word FROM numbers({most:UInt32})",
            {"word": "a'b\\c", "most": 3},
            on_read=read.append,
        )
        for _ in range(2):
            assert keeper.rows(f"SELECT n, word FROM {kept} ORDER BY n", on_read=read.append) == [
                {"n": n, "word": "a'b\\c"} for n in range(3)
            ]
        more = keeper.keep(f"SELECT sum(n) AS total FROM {kept} WHERE n IN {{some:Array(UInt64)}}", {"some": [1, 2]})
        assert keeper.rows(f"SELECT total FROM {more}") == [{"total": 3}]
    assert len(read) == 3


def test_what_was_read_of_what_is_stored_is_told(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write([event() for _ in range(3)])
    read: list[int] = []
    with warehouse.keeping() as keeper:
        keeper.keep("SELECT anonymous_id FROM events", None, on_read=read.append)
    assert read == [3]


def test_a_long_list_is_no_hindrance(warehouse: Warehouse) -> None:
    ids = [f"{n:032x}" for n in range(10_000)]
    with warehouse.keeping() as keeper:
        kept = keeper.keep("SELECT arrayJoin({ids:Array(String)}) AS id", {"ids": ids})
        assert keeper.rows(f"SELECT uniqExact(id) AS n FROM {kept}") == [{"n": 10_000}]


def test_nobody_else_sees_it_and_nothing_is_left(warehouse: Warehouse) -> None:
    with warehouse.keeping() as keeper:
        kept = keeper.keep("SELECT 1 AS n")
        with pytest.raises(SchemaMissing):
            warehouse.rows(f"SELECT n FROM {kept}")
        with warehouse.keeping() as other, pytest.raises(SchemaMissing):
            other.rows(f"SELECT n FROM {kept}")
        keeper.forget(kept)
        with pytest.raises(SchemaMissing):
            keeper.rows(f"SELECT n FROM {kept}")
        last = keeper.keep("SELECT 2 AS n")
    for _ in range(len(warehouse._clients)):
        with warehouse.keeping() as keeper, pytest.raises(SchemaMissing):
            keeper.rows(f"SELECT n FROM {last}")


def test_keeping_is_under_the_limits_of_a_question(warehouse: Warehouse) -> None:
    with warehouse.keeping() as keeper:
        with pytest.raises(QueryTooHeavy):
            keeper.keep("SELECT toString(number) AS n FROM numbers(30000000)", None, {"max_memory_usage": 100_000_000})
        with pytest.raises(QueryTooHeavy):
            keeper.keep(ENDLESS, None, {"max_execution_time": 0.2})
        assert keeper.rows("SELECT 1 AS n") == [{"n": 1}]


ENDLESS = "SELECT number AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 1"


def test_keeping_is_ended_with_its_tag(warehouse: Warehouse) -> None:
    ended: list[type[Exception]] = []

    def keep() -> None:
        with warehouse.keeping() as keeper:
            try:
                keeper.keep(ENDLESS, None, {"log_comment": "kept-for-nobody", "max_threads": 1})
            except QueryCancelled as fact:
                ended.append(type(fact))

    keeping = threading.Thread(target=keep)
    keeping.start()
    while keeping.is_alive():
        warehouse.kill("kept-for-nobody")
        keeping.join(0.2)
    assert ended == [QueryCancelled]


def test_a_session_that_is_lost_between_two_statements_is_no_missing_schema(warehouse: Warehouse) -> None:
    """A server behind a load balancer, or one that was started again."""
    with warehouse.keeping() as keeper:
        kept = keeper.keep("SELECT 1 AS n")
        keeper._client.raw_query(f"DROP TEMPORARY TABLE {kept}", settings=dict(keeper._session))
        with pytest.raises(WarehouseUnavailable, match="lost the session"):
            keeper.rows(f"SELECT n FROM {kept}")
