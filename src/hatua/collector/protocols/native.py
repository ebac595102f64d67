"""The native wire protocol: bytes to a batch of events as the client spells them. Pure: no I/O, no clock.

The write key may be in the body and names the project, so what a project must know comes in a second step, which is the
same for every protocol: `take.take_events(batch, facts)`.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from hatua.collector.protocols import json_rules
from hatua.collector.protocols.faults import BodyFault, EventFault, kind_of_json
from hatua.collector.protocols.slow_path import read_event, read_fields
from hatua.collector.protocols.take import Batch, own_sent_at
from hatua.collector.protocols.wire import WireBody, WireEvent, decode_array, decode_object
from hatua.contract.limits import MAX_EVENTS_PER_REQUEST
from hatua.contract.reasons import RequestError

BOM: Final = b"\xef\xbb\xbf"

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
        fact = str(problem).removeprefix("JSON is malformed: ")
        raise BodyFault(RequestError.INVALID_JSON, f"the body is not JSON: {fact}") from None
    except RecursionError:
        raise BodyFault(RequestError.INVALID_JSON, "the body is JSON nested too deeply to be read") from None


def _read_fast(body: bytes) -> Batch | None:
    """The body in one strict decode; None when something in it is not as it should be and wants naming."""
    try:
        if body[:1] == b"{" or body.lstrip()[:1] == b"{":
            read = decode_object(body)
            if read.batch is None:
                return Batch([read], None, _key(read))
            sent_at, fault = _request_sent_at(read)
            return _limited(Batch(read.batch, "batch", _key(read), sent_at, fault))
        events = decode_array(body)
    except msgspec.ValidationError:
        return None
    return _limited(Batch(events, ""))


def _key(read: WireBody) -> str:
    return read.write_key or read.writeKey or ""


def _request_sent_at(read: WireEvent) -> tuple[int, EventFault | None]:
    try:
        return own_sent_at(read), None
    except EventFault as fault:
        return 0, fault


def _read_slowly(body: bytes, *, bad_text: bool) -> Batch:
    """The body field by field, so that each event is read, or refused by name, alone."""
    if bad_text:
        body = json_rules.without_lone_surrogates(body)
    start = body.lstrip()[:1]
    if start == b"[":
        return _limited(Batch(_read_each(_decode_raw_array(body)), "", careful=bad_text))
    if start != b"{":
        msgspec.json.decode(body, type=msgspec.Raw)  # or it is no JSON at all
        raise BodyFault(
            RequestError.INVALID_BODY,
            f"the body is {kind_of_json(body)}; it must be an event, an array of events, or an object with a batch",
        )
    fields = _decode_raw_object(body)
    write_key = _raw_key(fields)
    raw_batch = bytes(fields.get("batch", b"null"))
    if raw_batch == b"null":
        return Batch(_read_each([msgspec.Raw(body)]), None, write_key, careful=bad_text)
    if not raw_batch.startswith(b"["):
        kind = kind_of_json(raw_batch)
        raise BodyFault(RequestError.INVALID_BODY, f"batch is {kind}; it must be an array of events")
    events = _read_each(_decode_raw_array(raw_batch))
    try:
        times_only: dict[str, msgspec.Raw] = {k: v for k, v in fields.items() if k in ("sent_at", "sentAt")}
        sent_at, fault = _request_sent_at(read_fields(times_only))
    except EventFault as problem:
        sent_at, fault = 0, problem
    return _limited(Batch(events, "batch", write_key, sent_at, fault, careful=bad_text))


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
