"""`properties`, `traits` and `context` of one event: checked, and kept as the client's own bytes."""

from typing import Any, Final

import msgspec

from hatua.collector.protocols import json_rules
from hatua.collector.protocols.faults import EventFault, kind_of_json
from hatua.collector.protocols.wire import ABSENT, Id, WireEvent
from hatua.contract.limits import MAX_ID_CHARS
from hatua.contract.reasons import RejectReason

EMPTY: Final = b"{}"


class _ContextIds(msgspec.Struct, gc=False):
    """The ids in a context. Another type than text is for the processor to ignore: a context is never a reason to lose
    an event, unless it cannot be stored."""

    handshake_token: Id | None = None
    handshakeToken: Id | None = None
    campaign_id: Id | None = None
    campaignId: Id | None = None
    external_id: Id | None = None
    externalId: Id | None = None


_decode_context_ids = msgspec.json.Decoder(_ContextIds).decode
_decode_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def objects_of(wire: WireEvent, *, careful: bool, good_context: msgspec.Raw) -> tuple[msgspec.Raw, msgspec.Raw]:
    """(properties with traits, context). `careful`: there may be text in them that cannot be stored. `good_context`:
    one that passed before; the events of a batch mostly share theirs. Raises EventFault."""
    if not careful and wire.traits is ABSENT and json_rules.is_plain(bytes(wire.properties)):
        if wire.context == good_context:
            return wire.properties, good_context
        context = bytes(wire.context)
        if json_rules.is_plain(context):
            _check_context_ids(context)
            return wire.properties, wire.context
    properties = _object(wire.properties, "properties")
    properties = json_rules.checked_properties(properties, "properties", careful=careful)
    traits = _object(wire.traits, "traits")
    if traits != EMPTY:
        traits = json_rules.checked_properties(traits, "traits", careful=careful)
        properties = traits if properties == EMPTY else _merged(properties, traits)
    context = json_rules.checked_context(_object(wire.context, "context"), "context", careful=careful)
    _check_context_ids(context)
    return msgspec.Raw(properties), msgspec.Raw(context)


def _object(raw: msgspec.Raw, path: str) -> bytes:
    sent = bytes(raw)
    if sent == b"null":
        return EMPTY
    if not sent.startswith(b"{"):
        raise EventFault(RejectReason.INVALID_TYPE, path, f"is {kind_of_json(sent)}; it must be an object")
    return sent


def _merged(properties: bytes, traits: bytes) -> bytes:
    """Both objects in one; a key in both has the trait's value. The limits hold for the whole."""
    whole = msgspec.json.encode(_decode_members(properties) | _decode_members(traits))
    return json_rules.checked_properties(whole, "properties with traits", careful=False)


def _check_context_ids(context: bytes) -> None:
    if len(context) <= MAX_ID_CHARS:
        return
    try:
        _decode_context_ids(context)
    except msgspec.ValidationError:
        members: dict[str, Any] = msgspec.json.decode(context)
        for name in _ContextIds.__struct_fields__:
            value = members.get(name)
            if isinstance(value, str) and len(value) > MAX_ID_CHARS:
                raise EventFault(
                    RejectReason.ID_TOO_LONG,
                    f"context.{name}",
                    f"is {len(value):,} characters; the limit is {MAX_ID_CHARS}",
                ) from None
