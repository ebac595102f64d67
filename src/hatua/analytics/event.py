"""One event as answers show it."""

from typing import Any

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Times are ISO 8601 UTC with milliseconds. `person` is who did it, by the links known now. Text that is missing
    is ""; `properties` and `context` are the client's own JSON objects."""

    event_id: str
    event_name: str
    event_type: str
    timestamp: str
    received_at: str
    seq: int
    anonymous_id: str
    user_id: str
    person: str
    session_id: str
    channel: str
    campaign_id: str
    page_path: str
    page_title: str
    page_url: str
    referrer_host: str
    referrer_channel: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    country_code: str
    region: str
    city: str
    device_type: str
    os: str
    browser: str
    locale: str
    journey_start: bool
    journey_end: bool
    properties: dict[str, Any]
    context: dict[str, Any]
