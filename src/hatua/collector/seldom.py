"""A log line for a trouble that thousands of requests meet: once in a while, with how many there were."""

import logging
from typing import Final

from hatua.base.clock import Clock
from hatua.base.log import fields

EVERY_MS: Final = 5_000


class Seldom:
    """Logs the first trouble at once, then at most one line in EVERY_MS with the count since the last."""

    def __init__(self, logger: logging.Logger, message: str, clock: Clock) -> None:
        self._logger = logger
        self._message = message
        self._clock = clock
        self._next_at = 0
        self._times = 0

    def error(self, problem: BaseException) -> None:
        """One more of it."""
        self._times += 1
        now = self._clock()
        if now >= self._next_at:
            self._logger.error(self._message, extra=fields(error=str(problem), times=self._times))
            self._next_at = now + EVERY_MS
            self._times = 0
