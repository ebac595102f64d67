"""When it happened, by our clock."""

from hatua.contract.limits import CLOCK_SKEW_TOLERANCE_MS, MIN_TIMESTAMP_MS
from hatua.processor.draft import Draft


def put_times(draft: Draft) -> None:
    """Event time = received_at - (sent_at - timestamp) when the two clocks are more than 5 s apart; never later than
    received_at; received_at when the client gave no time."""
    raw = draft.raw
    draft.timestamp = event_time(raw.timestamp, raw.sent_at, raw.received_at)


def event_time(timestamp: int, sent_at: int, received_at: int) -> int:
    """All in Unix ms; 0 for a time that was not given. A correction that would put the event before the year 2000
    is not made: then `sent_at` is the broken one (an import that sends 2099), and the client's own time is the
    better guess."""
    if timestamp <= 0:
        return received_at
    if sent_at > 0 and abs(received_at - sent_at) > CLOCK_SKEW_TOLERANCE_MS:
        corrected = received_at - (sent_at - timestamp)
        if corrected >= MIN_TIMESTAMP_MS:
            timestamp = corrected
    return min(timestamp, received_at)
