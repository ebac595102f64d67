"""Event times as clients write them, to Unix milliseconds."""

import math
from datetime import UTC, datetime

from hatua.collector.protocols.faults import EventFault, kind_of
from hatua.contract.limits import MIN_TIMESTAMP_MS
from hatua.contract.reasons import RejectReason

MAX_TIMESTAMP_MS = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z, the last time that can be written. Any future is accepted here: the processor clamps it."""

EXAMPLE = "2026-01-15T10:00:00.000Z"


def to_ms(value: datetime | int | float, path: str) -> int:
    """Unix ms of a decoded time. A time without a zone is UTC. Raises EventFault when it is out of range."""
    if isinstance(value, datetime):
        ms = round((value if value.tzinfo is not None else value.replace(tzinfo=UTC)).timestamp() * 1000)
    else:
        ms = math.floor(min(value, MAX_TIMESTAMP_MS + 1))
    if ms < MIN_TIMESTAMP_MS:
        raise EventFault(
            RejectReason.TIMESTAMP_TOO_OLD, path, f"is {_shown(value)}; the oldest accepted is 2000-01-01T00:00:00Z"
        )
    if ms > MAX_TIMESTAMP_MS:
        raise EventFault(
            RejectReason.INVALID_TIMESTAMP, path, f"is {_shown(value)}; the last is 9999-12-31T23:59:59.999Z"
        )
    return ms


def parse(value: object, path: str) -> datetime | int | float | None:
    """A JSON value as a time: more forms of ISO 8601 than the fast path reads (a date alone, no seconds).
    Raises EventFault when it is none."""
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise EventFault(
            RejectReason.INVALID_TIMESTAMP, path, f"is {kind_of(value)}; it must be like {EXAMPLE} or Unix milliseconds"
        )
    try:
        return datetime.fromisoformat(value.strip().upper())
    except ValueError:
        raise EventFault(
            RejectReason.INVALID_TIMESTAMP, path, f"is not a time; it must be like {EXAMPLE} or Unix milliseconds"
        ) from None


def _shown(value: datetime | int | float) -> str:
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
