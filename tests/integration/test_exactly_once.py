"""A short torture of real processes: kill -9, stopped processes and stores that go away, under load. The long one is
`make torture`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.torture.campaign import torture
from tests.torture.embedded import EmbeddedRung
from tests.torture.rung import Rung
from tests.torture.server import ServerRung


@pytest.mark.slow
@pytest.mark.parametrize(
    ("build", "seed", "seconds", "only"),
    [
        pytest.param(EmbeddedRung, 5, 4.0, ("kill", "pause"), id="embedded"),
        pytest.param(
            ServerRung,
            3,
            5.0,
            ("kill processor-1", "kill redis", "kill clickhouse", "pause processor-2", "lose redis", "lose clickhouse"),
            id="server",
        ),
    ],
)
def test_whatever_is_killed_nothing_acknowledged_is_lost_or_counted_twice(
    build: Callable[[Path], Rung], seed: int, seconds: float, only: tuple[str, ...]
) -> None:
    run = torture(build, seed, seconds, only=only)
    assert run.verdict.clean, f"{run.verdict}\n{run.said}"
