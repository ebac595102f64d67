"""A short torture of real processes: kill -9 under load; among the slow tests stopped processes and stores that go away
too. The long one is `make torture`."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures.ports import free_port
from tests.fixtures.redis import RedisServer
from tests.torture.campaign import torture
from tests.torture.embedded import EmbeddedRung
from tests.torture.process import Process
from tests.torture.rung import QUIET, Rung, made_projects
from tests.torture.server import ServerRung


@pytest.mark.parametrize(
    ("build", "seed", "seconds", "only"),
    [
        pytest.param(EmbeddedRung, 5, 2.0, ("kill",), id="embedded"),
        pytest.param(
            EmbeddedRung, 5, 4.0, ("kill", "pause", "full disk"), id="embedded-longer", marks=pytest.mark.slow
        ),
        pytest.param(
            ServerRung,
            3,
            5.0,
            ("kill processor-1", "kill redis", "kill clickhouse", "sleep processor-2", "lose redis", "lose clickhouse"),
            id="server",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_whatever_is_killed_nothing_acknowledged_is_lost_or_counted_twice(
    build: Callable[[Path], Rung], seed: int, seconds: float, only: tuple[str, ...]
) -> None:
    run = torture(build, seed, seconds, only=only, threads=2)
    assert run.verdict.clean, f"{run.verdict}\n{run.said}"


@pytest.mark.slow
def test_a_processor_that_starts_at_a_clickhouse_that_says_nothing_still_ends_when_asked(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    registry = f"sqlite:///{tmp_path / 'registry.db'}"
    made_projects(registry)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environ = {
            **QUIET,
            "DATABASE_URL": registry,
            "REDIS_URL": redis_server.url,
            "REDIS_STREAM_KEY": f"test:{tmp_path.name}",
            "CLICKHOUSE_HOST": "127.0.0.1",
            "CLICKHOUSE_PORT": str(silent.getsockname()[1]),
        }
        process = Process(tmp_path, "processor", ["processor"], free_port(), environ)
        process.start()
        try:
            silent.settimeout(60)
            connection, _ = silent.accept()  # it asks, and waits for an answer
            with connection:
                assert process.stop() == ""
        finally:
            process.kill()
