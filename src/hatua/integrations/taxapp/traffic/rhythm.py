"""When people come: office hours and evenings in Nairobi, weekdays more than weekends, and a rush before the 20th."""

import math
from bisect import bisect_right
from datetime import UTC, datetime
from itertools import accumulate

from hatua.integrations.taxapp.traffic.chance import Random

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NAIROBI_MS = 3 * HOUR_MS
"""East Africa Time is UTC+3 all year."""

DUE_DAY = 20

_BY_HOUR = (
    1,
    0.6,
    0.4,
    0.3,
    0.5,
    1.2,
    2.6,
    4.8,
    7.5,
    9.2,
    9.6,
    9.0,
    7.4,
    7.0,
    8.1,
    8.4,
    7.2,
    5.8,
    4.9,
    5.4,
    6.3,
    5.6,
    3.8,
    2.0,
)
_BY_WEEKDAY = (1.12, 1.15, 1.1, 1.05, 0.98, 0.62, 0.45)


def weight_of(moment_ms: int) -> float:
    """How busy an hour is, relative to others. `moment_ms`: Unix ms."""
    local = datetime.fromtimestamp((moment_ms + NAIROBI_MS) / 1000, UTC)
    return _BY_HOUR[local.hour] * _BY_WEEKDAY[local.weekday()] * _deadline(local.day)


def _deadline(day: int) -> float:
    """1 at the start of a month, 3.6 on the 20th, 0.7 after it."""
    return 0.7 if day > DUE_DAY else 1 + 2.6 * math.exp((day - DUE_DAY) / 2.2)


class Rhythm:
    """Draws moments of whole days in Nairobi: today and the `days - 1` before it, busy hours more often.

    Today's hours to come are drawn too, so that the same draw gives the same moment all day; `now_ms` says what is
    past.
    """

    def __init__(self, now_ms: int, days: int) -> None:
        self.now_ms = now_ms
        self.start_ms = day_start(now_ms) - (days - 1) * DAY_MS
        self._hours = list(range(self.start_ms, day_start(now_ms) + DAY_MS, HOUR_MS))
        self._cumulative = list(accumulate(weight_of(hour) for hour in self._hours))

    def moment(self, rng: Random) -> int:
        """Unix ms; on the last day it may lie in the future."""
        at = bisect_right(self._cumulative, rng.random() * self._cumulative[-1])
        return self._hours[min(at, len(self._hours) - 1)] + rng.randrange(HOUR_MS)


def day_start(moment_ms: int) -> int:
    """Midnight in Nairobi before `moment_ms`, Unix ms."""
    return (moment_ms + NAIROBI_MS) // DAY_MS * DAY_MS - NAIROBI_MS


def waking_hour(moment_ms: int, rng: Random) -> int:
    """The same day at an hour when people are up, for a return visit."""
    return day_start(moment_ms) + 7 * HOUR_MS + rng.randrange(15 * HOUR_MS)
