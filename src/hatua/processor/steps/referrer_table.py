"""Which sites are search engines, social networks, mail readers and chats; and what utm_medium says of a visit."""

from typing import Final

DIRECT: Final = "Direct"
SEARCH: Final = "Search"
SOCIAL: Final = "Social"
EMAIL: Final = "Email"
WHATSAPP: Final = "WhatsApp"
PAID: Final = "Paid"
REFERRAL: Final = "Referral"
INTERNAL: Final = "Internal"

CHANNELS = (DIRECT, SEARCH, SOCIAL, EMAIL, WHATSAPP, PAID, REFERRAL, INTERNAL)


def _table(channels: dict[str, str]) -> dict[str, str]:
    return {word: channel for channel, words in channels.items() for word in words.split()}


MEDIUMS = _table(
    {
        PAID: "cpc ppc cpm cpv cpa paid paidsearch paid_search paid-search paidsocial paid_social paid-social display "
        "banner retargeting remarketing ads ad sponsored interstitial sem",
        EMAIL: "email e-mail e_mail mail newsletter",
        SOCIAL: "social social-network social-media social_media socialmedia sm",
        SEARCH: "organic search seo",
        WHATSAPP: "whatsapp wa whatsapp_business",
        REFERRAL: "referral",
    }
)
"""By utm_medium, in lower case."""

SOURCES = _table(
    {
        SEARCH: "google bing duckduckgo ddg yahoo yandex baidu ecosia brave startpage",
        SOCIAL: "facebook fb instagram ig twitter x linkedin tiktok youtube pinterest reddit snapchat telegram threads "
        "messenger",
        EMAIL: "email e-mail newsletter mailchimp gmail outlook",
        WHATSAPP: "whatsapp wa wa.me whatsapp_business",
    }
)
"""By utm_source, in lower case."""

HOSTS = _table(
    {
        SEARCH: "bing.com duckduckgo.com ecosia.org search.yahoo.com yahoo.com baidu.com search.brave.com qwant.com "
        "startpage.com naver.com seznam.cz ask.com perplexity.ai chatgpt.com kagi.com "
        "com.google.android.googlequicksearchbox",
        SOCIAL: "facebook.com fb.com fb.me messenger.com instagram.com twitter.com t.co x.com linkedin.com lnkd.in "
        "tiktok.com youtube.com youtu.be pinterest.com reddit.com snapchat.com threads.net threads.com t.me "
        "telegram.org vk.com quora.com news.ycombinator.com bsky.app discord.com mastodon.social com.facebook.katana "
        "com.instagram.android com.linkedin.android",
        EMAIL: "mail.google.com gmail.com outlook.live.com outlook.office.com outlook.office365.com mail.yahoo.com "
        "mail.zoho.com mail.proton.me com.google.android.gm",
        WHATSAPP: "whatsapp.com wa.me l.wl.co com.whatsapp com.whatsapp.w4b",
    }
)
"""By referring host, or the end of one: `m.facebook.com` finds `facebook.com`. The longest match counts."""

SEARCH_BRANDS = ("google", "yandex")
"""Engines with a domain in every country: `google.co.ke`, `yandex.ru`."""

APPS: dict[str, str] = {"whatsapp": WHATSAPP}
"""By the app around the page; every other app that we recognise is a social network."""


def channel_of_host(host: str) -> str:
    """`lm.facebook.com` -> Social; a host we do not know -> Referral."""
    rest = host
    while rest:
        if found := HOSTS.get(rest):
            return found
        if rest.partition(".")[0] in SEARCH_BRANDS and 1 <= rest.count(".") <= 2:
            return SEARCH
        rest = rest.partition(".")[2]
    return REFERRAL
