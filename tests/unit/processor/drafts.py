"""Drafts for tests of single steps: one page view of a phone in Nairobi, any part of which can be said otherwise."""

from typing import Any

import msgspec

from hatua.contract.event import RawEvent
from hatua.contract.record import Delivery
from hatua.processor.context import read_context
from hatua.processor.draft import Draft
from hatua.registry.model import ProjectAccess

NOON = 1_773_403_200_000
"""2026-03-13T12:00:00Z, Unix ms."""

ANDROID = (
    "Mozilla/5.0 (Linux; Android 13; TECNO KI5q) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.6099.144 Mobile Safari/537.36"
)


def project(**fields: Any) -> ProjectAccess:
    """Project p of tenant t: no IP kept, phone numbers as they are, two years."""
    values: dict[str, Any] = {
        "tenant_id": "t",
        "project_id": "p",
        "name": "Tax App",
        "timezone": "Africa/Nairobi",
        "default_goal": "return_filed",
        "allowed_origins": (),
        "retention_days": 730,
        "keep_ip": "none",
        "hash_phones": False,
    }
    return ProjectAccess(**values | fields)


def raw_event(*, context: Any = None, properties: Any = None, **fields: Any) -> RawEvent:
    """`context` and `properties` as Python values; every other field of RawEvent by its name."""
    values: dict[str, Any] = {
        "tenant_id": "t",
        "project_id": "p",
        "event_id": "e1",
        "event_name": "page_view",
        "event_type": "page",
        "received_at": NOON,
        "anonymous_id": "a1",
        "session_id": "s1",
        "context": msgspec.Raw(msgspec.json.encode(context if context is not None else {})),
        "properties": msgspec.Raw(msgspec.json.encode(properties if properties is not None else {})),
    }
    return RawEvent(**values | fields)


def delivery(raw: RawEvent, position: str = "1", *, maybe_seen: bool = False) -> Delivery:
    """The event as the log hands it out."""
    return Delivery(
        position=position,
        project_id=raw.project_id,
        event_id=raw.event_id,
        received_at=raw.received_at,
        body=msgspec.json.encode(raw),
        maybe_seen=maybe_seen,
    )


def draft(*, of: ProjectAccess | None = None, **fields: Any) -> Draft:
    """A draft whose context has been read and whose time is known; no other step has run. `fields` as in
    `raw_event`."""
    raw = raw_event(**fields)
    one = Draft(delivery(raw), raw, of or project(), NOON + 1_000, timestamp=raw.timestamp or raw.received_at)
    one.context = read_context(bytes(raw.context))
    one.rest = one.context.rest
    one.properties = bytes(raw.properties).decode()
    return one
