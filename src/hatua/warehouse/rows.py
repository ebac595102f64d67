"""The rows of the warehouse's tables, as the processor builds them. Field names are column names; times are
Unix ms, UTC."""

from typing import Literal

import msgspec

LinkSource = Literal["identify", "login", "handshake", "alias", "manual"]


class EventRow(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """One stored event. "" stands for missing, everywhere; `properties` and `context` are JSON objects as
    text."""

    tenant_id: str
    project_id: str
    event_id: str
    message_id: str = ""
    event_name: str
    event_type: str
    timestamp: int
    received_at: int
    processed_at: int
    seq: int = 0
    anonymous_id: str = ""
    user_id: str = ""
    session_id: str
    channel: str = "web"
    external_id: str = ""
    handshake_token: str = ""
    campaign_id: str = ""
    page_path: str = ""
    page_url: str = ""
    page_title: str = ""
    page_referrer: str = ""
    page_search: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_term: str = ""
    utm_content: str = ""
    referrer_host: str = ""
    referrer_channel: str = ""
    user_agent: str = ""
    device_type: str = ""
    os: str = ""
    os_version: str = ""
    browser: str = ""
    browser_version: str = ""
    country_code: str = ""
    region: str = ""
    city: str = ""
    locale: str = ""
    screen_width: int = 0
    screen_height: int = 0
    journey_start: bool = False
    journey_end: bool = False
    properties: str = "{}"
    context: str = "{}"
    library_name: str = ""
    library_version: str = ""
    ip: str = ""
    retention_days: int = 0
    """0: kept for ever."""


class LinkRow(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """anonymous_id belongs to user_id, said by one event. One row a pair is kept: that with the highest
    `version`."""

    tenant_id: str
    project_id: str
    anonymous_id: str
    user_id: str
    linked_at: int
    seq: int = 0
    source: LinkSource = "identify"
    event_id: str = ""
    revoked: bool = False
    version: int = 0
    """0: taken from (linked_at, seq) by `link_version`, so that the latest link wins however often and late
    it is written."""


def link_version(at_ms: int, seq: int = 0) -> int:
    """Orders the links of one pair: by time, then by seq. To undo a link, write it again with `revoked` and
    the version of the moment of undoing: a later identify of the pair links it again, a replay of an earlier
    one does not."""
    return at_ms * 1_000_000 + min(seq, 999_999)
