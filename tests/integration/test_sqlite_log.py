"""The embedded log where it differs from other engines: one file, one owner, a disk that can be full or busy."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hatua.contract.record import LedgerRow
from hatua.streams.port import LogFull, LogUnavailable
from hatua.streams.sqlite_admin import SqliteAdmin
from hatua.streams.sqlite_log import SqliteLog
from hatua.streams.sqlite_schema import LogInUse
from tests.contracts.event_log import MINUTE, NOW_MS, Life, OpenLog, event, ids


class OpenedFile:
    """An engine for `Life` that opens one file with the options of the test."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.path = path
        self.options = options

    def open(self, *, max_events: int = 100_000) -> OpenLog:
        return SqliteLog.open(self.path, max_events=max_events, clock=lambda: NOW_MS, **self.options)

    def age(self, ms: int) -> None:
        raise AssertionError("this engine's clock stands still")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def life(path: Path) -> Iterator[Life]:
    life = Life(OpenedFile(path))
    yield life
    life.end()


def run_python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )


def test_a_second_process_is_refused_and_told_who_has_the_log(life: Life, path: Path) -> None:
    code = "import sys; from hatua.streams.sqlite_log import SqliteLog; SqliteLog.open(sys.argv[1])"
    answer = run_python(code, path)
    assert answer.returncode == 1
    assert f"LogInUse: log {path} is open in another process (pid {os.getpid()})" in answer.stderr


def test_a_second_opening_in_one_process_is_refused_until_the_first_is_closed(path: Path) -> None:
    first = SqliteLog.open(path)
    with pytest.raises(LogInUse):
        SqliteLog.open(path)
    first.close()
    first.close()
    SqliteLog.open(path).close()


def test_a_log_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable, match="No such file or directory"):
        SqliteLog.open(tmp_path / "missing" / "log.db")
    (tmp_path / "text.db").write_text("this is no database, and longer than a header of SQLite is, so it is read" * 9)
    with pytest.raises(LogUnavailable, match="NOTADB"):
        SqliteLog.open(tmp_path / "text.db")
    with pytest.raises(LogUnavailable, match="does not exist"):
        SqliteAdmin(tmp_path / "nothing.db")


def test_a_log_of_a_later_format_is_refused(path: Path) -> None:
    SqliteLog.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LogUnavailable, match="has format 99"):
        SqliteLog.open(path)


def test_another_process_replays_and_counts_while_the_log_is_open(life: Life, path: Path) -> None:
    life.append(event("e1"), event("e2"))
    life.reader().dead_letter([(e, "r", "x") for e in life.read()])
    code = (
        "import sys; from pathlib import Path; from hatua.streams.sqlite_admin import SqliteAdmin\n"
        "admin = SqliteAdmin(Path(sys.argv[1])); letters = admin.dead_letters(None, 10)\n"
        "print([l.event_id for l in letters], admin.replay([letters[0].letter_id]),"
        " admin.purge([letters[1].letter_id]), admin.ledger(None, 0, 10**9)[0])"
    )
    answer = run_python(code, path)
    assert answer.stderr == ""
    assert answer.stdout.strip() == (
        "['e1', 'e2'] 1 1 LedgerRow(project_id='p1', minute=29000000, received=2, duplicate=0, rejected={},"
        " pending=1, dead=1)"
    )
    assert life.depth().waiting == 1
    life.append(event("e3"))
    got = life.read_all()
    assert [(e.event_id, e.maybe_seen) for e in got] == [("e1", True), ("e3", False)]
    life.reader().acknowledge([e.position for e in got])
    assert life.depth().waiting == 0
    assert life.ledger() == [LedgerRow("p1", MINUTE, 3, 0, {}, 0, 1)]


def test_a_replay_of_this_process_wakes_a_waiting_reader(life: Life) -> None:
    life.append(event("e1"))
    life.reader().dead_letter([(e, "r", "x") for e in life.read()])
    got: list[str] = []
    waiting = threading.Thread(target=lambda: got.extend(ids(life.reader().read(10, 60_000))))
    waiting.start()
    life.admin.replay([life.admin.dead_letters(None, 1)[0].letter_id])
    waiting.join(30)
    assert not waiting.is_alive()
    assert got == ["e1"]


def test_a_full_disk_refuses_with_nothing_half_done_and_goes_on_when_there_is_room(path: Path) -> None:
    life = Life(OpenedFile(path, max_bytes=1_000_000))
    body = b"x" * 20_000
    admitted: list[str] = []

    def fill() -> None:
        for i in range(1_000):
            life.append(event(f"e{i}", body=body))
            admitted.append(f"e{i}")

    with pytest.raises(LogFull, match="no space left"):
        fill()
    assert 20 < len(admitted) < 60
    refused = f"e{len(admitted)}"
    [row] = life.ledger()
    assert (row.received, row.pending) == (len(admitted), len(admitted))
    assert life.depth().waiting == len(admitted)

    got = life.read_all()
    assert ids(got) == admitted
    life.reader().acknowledge([e.position for e in got])
    assert life.append(event(refused, body=body)) == [True]
    assert ids(life.read_all()) == [refused]
    [row] = life.ledger()
    assert (row.received, row.pending) == (len(admitted) + 1, 1)
    life.end()


def test_a_log_leaves_the_last_of_the_disk_alone_and_can_be_drained(path: Path) -> None:
    free = 1_000_000_000
    life = Life(OpenedFile(path, min_free_bytes=64_000_000, free=lambda _: free))
    body = b"x" * 100_000
    life.append(*(event(f"e{i}", body=body) for i in range(50)))
    size = path.stat().st_size + Path(f"{path}-wal").stat().st_size
    free = 63_999_999  # looked at every 4 MB
    with pytest.raises(LogFull):
        life.append(*(event(f"refused-{i}", body=body) for i in range(45)))
    life.reader().acknowledge([e.position for e in life.read_all()])
    assert life.append(*(event(f"f{i}", body=body) for i in range(45))) == [True] * 45
    with pytest.raises(LogFull):
        life.append(*(event(f"g{i}", body=body) for i in range(10)))
    assert path.stat().st_size <= size
    free = 64_000_000
    assert life.append(*(event(f"g{i}", body=body) for i in range(10))) == [True] * 10
    life.end()


def test_every_append_that_shared_a_failed_commit_fails_and_acknowledgements_do_not(path: Path) -> None:
    life = Life(OpenedFile(path, max_bytes=1_000_000))
    life.append(event("small"))
    [held] = life.read()

    async def together() -> list[object]:
        appends = [life.writer.append([event(f"e{i}", body=b"x" * 100_000)], []) for i in range(12)]
        loop = asyncio.get_running_loop()
        acknowledged = loop.run_in_executor(None, life.reader().acknowledge, [held.position])
        return await asyncio.gather(*appends, acknowledged, return_exceptions=True)

    *answers, acknowledged = life.runner.run(together())
    assert [type(a) for a in answers] == [LogFull] * 12
    assert acknowledged is None
    assert life.depth().waiting == 0
    assert life.append(event("e0"), event("e11")) == [True, True]
    life.end()


def test_a_commit_that_cannot_start_fails_its_appends_and_the_next_one_works(path: Path) -> None:
    life = Life(OpenedFile(path, busy_timeout_ms=50))
    life.append(event("e1"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LogUnavailable, match="SQLITE_BUSY"):
        life.append(event("e2"))
    [held] = life.read()
    with pytest.raises(LogUnavailable, match="SQLITE_BUSY"):
        life.reader().acknowledge([held.position])
    other.execute("ROLLBACK")
    other.close()
    assert life.append(event("e1"), event("e2")) == [False, True]
    life.reader().acknowledge([held.position])
    assert ids(life.read()) == ["e2"]
    assert life.depth().waiting == 1
    assert [(r.received, r.pending) for r in life.ledger()] == [(3, 1)]
    life.end()


def test_an_event_that_cannot_be_encoded_fails_its_own_append_only(life: Life) -> None:
    async def together() -> list[object]:
        calls = (life.writer.append([event(e, body=b"{}")], []) for e in ("good", "lone \ud800 surrogate", "fine"))
        return await asyncio.gather(*calls, return_exceptions=True)

    good, bad, fine = life.runner.run(together())
    assert (good, fine) == ([True], [True])
    assert isinstance(bad, UnicodeEncodeError)
    assert ids(life.read()) == ["good", "fine"]


def test_a_closed_log_refuses_whatever_is_still_asked_of_it(path: Path) -> None:
    life = Life(OpenedFile(path))
    life.append(event("e1"))
    [held] = life.read()
    life.log.close()
    for attempt in (
        lambda: life.append(event("e2")),
        lambda: life.reader().acknowledge([held.position]),
        life.read,
        life.depth,
    ):
        with pytest.raises(LogUnavailable):
            attempt()
    life.runner.close()
    life = Life(OpenedFile(path))
    assert ids(life.read_all()) == ["e1"]
    life.end()


def test_space_of_acknowledged_events_is_used_again(life: Life, path: Path) -> None:
    for round_ in range(30):
        life.append(*(event(f"{round_}-{i}", body=b"x" * 10_000) for i in range(50)))
        life.reader().acknowledge([e.position for e in life.read_all()])
    assert path.stat().st_size < 3_000_000  # 15 MB went through


CHILD = """
import asyncio, sys, threading
from hatua.contract.record import Envelope, Tally
from hatua.streams.sqlite_log import SqliteLog

def say(word, event_id):
    sys.stdout.write(f"{word} {event_id}\\n"); sys.stdout.flush()

def consume(reader):
    while True:
        got = reader.read(37, 1000)
        keep = [e for n, e in enumerate(got) if n % 3]
        for e in keep: say("letting-go", e.event_id)
        reader.acknowledge([e.position for e in keep])
        for e in keep: say("gone", e.event_id)

async def produce(writer, life, who):
    n = 0
    while True:
        ids = [f"{life}-{who}-{n + i}" for i in range(1 + n % 4)]
        n += len(ids)
        sent = [Envelope("p1", i, who, 60_000, i.encode() * 20) for i in ids]
        answer = await writer.append(sent, [Tally("p1", 1, len(ids))])
        for i, ok in zip(ids, answer): say("admitted" if ok else "duplicate", i)

async def main():
    log = SqliteLog.open(sys.argv[1])
    threading.Thread(target=consume, args=(log.reader("c1"),), daemon=True).start()
    writer = log.writer()
    await asyncio.gather(*(produce(writer, sys.argv[2], f"w{i}") for i in range(16)))

asyncio.run(main())
"""


def live_and_die(path: Path, name: str, lines: int) -> list[tuple[str, str]]:
    """Runs a process that appends and acknowledges as fast as it can, and kills it after that many lines."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(path), name], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = [child.stdout.readline() for _ in range(lines)]
    child.send_signal(signal.SIGKILL)
    said += child.stdout.readlines()
    child.stdout.close()
    assert child.wait(30) == -signal.SIGKILL
    whole = [line.split() for line in said if line.endswith("\n")]
    return [(word, event_id) for word, event_id in whole]


def test_nothing_acknowledged_is_lost_or_doubled_when_the_process_is_killed(path: Path) -> None:
    said: list[tuple[str, str]] = []
    for round_, lines in enumerate((400, 1_500, 3_000)):
        said += live_and_die(path, f"life{round_}", lines)
    admitted = {event_id for word, event_id in said if word == "admitted"}
    letting_go = {event_id for word, event_id in said if word == "letting-go"}
    gone = {event_id for word, event_id in said if word == "gone"}
    assert len(admitted) >= 400
    assert len(gone) >= 10
    assert not [event_id for word, event_id in said if word == "duplicate"]

    life = Life(OpenedFile(path))
    got = life.read_all()
    there = ids(got)
    assert len(there) == len(set(there))
    assert admitted - set(there) - letting_go == set()
    assert gone & set(there) == set()
    assert all(e.maybe_seen and e.body == e.event_id.encode() * 20 for e in got)
    assert life.append(*(event(i) for i in sorted(admitted)), tallied=False) == [False] * len(admitted)
    [row] = life.admin.ledger(None, 0, 10)
    assert row.pending == len(there) == life.depth().waiting
    assert len(gone) <= row.received - row.duplicate - row.pending <= len(letting_go)
    life.end()
