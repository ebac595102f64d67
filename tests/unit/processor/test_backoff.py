import threading

from hatua.processor.backoff import Backoff


class RecordedStop(threading.Event):
    """Notes how long it is waited for, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0.0)
        return self.is_set()


def test_each_wait_is_twice_as_long_up_to_five_seconds_give_or_take_a_half() -> None:
    stop = RecordedStop()
    backoff = Backoff(stop)
    for _ in range(40):
        assert not backoff.wait()
    expected = [min(0.1 * 2**tries, 5.0) for tries in range(40)]
    assert all(0.5 * bare <= waited <= 1.5 * bare for waited, bare in zip(stop.waited, expected, strict=True))
    assert len(set(stop.waited)) > 30, "two processors would try in step"
    assert backoff.tries == 40


def test_a_success_starts_again_from_the_shortest_wait() -> None:
    stop = RecordedStop()
    backoff = Backoff(stop)
    for _ in range(10):
        backoff.wait()
    backoff.reset()
    backoff.wait()
    assert stop.waited[-1] <= 0.15


def test_a_stop_is_told() -> None:
    stop = RecordedStop()
    stop.set()
    assert Backoff(stop).wait()
