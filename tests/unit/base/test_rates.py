"""The sliding window: how many, for how long, and bounded memory."""

import pytest

from hatua.base.rates import WindowLimiter

WINDOW = 10_000
START = 1_000 * WINDOW


def test_exactly_the_maximum_is_let_through_in_a_fresh_window() -> None:
    limiter = WindowLimiter(5, WINDOW)
    assert [limiter.take("a", START) for _ in range(5)] == [0] * 5
    assert limiter.take("a", START + 1) == 10
    assert limiter.take("a", START + 9_999) == 1


def test_keys_are_counted_apart() -> None:
    limiter = WindowLimiter(1, WINDOW)
    assert limiter.take("a", START) == 0
    assert limiter.take("b", START) == 0
    assert limiter.take("a", START) > 0


def test_zero_is_no_limit() -> None:
    limiter = WindowLimiter(0, WINDOW)
    assert all(limiter.take("a", START) == 0 for _ in range(1_000))


def test_a_burst_at_the_end_of_a_window_still_counts_in_the_next() -> None:
    limiter = WindowLimiter(10, WINDOW)
    for _ in range(10):
        limiter.take("a", START + 9_999)
    assert limiter.take("a", START + WINDOW) > 0
    assert limiter.take("a", START + WINDOW + WINDOW // 2) == 0


@pytest.mark.parametrize("at", [0, 2_500, 9_000])
def test_who_waits_as_long_as_told_is_let_through(at: int) -> None:
    limiter = WindowLimiter(4, WINDOW)
    for _ in range(4):
        limiter.take("a", START)
    now = START + WINDOW + at
    while (wait_s := limiter.take("a", now)) == 0:
        pass
    assert limiter.take("a", now + wait_s * 1000) == 0


def test_refused_requests_do_not_prolong_the_wait() -> None:
    limiter = WindowLimiter(2, WINDOW)
    for _ in range(100):
        limiter.take("a", START)
    assert limiter.take("a", START + 2 * WINDOW) == 0


def test_memory_is_bounded_and_strangers_beyond_it_are_not_locked_out() -> None:
    limiter = WindowLimiter(1, WINDOW, max_keys=100)
    for number in range(1_000):
        assert limiter.take(f"k{number}", START) == 0
    assert len(limiter._now) == 100
    assert limiter.take("k0", START) > 0
    assert limiter.take("k999", START) == 0
    limiter.take("k0", START + 5 * WINDOW)
    assert (len(limiter._now), len(limiter._before)) == (1, 0)


def test_a_clock_that_is_set_back_neither_fails_nor_locks_out() -> None:
    limiter = WindowLimiter(1, WINDOW)
    assert limiter.take("a", START) == 0
    assert limiter.take("a", START - 5 * WINDOW) == 0
