"""What a question read, and how it is ended from outside, on both rungs."""

import threading
import time
from collections.abc import Callable

import pytest

from hatua.warehouse.client import Warehouse
from hatua.warehouse.errors import QueryCancelled, QueryTooHeavy
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import event
from tests.fixtures.warehouse import both_rungs

pytestmark = both_rungs

ENDLESS = "SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 1 SETTINGS max_threads = 1"


def test_a_question_says_how_many_stored_rows_it_read(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write([event(event_id=f"e{number}") for number in range(7)], [])
    read: list[int] = []
    rows = warehouse.rows("SELECT count() AS n FROM events WHERE page_path = '/'", on_read=read.append)
    assert (rows, read) == ([{"n": 7}], [7])


def test_a_running_question_is_ended_by_its_tag_and_no_other_is(warehouse: Warehouse) -> None:
    outcomes: dict[str, type[Exception]] = {}

    def ask(tag: str, seconds: float) -> None:
        try:
            warehouse.rows(ENDLESS, settings={"log_comment": tag, "max_execution_time": seconds})
        except Exception as problem:
            outcomes[tag] = type(problem)

    threads = [threading.Thread(target=ask, args=arguments) for arguments in (("one", 60), ("other", 3))]
    for thread in threads:
        thread.start()
    running = "SELECT count() AS n FROM system.processes WHERE Settings['log_comment'] IN ('one', 'other')"
    _eventually(lambda: warehouse.rows(running) == [{"n": 2}])
    warehouse.kill("one")
    threads[0].join(10)
    assert outcomes == {"one": QueryCancelled}
    threads[1].join(30)
    assert outcomes["other"] is QueryTooHeavy


def test_to_end_what_does_not_run_is_nothing(warehouse: Warehouse) -> None:
    warehouse.kill("nobody's")
    warehouse.kill("o'clock \\ {tag}")


def test_a_list_longer_than_a_server_takes_as_one_parameter_arrives_whole(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write([event(event_id=f"e{n}", anonymous_id=f"it's {n}") for n in range(3)], [])
    many = [f"it's {number}\\ \u00e9" for number in range(20_000)]
    pairs = [(name, [number, number + 1]) for number, name in enumerate(many)]
    rows = warehouse.rows(
        "SELECT length({many:Array(String)}) AS n, {many:Array(String)}[20000] AS last, "
        "{pairs:Array(Tuple(String, Array(UInt32)))}[20000] AS pair, "
        "(SELECT count() FROM events WHERE anonymous_id IN {many:Array(String)}) AS none, "
        "(SELECT count() FROM events WHERE anonymous_id IN {known:Array(String)}) AS some",
        {"many": many, "pairs": pairs, "known": [*many, "it's 1"]},
    )
    assert rows == [{"n": 20_000, "last": many[-1], "pair": (many[-1], [19_999, 20_000]), "none": 0, "some": 1}]


def _eventually(check: Callable[[], bool], timeout_s: float = 20.0) -> None:
    end = time.monotonic() + timeout_s
    while not check():
        if time.monotonic() > end:
            pytest.fail("it did not come true in time")
        time.sleep(0.02)
