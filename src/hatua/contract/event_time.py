"""When an event happened, by our clock; and whether that is too long ago for its project."""

from hatua.contract.limits import CLOCK_SKEW_TOLERANCE_MS, MIN_TIMESTAMP_MS

DAY_MS = 86_400_000


def event_time(timestamp: int, sent_at: int, received_at: int) -> int:
    """received_at - (sent_at - timestamp) when the two clocks are more than 5 s apart; never later than received_at;
    received_at when the client gave no time. All in Unix ms; 0 for a time that was not given.

    A correction that would put the event before the year 2000 is not made: then `sent_at` is the broken one (an import
    that sends 2099), and the client's own time is the better guess."""
    if timestamp <= 0:
        return received_at
    if sent_at > 0 and abs(received_at - sent_at) > CLOCK_SKEW_TOLERANCE_MS:
        corrected = received_at - (sent_at - timestamp)
        if corrected >= MIN_TIMESTAMP_MS:
            timestamp = corrected
    return min(timestamp, received_at)


def oldest_kept(retention_days: int, now_ms: int) -> int:
    """Unix ms since which a project that keeps events for so many days has them; 0: since ever. Days are whole days of
    UTC, as the warehouse deletes them."""
    return (now_ms // DAY_MS - retention_days + 1) * DAY_MS if retention_days > 0 else 0
