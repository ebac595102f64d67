from typing import Any

import pytest

from hatua.processor.draft import Agent, Referral
from hatua.processor.steps.put_campaign import put_campaign
from hatua.processor.steps.put_referrer import host_of, put_referrer
from hatua.processor.steps.referrer_table import CHANNELS, HOSTS, MEDIUMS, SOURCES, channel_of_host
from tests.unit.processor.drafts import draft


def referral(
    referrer: str = "",
    query: str = "",
    *,
    url: str = "https://tax.ke/",
    app: str = "",
    channel: str = "web",
    **context: Any,
) -> Referral:
    one = draft(context={"page": {"url": url, "referrer": referrer, "search": query}, **context})
    one.channel = channel
    one.agent = Agent("mobile", webview=bool(app), app=app)
    one.handshake_token = one.context.handshake_token
    put_campaign(one)
    put_referrer(one)
    return one.referral


@pytest.mark.parametrize(
    ("referrer", "host", "channel"),
    [
        ("", "", "Direct"),
        ("https://www.google.com/", "google.com", "Search"),
        ("https://www.google.co.ke/search?q=mri", "google.co.ke", "Search"),
        ("https://duckduckgo.com/", "duckduckgo.com", "Search"),
        ("https://lm.facebook.com/l.php?u=x", "lm.facebook.com", "Social"),
        ("https://t.co/abc", "t.co", "Social"),
        ("https://mail.google.com/mail/u/0/", "mail.google.com", "Email"),
        ("https://web.whatsapp.com/", "web.whatsapp.com", "WhatsApp"),
        ("https://wa.me/254712345678", "wa.me", "WhatsApp"),
        ("android-app://com.whatsapp/", "com.whatsapp", "WhatsApp"),
        ("https://news.example.org/story", "news.example.org", "Referral"),
        ("https://notgoogle.example/", "notgoogle.example", "Referral"),
        ("https://google.evil.example.com/", "google.evil.example.com", "Referral"),
        ("https://TAX.ke/mri", "", "Internal"),
        ("https://www.tax.ke/mri", "", "Internal"),
        ("not a url", "not a url", "Referral"),
        ("https://[broken", "", "Direct"),
    ],
)
def test_the_referring_host_tells_the_channel(referrer: str, host: str, channel: str) -> None:
    assert referral(referrer) == Referral(host, channel)


@pytest.mark.parametrize(
    ("query", "channel"),
    [
        ("?utm_source=google&utm_medium=cpc", "Paid"),
        ("?gclid=abc", "Paid"),
        ("?utm_source=june&utm_medium=email", "Email"),
        ("?utm_medium=Social", "Social"),
        ("?utm_source=google&utm_medium=organic", "Search"),
        ("?utm_source=whatsapp", "WhatsApp"),
        ("?utm_source=Facebook", "Social"),
        ("?utm_source=poster&utm_medium=print", "Referral"),
    ],
)
def test_campaign_words_tell_the_channel_of_a_visit_without_a_referrer(query: str, channel: str) -> None:
    assert referral("", query) == Referral("", channel)


def test_campaign_words_win_over_the_referrer() -> None:
    assert referral("https://www.google.com/", "?utm_medium=cpc") == Referral("google.com", "Paid")


def test_a_link_that_our_bot_sent_comes_from_whatsapp() -> None:
    assert referral(handshakeToken="tok").channel == "WhatsApp"
    assert referral("", "?hs_token=tok").channel == "WhatsApp"


def test_the_app_around_the_page_counts_when_nothing_else_does() -> None:
    assert referral(app="whatsapp").channel == "WhatsApp"
    assert referral(app="instagram").channel == "Social"
    assert referral("https://www.google.com/", app="instagram").channel == "Search"


def test_a_conversation_comes_from_whatsapp() -> None:
    assert referral(url="", channel="whatsapp") == Referral("", "WhatsApp")


def test_every_channel_in_the_tables_is_one_of_the_eight() -> None:
    assert {*HOSTS.values(), *SOURCES.values(), *MEDIUMS.values()} <= set(CHANNELS)
    assert channel_of_host("") == "Referral"


def test_a_host_is_read_from_anything_that_looks_like_an_address() -> None:
    assert host_of("https://www.Example.com:8443/x") == "example.com"
    assert host_of("example.com/path") == "example.com"
    assert host_of("https://user:secret@example.com/") == "example.com"
    assert host_of("about:blank") == "about"
