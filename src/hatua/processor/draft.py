"""One event on its way through the steps. Each step fills in one field (or a few); `to_row` reads them all."""

from collections.abc import Callable

import msgspec

from hatua.contract.event import RawEvent
from hatua.contract.record import Delivery
from hatua.processor.context import NO_CAMPAIGN, Campaign, Context
from hatua.registry.model import ProjectAccess
from hatua.warehouse.rows import EventRow


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where an IP address is. `country_code`: ISO 3166-1 alpha-2; region and city: English names; "" unknown."""

    country_code: str = ""
    region: str = ""
    city: str = ""


class Agent(msgspec.Struct, frozen=True, gc=False):
    """What a user agent is. `device_type`: desktop | mobile | tablet | bot | server | "" (no idea).

    `webview`: the page runs inside an app; `app`: which one, where it says so ("whatsapp", "facebook", ...)."""

    device_type: str = ""
    os: str = ""
    os_version: str = ""
    browser: str = ""
    browser_version: str = ""
    webview: bool = False
    app: str = ""


class Referral(msgspec.Struct, frozen=True, gc=False):
    """Where a visit came from. `channel`: one of `steps.referrer_table.CHANNELS`."""

    host: str = ""
    channel: str = ""


NOWHERE = Place()
NOBODY = Agent()
NO_REFERRAL = Referral()
NO_CONTEXT = Context()


class Draft(msgspec.Struct, gc=False):
    """Mutable, owned by one thread. Times are Unix ms, UTC."""

    delivery: Delivery
    raw: RawEvent
    project: ProjectAccess
    processed_at: int
    stored: bool = False
    """It is in the warehouse already: not inserted again, but its session and links are made sure of."""
    context: Context = NO_CONTEXT
    timestamp: int = 0
    user_agent: str = ""
    agent: Agent = NOBODY
    place: Place = NOWHERE
    campaign: Campaign = NO_CAMPAIGN
    referral: Referral = NO_REFERRAL
    channel: str = ""
    handshake_token: str = ""
    session_id: str = ""
    ip: str = ""
    properties: str = "{}"
    rest: str = "{}"


Step = Callable[[Draft], None]
"""Fills in its part of a draft. Whatever it raises makes a dead letter of that one event."""

_MAX_UINT32 = 4_294_967_295


def to_row(draft: Draft) -> EventRow:
    """The draft as a row of `events`."""
    raw = draft.raw
    context = draft.context
    page = context.page
    agent = draft.agent
    place = draft.place
    campaign = draft.campaign
    referral = draft.referral
    return EventRow(
        tenant_id=raw.tenant_id,
        project_id=raw.project_id,
        event_id=raw.event_id,
        message_id=raw.message_id,
        event_name=raw.event_name,
        event_type=raw.event_type,
        timestamp=draft.timestamp,
        received_at=raw.received_at,
        processed_at=draft.processed_at,
        seq=min(max(raw.seq, 0), _MAX_UINT32),
        anonymous_id=raw.anonymous_id,
        user_id=raw.user_id,
        session_id=draft.session_id,
        channel=draft.channel,
        external_id=context.external_id,
        handshake_token=draft.handshake_token,
        campaign_id=context.campaign_id,
        page_path=page.path,
        page_url=page.url,
        page_title=page.title,
        page_referrer=page.referrer,
        page_search=page.search,
        utm_source=campaign.source,
        utm_medium=campaign.medium,
        utm_campaign=campaign.name,
        utm_term=campaign.term,
        utm_content=campaign.content,
        referrer_host=referral.host,
        referrer_channel=referral.channel,
        user_agent=draft.user_agent,
        device_type=agent.device_type,
        os=agent.os,
        os_version=agent.os_version,
        browser=agent.browser,
        browser_version=agent.browser_version,
        country_code=place.country_code,
        region=place.region,
        city=place.city,
        locale=context.locale,
        screen_width=context.screen_width,
        screen_height=context.screen_height,
        journey_start=raw.journey_start,
        journey_end=raw.journey_end,
        properties=draft.properties,
        context=draft.rest,
        library_name=context.library_name,
        library_version=context.library_version,
        ip=draft.ip,
        retention_days=draft.project.retention_days,
    )
