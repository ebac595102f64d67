"""The event between collector and processor: validated, spelled one way, not yet enriched."""

from typing import Literal

import msgspec

EventType = Literal["page", "track", "identify", "screen", "group", "alias"]
EVENT_TYPES: frozenset[str] = frozenset(("page", "track", "identify", "screen", "group", "alias"))


class RawEvent(msgspec.Struct, omit_defaults=True, frozen=True, gc=False):
    """One validated event as the durable log keeps it (JSON). Times are Unix milliseconds, UTC.

    `properties` and `context` stay the client's own JSON, byte for byte, so that nothing is lost between the wire
    and a dead letter. `timestamp` is what the client said, uncorrected; 0 means it said nothing. `seq` is the
    client's own order where it gives one, else the index in the batch; it breaks ties of `timestamp`.
    """

    tenant_id: str
    project_id: str
    event_id: str
    event_name: str
    event_type: EventType
    received_at: int
    timestamp: int = 0
    sent_at: int = 0
    seq: int = 0
    message_id: str = ""
    anonymous_id: str = ""
    user_id: str = ""
    session_id: str = ""
    journey_start: bool = False
    journey_end: bool = False
    properties: msgspec.Raw = msgspec.Raw(b"{}")
    context: msgspec.Raw = msgspec.Raw(b"{}")
    ip: str = ""
    user_agent: str = ""
    """The request's User-Agent header; `context.userAgent` wins where it is given (a server sends for a browser)."""
    cookieless: bool = False
    """Stored without identity: `anonymous_id` is the visitor's name of the day, and the processor drops what else could
    tell who it is."""


encode_event = msgspec.json.Encoder().encode
decode_event = msgspec.json.Decoder(RawEvent).decode
