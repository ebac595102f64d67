"""One event as clients spell it. A single strict decode covers every accepted spelling; null counts as absent."""

from datetime import datetime
from typing import Annotated

import msgspec

from hatua.contract.event import EventType
from hatua.contract.limits import MAX_ID_CHARS, MAX_NAME_CHARS, MAX_SEQ

Id = Annotated[str, msgspec.Meta(max_length=MAX_ID_CHARS)]
Name = Annotated[str, msgspec.Meta(max_length=MAX_NAME_CHARS)]
Seq = Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]
Time = datetime | int | float | None
"""RFC 3339 text (without a zone: UTC), or Unix milliseconds as `Date.now()` gives them."""

ABSENT = msgspec.Raw(b"{}")
"""The default of the objects; told from a sent `{}` by identity."""


class WireEvent(msgspec.Struct, gc=False):
    """The native snake_case fields first, then what other guides and SDKs call them. Where two spellings of one field
    are given, the first that is not empty counts. `traits` are an identify event's properties by another name."""

    event_id: Id | None = None
    message_id: Id | None = None
    event_name: Name | None = None
    event_type: EventType | None = None
    timestamp: Time = None
    sent_at: Time = None
    anonymous_id: Id | None = None
    user_id: Id | None = None
    session_id: Id | None = None
    seq: Seq | None = None
    journey_start: bool | None = None
    journey_end: bool | None = None
    properties: msgspec.Raw = ABSENT
    context: msgspec.Raw = ABSENT
    traits: msgspec.Raw = ABSENT
    event: Name | None = None
    type: EventType | None = None
    eventId: Id | None = None
    messageId: Id | None = None
    eventName: Name | None = None
    eventType: EventType | None = None
    sentAt: Time = None
    anonymousId: Id | None = None
    userId: Id | None = None
    sessionId: Id | None = None
    journeyStart: bool | None = None
    journeyEnd: bool | None = None


class WireBody(WireEvent, gc=False):
    """A body that is an object: a batch, or else one bare event. Either may carry the write key."""

    batch: list[WireEvent] | None = None
    write_key: str | None = None
    writeKey: str | None = None


decode_object = msgspec.json.Decoder(WireBody).decode
decode_array = msgspec.json.Decoder(list[WireEvent]).decode
