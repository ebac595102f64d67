"""The ids that the embedded log remembers: appended, folded into generations, dropped with them."""

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from hatua.streams.packing import seen_id
from hatua.streams.sqlite_schema import connect, create
from hatua.streams.sqlite_seen import SeenIds

HOUR_MS = 3_600_000


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    path = tmp_path / "log.db"
    connection = connect(path, busy_timeout_ms=1_000)
    create(connection, path)
    return connection


@pytest.fixture
def load(connection: sqlite3.Connection) -> Callable[[int], SeenIds]:
    return lambda now_ms: SeenIds(connection, HOUR_MS, now_ms, fold_at=100, fold_slice=16)


def some_ids(rng: random.Random, count: int) -> list[bytes]:
    return [rng.randbytes(16) for _ in range(count)]


def commit(connection: sqlite3.Connection, seen: SeenIds, ids: list[bytes], now_ms: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    seen.fold(connection)
    seen.remember(connection, ids, now_ms)
    connection.execute("COMMIT")
    seen.committed()


def generations(connection: sqlite3.Connection) -> list[str]:
    return [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE name GLOB 'seen_at_*'")]


def test_ids_stay_known_while_they_are_folded_and_after(
    connection: sqlite3.Connection, load: Callable[[int], SeenIds]
) -> None:
    rng = random.Random(1)
    seen = load(0)
    ids: list[bytes] = []
    for step in range(60):
        new = some_ids(rng, rng.randrange(1, 30))
        assert seen.known(connection, new) == set()
        commit(connection, seen, new, step)
        ids += new
        assert seen.known(connection, ids) == set(ids)
    assert generations(connection)
    unfolded = connection.execute("SELECT sum(length(ids)) / 16 FROM seen_recent").fetchone()[0]
    assert unfolded < len(ids) / 2


def test_every_id_is_known_after_a_restart_in_the_middle_of_a_fold(
    connection: sqlite3.Connection, load: Callable[[int], SeenIds]
) -> None:
    rng = random.Random(2)
    seen = load(0)
    ids: list[bytes] = []
    for step in range(80):
        new = some_ids(rng, rng.randrange(1, 20))
        commit(connection, seen, new, step)
        ids += new
        if rng.random() < 0.3:
            seen = load(step)
        assert seen.known(connection, ids) == set(ids)


def test_a_rolled_back_transaction_leaves_nothing_known_and_nothing_lost(
    connection: sqlite3.Connection, load: Callable[[int], SeenIds]
) -> None:
    rng = random.Random(3)
    seen = load(0)
    ids: list[bytes] = []
    for step in range(120):
        new = some_ids(rng, rng.randrange(1, 20))
        if rng.random() < 0.5:
            connection.execute("BEGIN IMMEDIATE")
            seen.fold(connection)
            seen.remember(connection, new, step)
            connection.execute("ROLLBACK")
            seen.rolled_back(connection)
            assert seen.known(connection, new) == set()
        else:
            commit(connection, seen, new, step)
            ids += new
        assert seen.known(connection, ids) == set(ids)
    assert generations(connection)
    assert load(120).known(connection, ids) == set(ids)


def test_an_id_is_known_for_one_window_at_least_and_two_at_most(
    connection: sqlite3.Connection, load: Callable[[int], SeenIds]
) -> None:
    rng = random.Random(4)
    seen = load(0)
    born: dict[bytes, int] = {}
    minute = 60_000
    for now in range(0, 6 * HOUR_MS, minute):
        new = some_ids(rng, rng.randrange(0, 6)) or some_ids(rng, 1)
        commit(connection, seen, new, now)
        born.update(dict.fromkeys(new, now))
        if now % (10 * minute) == 0:
            known = seen.known(connection, list(born))
            assert {i for i, at in born.items() if now - at <= HOUR_MS} <= known
            # A fold takes some commits more than the two windows.
            assert not known & {i for i, at in born.items() if now - at > 2 * HOUR_MS + 20 * minute}
    assert len(generations(connection)) <= 4


def test_a_clock_that_steps_back_forgets_nothing(
    connection: sqlite3.Connection, load: Callable[[int], SeenIds]
) -> None:
    rng = random.Random(5)
    seen = load(10 * HOUR_MS)
    ids: list[bytes] = []
    for step in range(50):
        new = some_ids(rng, 10)
        commit(connection, seen, new, 10 * HOUR_MS - step * 60_000)
        ids += new
    assert seen.known(connection, ids) == set(ids)


def test_the_id_depends_on_project_and_event() -> None:
    assert len({seen_id("p1", "e1"), seen_id("p2", "e1"), seen_id("p1", "e2"), seen_id("p", "1e1")}) == 4
    assert seen_id("p1", "e1") == seen_id("p1", "e1")
    assert len(seen_id("p1", "e1")) == 16
