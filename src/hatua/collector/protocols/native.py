"""The native wire protocol: bytes and request facts to raw events and rejections. Pure: no I/O, no clock.

Two steps, since the write key may be in the body and the project must be known in between:
`read_body(bytes) -> Batch`, then `take_events(batch, facts) -> Taken`.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from hatua.collector.protocols import json_rules, times
from hatua.collector.protocols.event_ids import content_id
from hatua.collector.protocols.faults import BodyFault, EventFault, Rejection, kind_of
from hatua.collector.protocols.slow_path import read_event, read_fields
from hatua.collector.protocols.wire import WireBody, WireEvent, decode_array, decode_object
from hatua.contract.event import EventType, RawEvent
from hatua.contract.limits import MAX_EVENTS_PER_REQUEST, MAX_ID_CHARS
from hatua.contract.reasons import RejectReason, RequestError

BOM: Final = b"\xef\xbb\xbf"
EMPTY_OBJECT: Final = msgspec.Raw(b"{}")

TYPE_OF_NAME: Final[dict[str, EventType]] = {"page_view": "page", "identify": "identify"}
"""The type of an event that names none; any other is a track."""

NAME_OF_TYPE: Final[dict[str, str]] = {
    "page": "page_view",
    "identify": "identify",
    "screen": "screen_view",
    "group": "group",
    "alias": "alias",
}
"""The name of an event that has only a type. A track without a name is no event."""


class RequestFacts(msgspec.Struct, frozen=True):
    """What the server knows of a request. `identify`: it came by /v1/identify, so every event in it is one."""

    tenant_id: str
    project_id: str
    received_at: int
    ip: str = ""
    user_agent: str = ""
    identify: bool = False


class Batch(msgspec.Struct, frozen=True):
    """A body that was read: per event, in order, what it says or why it cannot be read.

    `where` begins every path in messages: `batch[3].` when it is `batch`, `[3].` when empty; None is one bare event.
    `careful`: there may be text or numbers in it that cannot be stored.
    """

    events: Sequence[WireEvent | EventFault]
    where: str | None
    careful: bool
    write_key: str = ""
    sent_at: int = 0
    sent_at_fault: EventFault | None = None


class Taken(msgspec.Struct, frozen=True):
    """What came of a batch: each of its events is in exactly one of the two."""

    events: list[RawEvent]
    rejections: list[Rejection]


class _ContextIds(msgspec.Struct, gc=False):
    handshake_token: Any = None
    handshakeToken: Any = None
    campaign_id: Any = None
    campaignId: Any = None
    external_id: Any = None
    externalId: Any = None


_decode_context_ids = msgspec.json.Decoder(_ContextIds).decode
_decode_raw_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_raw_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def read_body(body: bytes) -> Batch:
    """Decodes a whole body once. Raises BodyFault when no event can be read from it."""
    if body.startswith(BOM):
        body = body[3:]
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError as problem:
            raise BodyFault(RequestError.INVALID_JSON, f"the body is not UTF-8 at byte {problem.start:,}") from None
    bad_text = json_rules.may_hold_bad_text(body)
    try:
        batch = None if bad_text else _read_fast(body)
        return batch if batch is not None else _read_slowly(body, bad_text=bad_text)
    except msgspec.DecodeError as problem:
        raise BodyFault(RequestError.INVALID_JSON, f"the body is not JSON: {problem}") from None
    except RecursionError:
        raise BodyFault(RequestError.INVALID_JSON, "the body is JSON nested too deeply to be read") from None


def _read_fast(body: bytes) -> Batch | None:
    """The body in one strict decode; None when something in it is not as it should be and wants naming."""
    try:
        if body[:1] == b"{" or body.lstrip()[:1] == b"{":
            read = decode_object(body)
            if read.batch is None:
                return Batch([read], None, _has_doubtful_numbers([read]), _key(read))
            sent_at, fault = _request_sent_at(read)
            doubtful = _has_doubtful_numbers(read.batch)
            return _limited(Batch(read.batch, "batch", doubtful, _key(read), sent_at, fault))
        events = decode_array(body)
    except msgspec.ValidationError:
        return None
    return _limited(Batch(events, "", _has_doubtful_numbers(events)))


def _key(read: WireBody) -> str:
    return read.write_key or read.writeKey or ""


def _request_sent_at(read: WireEvent) -> tuple[int, EventFault | None]:
    try:
        return _own_sent_at(read), None
    except EventFault as fault:
        return 0, fault


def _has_doubtful_numbers(events: Sequence[WireEvent]) -> bool:
    blob = b" ".join([raw for e in events for raw in (e.properties, e.context, e.traits)])
    return json_rules.may_hold_bad_number(blob)


def _read_slowly(body: bytes, *, bad_text: bool) -> Batch:
    """The body field by field, so that each event is read, or refused by name, alone."""
    if bad_text:
        body = json_rules.without_lone_surrogates(body)
    start = body.lstrip()[:1]
    if start == b"[":
        return _limited(Batch(_read_each(_decode_raw_array(body)), "", True))
    if start != b"{":
        value = msgspec.json.decode(body)
        raise BodyFault(
            RequestError.INVALID_BODY,
            f"the body is {kind_of(value)}; it must be an event, an array of events, or an object with a batch",
        )
    fields = _decode_raw_object(body)
    write_key = _raw_key(fields)
    raw_batch = bytes(fields.get("batch", b"null"))
    if raw_batch == b"null":
        return Batch(_read_each([msgspec.Raw(body)]), None, True, write_key)
    if not raw_batch.startswith(b"["):
        kind = kind_of(msgspec.json.decode(raw_batch))
        raise BodyFault(RequestError.INVALID_BODY, f"batch is {kind}; it must be an array of events")
    events = _read_each(_decode_raw_array(raw_batch))
    try:
        times_only: dict[str, msgspec.Raw] = {k: v for k, v in fields.items() if k in ("sent_at", "sentAt")}
        sent_at, fault = _request_sent_at(read_fields(times_only))
    except EventFault as problem:
        sent_at, fault = 0, problem
    return _limited(Batch(events, "batch", True, write_key, sent_at, fault))


def _raw_key(fields: dict[str, msgspec.Raw]) -> str:
    for name in ("write_key", "writeKey"):
        value = msgspec.json.decode(fields[name]) if name in fields else None
        if value and isinstance(value, str):
            return value
    return ""


def _read_each(raws: Sequence[msgspec.Raw]) -> list[WireEvent | EventFault]:
    read: list[WireEvent | EventFault] = []
    for raw in raws[: MAX_EVENTS_PER_REQUEST + 1]:
        try:
            read.append(read_event(raw))
        except EventFault as fault:
            read.append(fault)
    return read


def _limited(batch: Batch) -> Batch:
    if len(batch.events) > MAX_EVENTS_PER_REQUEST:
        raise BodyFault(
            RequestError.TOO_MANY_EVENTS,
            f"{batch.where or 'the body'} has more than {MAX_EVENTS_PER_REQUEST} events; send them in smaller batches",
        )
    if not batch.events:
        raise BodyFault(
            RequestError.EMPTY_BATCH, f"{batch.where or 'the body'} is empty; it must hold at least one event"
        )
    return batch


def take_events(batch: Batch, facts: RequestFacts) -> Taken:
    """Every event of the batch, either as the log keeps it or with the reason why it is refused."""
    taken = Taken([], [])
    seen: dict[str, int] = {}
    for index, read in enumerate(batch.events):
        try:
            if isinstance(read, EventFault):
                raise read
            if batch.sent_at_fault is not None:
                raise batch.sent_at_fault
            taken.events.append(_raw_event(read, index, batch, facts, seen))
        except EventFault as fault:
            path = fault.path
            if fault is not batch.sent_at_fault and batch.where is not None:
                path = f"{batch.where}[{index}]{'.' if path else ''}{path}"
            taken.rejections.append(Rejection(index, fault.reason.value, f"{path or 'the event'} {fault.fact}"))
    return taken


def _raw_event(wire: WireEvent, index: int, batch: Batch, facts: RequestFacts, seen: dict[str, int]) -> RawEvent:
    """One event, spelled one way. Raises EventFault."""
    name = wire.event_name or wire.event or wire.eventName or ""
    kind = wire.event_type or wire.type or wire.eventType
    if facts.identify:
        kind = "identify"
    if not name or name.isspace():
        name = NAME_OF_TYPE.get(kind or "track", "")
        if not name:
            raise EventFault(RejectReason.MISSING_EVENT_NAME, "event_name", "is missing or empty")
    user_id = wire.user_id or wire.userId or ""
    anonymous_id = wire.anonymous_id or wire.anonymousId or user_id
    if not anonymous_id:
        raise EventFault(RejectReason.MISSING_IDENTITY, "anonymous_id", "is missing, and so is user_id; one is needed")
    message_id = wire.message_id or wire.messageId or ""
    timestamp = 0 if wire.timestamp is None else times.to_ms(wire.timestamp, "timestamp")
    sent_at = _own_sent_at(wire) or batch.sent_at
    properties, context = _objects(wire, careful=batch.careful)
    event = RawEvent(
        facts.tenant_id,
        facts.project_id,
        wire.event_id or wire.eventId or message_id,
        name,
        kind or TYPE_OF_NAME.get(name, "track"),
        facts.received_at,
        timestamp,
        sent_at,
        index if wire.seq is None else wire.seq,
        message_id,
        anonymous_id,
        user_id,
        wire.session_id or wire.sessionId or "",
        bool(wire.journey_start or wire.journeyStart),
        bool(wire.journey_end or wire.journeyEnd),
        properties,
        context,
        facts.ip,
        facts.user_agent,
    )
    return event if event.event_id else _with_content_id(event, seen)


def _own_sent_at(wire: WireEvent) -> int:
    """When the client sent it, by its own clock; 0 when it does not say. Raises EventFault."""
    if wire.sent_at is not None:
        return times.to_ms(wire.sent_at, "sent_at")
    if wire.sentAt is not None:
        return times.to_ms(wire.sentAt, "sentAt")
    return 0


def _with_content_id(event: RawEvent, seen: dict[str, int]) -> RawEvent:
    event_id = content_id(event, 0)
    if not event.timestamp:
        occurrence = seen.get(event_id, 0)
        seen[event_id] = occurrence + 1
        if occurrence:
            event_id = content_id(event, occurrence)
    return msgspec.structs.replace(event, event_id=event_id)


def _objects(wire: WireEvent, *, careful: bool) -> tuple[msgspec.Raw, msgspec.Raw]:
    """(properties with traits, context), each checked. Raises EventFault."""
    properties = _checked(wire.properties, "properties", careful=careful)
    traits = _checked(wire.traits, "traits", careful=careful)
    if traits != b"{}":
        properties = traits if properties == b"{}" else _merged(properties, traits)
    context = _checked(wire.context, "context", careful=careful)
    if len(context) > MAX_ID_CHARS:
        _check_context_ids(context)
    return msgspec.Raw(properties), msgspec.Raw(context)


def _checked(raw: msgspec.Raw, path: str, *, careful: bool) -> bytes:
    sent = bytes(raw)
    if not sent or sent == b"null":
        return b"{}"
    if not sent.startswith(b"{"):
        raise EventFault(
            RejectReason.INVALID_TYPE, path, f"is {kind_of(msgspec.json.decode(sent))}; it must be an object"
        )
    if path == "context":
        return json_rules.checked_context(sent, path, careful=careful)
    return json_rules.checked_properties(sent, path, careful=careful)


def _merged(properties: bytes, traits: bytes) -> bytes:
    """Both objects in one; a key in both has the trait's value. The limits hold for the whole."""
    whole = msgspec.json.encode(_decode_raw_object(properties) | _decode_raw_object(traits))
    return json_rules.checked_properties(whole, "properties with traits", careful=False)


def _check_context_ids(context: bytes) -> None:
    ids = _decode_context_ids(context)
    for name in _ContextIds.__struct_fields__:
        value = getattr(ids, name)
        if isinstance(value, str) and len(value) > MAX_ID_CHARS:
            raise EventFault(
                RejectReason.ID_TOO_LONG,
                f"context.{name}",
                f"is {len(value):,} characters; the limit is {MAX_ID_CHARS}",
            )
