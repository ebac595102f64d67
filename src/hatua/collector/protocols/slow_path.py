"""Reading one event field by field, to name what is wrong with it. Only bodies that the strict decode refuses, or that
may hold text that cannot be stored, come this way."""

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

import msgspec

from hatua.collector.protocols import times
from hatua.collector.protocols.faults import EventFault, kind_of, kind_of_json
from hatua.collector.protocols.json_rules import check_text
from hatua.collector.protocols.wire import WireEvent
from hatua.contract.event import EventType
from hatua.contract.limits import MAX_ID_CHARS, MAX_NAME_CHARS, MAX_SEQ
from hatua.contract.reasons import RejectReason

_decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_TYPES: Final[tuple[str, ...]] = get_args(EventType)


def read_event(raw: bytes | msgspec.Raw) -> WireEvent:
    """The event in one JSON value, or EventFault with the first thing that is wrong with it."""
    try:
        fields = _decode_fields(raw)
    except msgspec.ValidationError:
        raise EventFault(
            RejectReason.NOT_AN_OBJECT, "", f"is {kind_of_json(bytes(raw))}; an event is an object"
        ) from None
    return read_fields(fields)


def read_fields(fields: Mapping[str, msgspec.Raw]) -> WireEvent:
    """The event that these fields make; unknown ones are ignored. Raises EventFault."""
    return WireEvent(**{name: read(fields[name], name) for name, read in _READERS.items() if name in fields})


def _value(raw: bytes | msgspec.Raw, path: str) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.ValidationError:
        raise EventFault(
            RejectReason.INVALID_NUMBER, path, "is or holds a number beyond the 64-bit float range"
        ) from None


def _text(raw: msgspec.Raw, path: str, limit: int, too_long: RejectReason) -> str | None:
    value = _value(raw, path)
    if value is None:
        return None
    if not isinstance(value, str):
        raise EventFault(RejectReason.INVALID_TYPE, path, f"is {kind_of(value)}; it must be a string")
    if len(value) > limit:
        raise EventFault(too_long, path, f"is {len(value):,} characters; the limit is {limit}")
    check_text(value, path)
    return value


def _id(raw: msgspec.Raw, path: str) -> str | None:
    return _text(raw, path, MAX_ID_CHARS, RejectReason.ID_TOO_LONG)


def _name(raw: msgspec.Raw, path: str) -> str | None:
    return _text(raw, path, MAX_NAME_CHARS, RejectReason.EVENT_NAME_TOO_LONG)


def _type(raw: msgspec.Raw, path: str) -> str | None:
    value = _value(raw, path)
    if value is None or value in _TYPES:
        return value  # type: ignore[no-any-return]
    if not isinstance(value, str):
        raise EventFault(RejectReason.INVALID_TYPE, path, f"is {kind_of(value)}; it must be a string")
    raise EventFault(RejectReason.UNKNOWN_EVENT_TYPE, path, f"is none of {', '.join(_TYPES)}")


def _flag(raw: msgspec.Raw, path: str) -> bool | None:
    value = _value(raw, path)
    if value is None or isinstance(value, bool):
        return value
    raise EventFault(RejectReason.INVALID_TYPE, path, f"is {kind_of(value)}; it must be true or false")


def _seq(raw: msgspec.Raw, path: str) -> int | None:
    value = _value(raw, path)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise EventFault(RejectReason.INVALID_TYPE, path, f"is {kind_of(value)}; it must be a whole number")
    if not 0 <= value <= MAX_SEQ:
        raise EventFault(RejectReason.INVALID_NUMBER, path, f"is outside the range from 0 to {MAX_SEQ:,}")
    return value


def _time(raw: msgspec.Raw, path: str) -> Any:
    return times.parse(_value(raw, path), path)


def _object(raw: msgspec.Raw, path: str) -> msgspec.Raw:
    return raw


_READERS: Final[dict[str, Callable[[msgspec.Raw, str], Any]]] = {
    "event_name": _name,
    "event": _name,
    "eventName": _name,
    "event_type": _type,
    "type": _type,
    "eventType": _type,
    "event_id": _id,
    "eventId": _id,
    "message_id": _id,
    "messageId": _id,
    "anonymous_id": _id,
    "anonymousId": _id,
    "user_id": _id,
    "userId": _id,
    "session_id": _id,
    "sessionId": _id,
    "timestamp": _time,
    "sent_at": _time,
    "sentAt": _time,
    "seq": _seq,
    "journey_start": _flag,
    "journeyStart": _flag,
    "journey_end": _flag,
    "journeyEnd": _flag,
    "properties": _object,
    "context": _object,
    "traits": _object,
}
