"""The contract of the durable log, on SQLite."""

from pathlib import Path

import pytest

from hatua.streams.sqlite_log import SqliteLog
from tests.contracts.event_log import NOW_MS, WINDOW_MS, EventLogContract, OpenLog


class SqliteEngine:
    """One file in a folder of its own, and a clock that moves by hand."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "log.db"
        self.now_ms = NOW_MS

    def open(self, *, max_events: int = 100_000) -> OpenLog:
        return SqliteLog.open(self.path, max_events=max_events, dedup_window_ms=WINDOW_MS, clock=lambda: self.now_ms)

    def age(self, ms: int) -> None:
        self.now_ms += ms


class TestSqliteLog(EventLogContract):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> SqliteEngine:
        return SqliteEngine(tmp_path)
