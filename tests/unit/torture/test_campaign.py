"""How long a campaign waits: as long as the log becomes shorter, and no longer."""

from collections.abc import Iterator

import pytest

from tests.torture.campaign import _drained
from tests.torture.schedule import Kind, draw


class Watch:
    """A clock that moves by a second with every pause."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, _: float) -> None:
        self.now += 1.0


class Log:
    """Says how many events it holds, one number after another; the last one for ever. None: it does not answer."""

    def __init__(self, *depths: int | None) -> None:
        self._depths: Iterator[int | None] = iter(depths)
        self._last: int | None = None

    def waiting(self) -> int:
        self._last = next(self._depths, self._last)
        if self._last is None:
            raise OSError
        return self._last


def drained(log: Log, watch: Watch) -> bool:
    return _drained(log, 60.0, monotonic=lambda: watch.now, sleep=watch.sleep)  # type: ignore[arg-type]


def test_a_log_that_becomes_shorter_may_take_any_time() -> None:
    watch = Watch()
    assert drained(Log(*(depth for depth in range(100, 0, -1) for _ in range(59)), 0), watch)
    assert watch.now > 5_000


@pytest.mark.parametrize("depth", [5, None])
def test_a_log_that_stands_still_or_is_silent_for_a_minute_does_not_drain(depth: int | None) -> None:
    watch = Watch()
    assert not drained(Log(7, depth), watch)
    assert 60 <= watch.now < 70


def test_an_empty_log_must_be_empty_twice() -> None:
    assert not drained(Log(*(depth for _ in range(100) for depth in (0, 3))), Watch())


def nothing() -> None:
    """A fault that is none."""


def test_a_seed_names_one_schedule_and_faults_of_one_target_never_overlap() -> None:
    kinds = {
        "a": Kind("one", nothing, nothing, 0.5, 3.0),
        "b": Kind("one", nothing, nothing, 0.5, 3.0),
        "c": Kind("two", nothing, nothing, 0.0, 2.0),
        "all": Kind("*", nothing, nothing, 0.0, 1.0, weight=3),
    }
    for seed in range(200):
        faults = draw(kinds, seed, 12.0)
        assert faults == draw(kinds, seed, 12.0)
        for earlier, later in ((x, y) for n, x in enumerate(faults) for y in faults[n + 1 :]):
            together = {kinds[earlier.name].target, kinds[later.name].target}
            if len(together) == 1 or "*" in together:
                assert earlier.until_s <= later.at_s
    assert {fault.name for fault in draw(kinds, 1, 100.0, only=("c",))} == {"c"}
