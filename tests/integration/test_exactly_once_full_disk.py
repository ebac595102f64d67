"""A log whose disk is full: it refuses, loses nothing that it has answered, and goes on when there is room. The disk of
one process is made full by the kernel (`tests.torture.disk`)."""

import subprocess
import sys
from pathlib import Path

import pytest

from hatua.streams.port import LogUnavailable
from tests.contracts.event_log import Life, event, ids
from tests.fixtures.redis import RedisServer
from tests.integration.test_redis_log import OneLog, settings_for
from tests.torture import disk

ROOM = 40_000
BODY = b"x" * 4_000

SQLITE_LIFE = """
import os, sys
from pathlib import Path
from hatua.streams.port import LogFull, LogUnavailable
from tests.contracts.event_log import Life, event, ids
from tests.integration.test_sqlite_log import OpenedFile
from tests.torture import disk

path = Path(sys.argv[1])
life = Life(OpenedFile(path))
life.append(event("first"))
disk.fill(os.getpid(), path.parent.glob("log.db*"), int(sys.argv[2]))
admitted = ["first"]
try:
    for number in range(100):
        life.append(event(f"e{number}", body=b"x" * 4_000))
        admitted.append(f"e{number}")
except (LogFull, LogUnavailable) as problem:
    refused = problem
held = life.read_all()
assert ids(held) == admitted, (ids(held), admitted)
assert life.depth().waiting == len(admitted)
disk.free(os.getpid())
life.reader().acknowledge([one.position for one in held])
again = f"e{len(admitted) - 1}"
assert life.append(event(again, body=b"x" * 4_000), event("first")) == [True, False]
assert ids(life.read_all()) == [again]
life.end()
print(len(admitted), type(refused).__name__)
"""


def test_sqlite_refuses_while_its_files_cannot_grow_and_goes_on_afterwards(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SQLITE_LIFE, tmp_path / "log.db", str(ROOM)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    admitted, word = done.stdout.split()
    assert 1 < int(admitted) < 100
    assert word in ("LogFull", "LogUnavailable")


@pytest.mark.parametrize("appendfsync", ["always", "everysec"])
def test_redis_whose_file_cannot_grow_answers_for_nothing_that_it_does_not_keep(
    redis_to_kill: RedisServer, appendfsync: str
) -> None:
    """With `always` Redis ends itself; with `everysec` it stays and refuses to write."""
    redis_to_kill.client.config_set("appendfsync", appendfsync)
    life = Life(OneLog(settings_for(redis_to_kill.url)))
    life.append(event("first"))
    disk.fill(redis_to_kill.pid, redis_to_kill.folder.glob("appendonlydir/*.aof"), ROOM)
    admitted = ["first"]

    def append_many() -> None:
        for number in range(10_000):  # everysec: what is answered may still be in memory
            life.append(event(f"e{number}", body=BODY))
            admitted.append(f"e{number}")

    with pytest.raises(LogUnavailable):
        append_many()
    disk.free(redis_to_kill.pid)
    redis_to_kill.kill()
    redis_to_kill.start()
    found = ids(life.read_all())
    assert found == admitted[: len(found)]
    if appendfsync == "always":
        assert found == admitted
    assert life.append(event("after")) == [True]
    life.end()
