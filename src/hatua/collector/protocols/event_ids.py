"""Ids for events that came without one: made from the content, so that a retry makes the same one."""

import uuid
from hashlib import blake2b

from hatua.contract.event import RawEvent


def content_id(event: RawEvent, occurrence: int) -> str:
    """A UUID (version 8) of everything the client said in the event.

    The same event sent again gets the same id, and is a duplicate within the dedup window. `occurrence` tells apart
    events of one request that are alike in everything and carry no time: their number, from 0. Two requests that are
    alike in everything and carry neither event_id, message_id, timestamp nor sent_at cannot be told from a retry.
    """
    sent_at = 0 if event.timestamp else event.sent_at
    # The length before each part keeps ("ab", "c") and ("a", "bc") apart.
    parts = (
        event.project_id,
        event.anonymous_id,
        event.user_id,
        event.session_id,
        event.event_name,
        event.event_type,
        f"{event.timestamp} {sent_at} {event.journey_start:d}{event.journey_end:d} {occurrence}",
    )
    digest = blake2b(digest_size=16, person=b"hatua-event-id")
    for part in (*(text.encode() for text in parts), bytes(event.properties), bytes(event.context)):
        digest.update(b"%d:" % len(part))
        digest.update(part)
    number = int.from_bytes(digest.digest()) & ~(0xF << 76) & ~(0x3 << 62) | (8 << 76) | (2 << 62)
    return str(uuid.UUID(int=number))
