"""What cannot be processed, why, and when there is so much of it that the fault is ours."""

from collections import deque
from enum import StrEnum

import msgspec

from hatua.base.errors import HatuaError
from hatua.contract.record import Delivery

_RECENT_EVENTS = 1_000
_LONGEST_ERROR = 1_000


class DeadReason(StrEnum):
    """Why an event lies among the dead letters: a closed set; docs/events.md says what to do about each."""

    UNDECODABLE = "undecodable"
    """The log's bytes are not an event. Written by another version, or damaged."""
    STEP_FAILED = "step_failed"
    """A step of the processor raised; the error names it. A defect of ours: mend it, then replay."""
    REFUSED_BY_WAREHOUSE = "refused_by_warehouse"
    """ClickHouse cannot take this row."""


class Failure(msgspec.Struct, frozen=True, gc=False):
    """One event that goes to the dead letters. `error`: what happened, without the event's content where possible."""

    delivery: Delivery
    reason: DeadReason
    error: str


def failure(delivery: Delivery, reason: DeadReason, problem: Exception, where: str = "") -> Failure:
    """The failure behind an exception; `where` names the step."""
    text = f"{where + ': ' if where else ''}{type(problem).__name__}: {problem}"
    return Failure(delivery, reason, text[:_LONGEST_ERROR])


class ProcessorHalted(HatuaError):
    """Too many events failed: the processor stopped, with the events of that batch still in the log, rather than turn
    the log into dead letters. A human is needed; after a restart the same batch comes first."""


class FailureGate:
    """Watches the outcomes of events, in the order of the log, and says when to stop."""

    def __init__(self, most_in_a_row: int, highest_share: float) -> None:
        self._most_in_a_row = most_in_a_row
        self._most_recent = highest_share * _RECENT_EVENTS
        self._recent: deque[bool] = deque(maxlen=_RECENT_EVENTS)
        self._failed = 0
        self._in_a_row = 0

    def succeeded(self, events: int) -> None:
        """So many events in a row went well."""
        if events > 0:
            self._in_a_row = 0
            for _ in range(min(events, _RECENT_EVENTS)):
                self._note(failed=False)

    def failed(self, error: str) -> None:
        """One event failed. Raises ProcessorHalted when it is one too many; `error` is then quoted."""
        self._in_a_row += 1
        self._note(failed=True)
        if self._in_a_row >= self._most_in_a_row:
            raise ProcessorHalted(f"{self._in_a_row} events in a row failed; the last: {error}")
        if len(self._recent) == _RECENT_EVENTS and self._failed > self._most_recent:
            raise ProcessorHalted(f"{self._failed} of the last {_RECENT_EVENTS} events failed; the last: {error}")

    def _note(self, *, failed: bool) -> None:
        if len(self._recent) == _RECENT_EVENTS:
            self._failed -= self._recent[0]
        self._recent.append(failed)
        self._failed += failed
