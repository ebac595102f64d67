"""An event's journey, step by step: this list is the processor."""

from hatua.processor.draft import Step
from hatua.processor.steps.put_campaign import put_campaign
from hatua.processor.steps.put_channel import put_channel
from hatua.processor.steps.put_context import put_context
from hatua.processor.steps.put_geo import GeoReader, put_geo
from hatua.processor.steps.put_handshake import put_handshake
from hatua.processor.steps.put_privacy import PhoneHasher, put_privacy
from hatua.processor.steps.put_referrer import put_referrer
from hatua.processor.steps.put_times import put_times
from hatua.processor.steps.put_user_agent import AgentReader, put_user_agent


def steps_of_one_event(geo: GeoReader, agents: AgentReader, phones: PhoneHasher) -> tuple[Step, ...]:
    """Each fills in its part of one draft; a later step may read what an earlier one found. After them, for a whole
    batch: `Sessions.put_sessions`, `link_identity`, `Handshakes.link_handshakes`, `to_row`."""
    return (
        put_times,
        put_context,
        put_user_agent(agents),
        put_geo(geo),
        put_channel,
        put_handshake,
        put_campaign,
        put_referrer,
        put_privacy(phones),
    )
