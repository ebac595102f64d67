"""Where the visit came from: the referring host, and one of eight channels."""

from functools import lru_cache
from urllib.parse import urlsplit

from hatua.processor.context import Campaign
from hatua.processor.draft import Draft, Referral
from hatua.processor.steps import referrer_table as table
from hatua.processor.steps.put_campaign import query_of

_TOKEN_PARAMETERS = ("hs_token=", "handshake_token=")


def put_referrer(draft: Draft) -> None:
    """See `refer` for the order in which the hints count."""
    page = draft.context.page
    if draft.channel == "whatsapp":
        draft.referral = _OF_A_CONVERSATION
        return
    query = query_of(page)
    from_bot = bool(draft.handshake_token) or any(token in query for token in _TOKEN_PARAMETERS)
    draft.referral = refer(page.referrer, host_of(page.url), draft.campaign, draft.agent.app, from_bot)


_OF_A_CONVERSATION = Referral(channel=table.WHATSAPP)


def refer(referrer: str, own_host: str, campaign: Campaign, app: str, from_bot: bool) -> Referral:
    """The first that says something: a paid click; utm_medium; a referrer on our own site; a link that our WhatsApp
    bot sent; utm_source; the referring host; the app around the page. Else Direct, or Referral when some utm_source
    is there."""
    host = host_of(referrer)
    medium = campaign.medium.lower()
    source = campaign.source.lower()
    internal = bool(host) and host == own_host
    channel = (
        (table.PAID if campaign.paid else "")
        or table.MEDIUMS.get(medium, "")
        or (table.INTERNAL if internal else "")
        or (table.WHATSAPP if from_bot else "")
        or table.SOURCES.get(source, "")
        or (table.channel_of_host(host) if host else "")
        or (table.APPS.get(app, table.SOCIAL) if app else "")
        or (table.REFERRAL if source else table.DIRECT)
    )
    return Referral(host="" if internal else host, channel=channel)


@lru_cache(maxsize=8_192)
def host_of(url: str) -> str:
    """`https://www.Example.com:8443/x` -> `example.com`; `android-app://com.whatsapp/` -> `com.whatsapp`; "" when
    there is none."""
    if not url:
        return ""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:  # "Invalid IPv6 URL" and the like: text from a client, not our fault nor worth an event
        return ""
    return host.removeprefix("www.")[:253]
