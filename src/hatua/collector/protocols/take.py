"""A batch that was read to the events that the log keeps: spelled one way, checked, each with an id.

Pure, and the same for every wire protocol: a protocol only has to make a `Batch`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec

from hatua.collector.protocols import times
from hatua.collector.protocols.event_ids import content_id
from hatua.collector.protocols.faults import EventFault, Rejection
from hatua.collector.protocols.objects import objects_of
from hatua.collector.protocols.wire import ABSENT, WireEvent
from hatua.contract.event import EventType, RawEvent
from hatua.contract.event_time import event_time
from hatua.contract.reasons import RejectReason

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


_SAYS_WHO: Final = frozenset(("identify", "alias"))

Identity = Literal["own", "when_missing", "never"]
"""Which events are stored without identity: none, those that name nobody, all."""


class RequestFacts(msgspec.Struct, frozen=True):
    """What the server knows of a request. `identify`: it came by /v1/identify, so every event in it is one."""

    tenant_id: str
    project_id: str
    received_at: int
    ip: str = ""
    user_agent: str = ""
    identify: bool = False
    identity: Identity = "own"
    visitor: str = ""
    """The name of the day, where `identity` is not `own`."""
    opted_out: bool = False
    """The project stores nothing of a request like this one."""
    oldest_at: int = 0
    """Unix ms; an event that happened before it is not kept by its project any more. 0: every time is welcome."""


class Batch(msgspec.Struct, frozen=True):
    """A body that was read: per event, in order, what it says or why it cannot be read.

    `where` begins every path in messages: `batch[3].` when it is `batch`, `[3].` when empty; None is one bare event.
    `careful`: there may be text in it that cannot be stored.
    """

    events: Sequence[WireEvent | EventFault]
    where: str | None
    write_key: str = ""
    sent_at: int = 0
    sent_at_fault: EventFault | None = None
    careful: bool = False


class Taken(msgspec.Struct, frozen=True):
    """What came of a batch: each of its events is in exactly one of the two."""

    events: list[RawEvent]
    rejections: list[Rejection]


def take_events(batch: Batch, facts: RequestFacts) -> Taken:
    """Every event of the batch, either as the log keeps it or with the reason why it is refused."""
    taken = Taken([], [])
    taking = _Taking(batch, facts)
    for index, read in enumerate(batch.events):
        try:
            if isinstance(read, EventFault):
                raise read
            if batch.sent_at_fault is not None:
                raise batch.sent_at_fault
            taken.events.append(taking.raw_event(read, index))
        except EventFault as fault:
            path = fault.path
            if fault is not batch.sent_at_fault and batch.where is not None:
                path = f"{batch.where}[{index}]{'.' if path else ''}{path}"
            taken.rejections.append(Rejection(index, fault.reason.value, f"{path or 'the event'} {fault.fact}"))
    return taken


def own_sent_at(wire: WireEvent) -> int:
    """When the client sent it, by its own clock; 0 when it does not say. Raises EventFault."""
    if wire.sent_at is not None:
        return times.to_ms(wire.sent_at, "sent_at")
    if wire.sentAt is not None:
        return times.to_ms(wire.sentAt, "sentAt")
    return 0


class _Taking:
    """What the events of one batch share while they are taken."""

    __slots__ = ("_batch", "_facts", "_good_context", "_seen")

    def __init__(self, batch: Batch, facts: RequestFacts) -> None:
        self._batch = batch
        self._facts = facts
        self._good_context = ABSENT
        self._seen: dict[str, int] = {}

    def raw_event(self, wire: WireEvent, index: int) -> RawEvent:
        """One event, spelled one way. Raises EventFault."""
        facts = self._facts
        if facts.opted_out:
            fact = "was sent with Sec-GPC: 1 or DNT: 1; this project stores no such events"
            raise EventFault(RejectReason.OPTED_OUT, "", fact)
        name = wire.event_name or wire.event or wire.eventName or ""
        kind = "identify" if facts.identify else wire.event_type or wire.type or wire.eventType
        if not name or name.isspace():
            name = NAME_OF_TYPE.get(kind or "track", "")
            if not name:
                raise EventFault(RejectReason.MISSING_EVENT_NAME, "event_name", "is missing or empty")
        user_id = wire.user_id or wire.userId or ""
        anonymous_id = wire.anonymous_id or wire.anonymousId or user_id
        nameless = facts.identity == "never" or (facts.identity == "when_missing" and not anonymous_id)
        if nameless:
            if kind in _SAYS_WHO or name in _SAYS_WHO:
                fact = "says who somebody is; this visitor is counted without identity"
                raise EventFault(RejectReason.IDENTITY_NOT_KEPT, "event_type", fact)
            anonymous_id = anonymous_id or facts.visitor
        elif not anonymous_id:
            fact = "is missing, and so is user_id; one is needed"
            raise EventFault(RejectReason.MISSING_IDENTITY, "anonymous_id", fact)
        message_id = wire.message_id or wire.messageId or ""
        properties, context = objects_of(wire, careful=self._batch.careful, good_context=self._good_context)
        if context is wire.context:
            self._good_context = context
        event = RawEvent(
            facts.tenant_id,
            facts.project_id,
            wire.event_id or wire.eventId or message_id,
            name,
            kind or TYPE_OF_NAME.get(name, "track"),
            facts.received_at,
            0 if wire.timestamp is None else times.to_ms(wire.timestamp, "timestamp"),
            own_sent_at(wire) or self._batch.sent_at,
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
        if event.timestamp and facts.oldest_at:
            at = event_time(event.timestamp, event.sent_at, facts.received_at)
            if at < facts.oldest_at:
                fact = f"is {_shown(at)}; this project keeps events since {_shown(facts.oldest_at)}"
                raise EventFault(RejectReason.TIMESTAMP_TOO_OLD, "timestamp", fact)
        # From what the client said, also where it is not kept: a retry must make the same id.
        event = event if event.event_id else _with_content_id(event, self._seen)
        return _without_identity(event, facts.visitor) if nameless else event


def _without_identity(event: RawEvent, visitor: str) -> RawEvent:
    return msgspec.structs.replace(
        event, anonymous_id=visitor, user_id="", session_id="", message_id="", cookieless=True
    )


def _shown(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _with_content_id(event: RawEvent, seen: dict[str, int]) -> RawEvent:
    event_id = content_id(event, 0)
    if not event.timestamp:
        occurrence = seen.get(event_id, 0)
        seen[event_id] = occurrence + 1
        if occurrence:
            event_id = content_id(event, occurrence)
    return msgspec.structs.replace(event, event_id=event_id)
