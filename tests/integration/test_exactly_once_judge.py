"""The judge of exactly-once: clean when everything is in its place, red when any one safety is taken out."""

from pathlib import Path

import pytest

import hatua.warehouse.writer
from hatua.processor.worker import Processor
from hatua.streams import redis_batch
from hatua.streams.redis_reader import RedisReader
from hatua.streams.redis_writer import RedisWriter
from hatua.streams.sqlite_log import SqliteWriter
from hatua.streams.sqlite_reader import SqliteReader
from hatua.streams.sqlite_seen import SeenIds
from hatua.warehouse.client import Warehouse
from hatua.warehouse.writer import EventWriter
from tests.torture.indoors import torture_indoors
from tests.torture.safeties import SAFETIES

RED = {
    "answer-after-commit": "missing",
    "dedup": "doubled",
    "acknowledge-after-insert": "missing",
    "replay-check": "doubled",
    "insert-token": "doubled",
    "lease-end": "doubled",
    "sessions-rebuilt": "sessions",
}
"""What the judge must say without each safety. Those that need several processes, or a kill within microseconds, are in
docs/exactly-once.md."""


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test breaks is whole again after it."""
    for owner, name in (
        (SqliteWriter, "append"),
        (RedisWriter, "append"),
        (SeenIds, "known"),
        (redis_batch, "_prepare"),
        (Processor, "__init__"),
        (Processor, "_unlike"),
        (EventWriter, "complete"),
        (EventWriter, "write"),
        (EventWriter, "refresh_sessions"),
        (SqliteReader, "owned_until"),
        (RedisReader, "owned_until"),
        (hatua.warehouse.writer, "_token"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_lost_doubled_invented_or_changed(tmp_path: Path, warehouse: Warehouse, seed: int) -> None:
    verdict = torture_indoors(tmp_path, warehouse, seed)
    assert verdict.clean, str(verdict)
    assert verdict.counts["retries"] > 5
    assert verdict.counts["stored"] > 200


@pytest.mark.usefixtures("mended")
@pytest.mark.parametrize("safety", RED)
def test_the_judge_is_red_without(tmp_path: Path, warehouse: Warehouse, safety: str) -> None:
    SAFETIES[safety]()
    verdict = torture_indoors(tmp_path, warehouse, 1)
    assert RED[safety] in verdict.faults, str(verdict)
