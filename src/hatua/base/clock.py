"""Time as a value that is passed in, so that tests move it instead of sleeping."""

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Returns Unix time in milliseconds."""


def system_clock() -> int:
    """The machine's wall clock, Unix ms."""
    return time.time_ns() // 1_000_000
