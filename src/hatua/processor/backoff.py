"""Waiting between two tries, longer each time, never two processors in step."""

import random
import threading


class Backoff:
    """Waits 0.1 s, 0.2 s, ... up to 5 s, each times a random factor of 0.5 to 1.5; ends at once when `stop` is
    set."""

    def __init__(self, stop: threading.Event, *, first_s: float = 0.1, longest_s: float = 5.0) -> None:
        self._stop = stop
        self._first_s = first_s
        self._longest_s = longest_s
        self._tries = 0

    @property
    def tries(self) -> int:
        """Waits since the last success."""
        return self._tries

    def wait(self) -> bool:
        """Waits once. True when the process is asked to stop."""
        delay = min(self._first_s * 2 ** min(self._tries, 16), self._longest_s)
        self._tries += 1
        return self._stop.wait(delay * random.uniform(0.5, 1.5))  # noqa: S311 (no secret hangs on it)

    def reset(self) -> None:
        """After a success."""
        self._tries = 0
