"""When it happened, by our clock."""

from hatua.contract.event_time import event_time
from hatua.processor.draft import Draft

__all__ = ["event_time", "put_times"]


def put_times(draft: Draft) -> None:
    """Event time by `contract.event_time`: the client's, corrected by its own idea of when it sent the event."""
    raw = draft.raw
    draft.timestamp = event_time(raw.timestamp, raw.sent_at, raw.received_at)
