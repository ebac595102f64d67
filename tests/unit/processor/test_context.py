import json
from typing import Any

import msgspec
import pytest

from hatua.contract.limits import MAX_ID_CHARS, MAX_TEXT_CHARS
from hatua.processor.context import MAX_WORD_CHARS, Campaign, Context, Page, read_context

FULL: dict[str, Any] = {
    "library": {"name": "hatua-js", "version": "1.0.0"},
    "page": {
        "path": "/mri",
        "url": "https://x.ke/mri?a=1",
        "title": "MRI",
        "referrer": "https://g.co/",
        "search": "?a=1",
    },
    "userAgent": "Mozilla/5.0",
    "locale": "en-KE",
    "screen": {"width": 412, "height": 915},
    "channel": "Web",
    "handshakeToken": "tok",
    "campaignId": "c1",
    "externalId": "254712345678",
}


def read(context: Any) -> Context:
    return read_context(msgspec.json.encode(context))


def test_every_field_of_the_contract_becomes_a_column_and_leaves_the_context() -> None:
    assert read(FULL) == Context(
        page=Page("/mri", "https://x.ke/mri?a=1", "MRI", "https://g.co/", "?a=1"),
        user_agent="Mozilla/5.0",
        locale="en-KE",
        screen_width=412,
        screen_height=915,
        channel="web",
        handshake_token="tok",
        campaign_id="c1",
        external_id="254712345678",
        library_name="hatua-js",
        library_version="1.0.0",
        rest="{}",
    )


def test_snake_case_spellings_mean_the_same() -> None:
    context = read({"user_agent": "UA", "handshake_token": "t1", "campaign_id": "c", "external_id": "x"})
    assert (context.user_agent, context.handshake_token, context.campaign_id, context.external_id) == (
        "UA",
        "t1",
        "c",
        "x",
    )
    assert read({"hs_token": "t2"}).handshake_token == "t2"
    assert read({"handshakeToken": "", "handshake_token": "t3"}) == Context(handshake_token="t3")


def test_what_we_do_not_know_stays_as_the_client_wrote_it() -> None:
    context = read_context(
        b'{"timezone":"Africa/Nairobi","app":{"build":12345678901234567890123,"beta":true},'
        b'"page":{"path":"/","hash":"#top"},"library":{"name":"x","plugins":["a"]},"screen":{"width":1,"density":2.5}}'
    )
    assert context.page.path == "/"
    assert json.loads(context.rest) == {
        "timezone": "Africa/Nairobi",
        "app": {"build": 12345678901234567890123, "beta": True},
        "page": {"hash": "#top"},
        "library": {"plugins": ["a"]},
        "screen": {"density": 2.5},
    }


@pytest.mark.parametrize("odd", [5, "text", None, True, [1], {"a": 1}])
def test_a_field_of_an_unexpected_type_never_fails_and_is_never_lost(odd: Any) -> None:
    for key in ("page", "screen", "library", "campaign", "locale", "channel", "userAgent", "externalId"):
        context = read({key: odd})
        shown = [*msgspec.structs.asdict(context).values(), *msgspec.structs.astuple(context.page)]
        assert odd is None or str(odd) in map(str, shown) or json.loads(context.rest) == {key: odd}


def test_numbers_stand_for_text_where_text_belongs() -> None:
    assert read({"externalId": 254712345678, "library": {"version": 2.5}}) == Context(
        external_id="254712345678", library_version="2.5"
    )


@pytest.mark.parametrize(("given", "width"), [(412, 412), (412.4, 412), ("412", 412), (0, 0), (65_535, 65_535)])
def test_a_screen_is_a_whole_number_of_pixels(given: Any, width: int) -> None:
    assert read({"screen": {"width": given}}) == Context(screen_width=width)


@pytest.mark.parametrize("given", [-1, 65_536, "wide", True, None, "٤١٢", 1e300])
def test_a_screen_that_does_not_fit_its_column_stays_in_the_rest(given: Any) -> None:
    context = read({"screen": {"width": given}})
    assert context.screen_width == 0
    assert json.loads(context.rest) == {"screen": {"width": given}}


def test_long_text_is_cut_at_its_limit() -> None:
    long = "x" * (MAX_TEXT_CHARS + 1)
    context = read({"page": {"title": long, "url": long}, "userAgent": long, "externalId": long, "locale": long})
    assert len(context.page.title) == len(context.page.url) == len(context.user_agent) == MAX_TEXT_CHARS
    assert len(context.external_id) == MAX_ID_CHARS
    assert len(context.locale) == MAX_WORD_CHARS
    whole = "x" * MAX_TEXT_CHARS
    assert read({"page": {"title": whole}}).page.title == whole


@pytest.mark.parametrize("key", ["campaign", "utm"])
def test_a_campaign_is_read_from_the_context(key: str) -> None:
    given = {"source": "wa", "medium": "chat", "name": "june", "term": "t", "content": "c", "id": 7}
    context = read({key: given})
    assert context.campaign == Campaign("wa", "chat", "june", "t", "c")
    assert json.loads(context.rest) == {key: {"id": 7}}
    assert read({key: {"utm_source": "wa", "campaign": "june"}}).campaign == Campaign("wa", name="june")


def test_a_trailing_slash_is_kept() -> None:
    assert read({"page": {"path": "/mri/"}}).page.path == "/mri/"


def test_an_empty_context_and_one_that_is_no_object() -> None:
    assert read({}) == Context()
    assert read([1, 2]) == Context(rest="[1,2]")


def test_text_outside_ascii_comes_through_unharmed() -> None:
    context = read({"page": {"title": "Malipo ya kodi ✓ 😀"}, "note": "Ñandú 😀"})
    assert context.page.title == "Malipo ya kodi ✓ 😀"
    assert json.loads(context.rest) == {"note": "Ñandú 😀"}


def test_a_context_longer_than_the_cache_takes_is_read_all_the_same() -> None:
    context = read({"page": {"path": "/long"}, "blob": "x" * 10_000})
    assert context.page.path == "/long"
    assert len(context.rest) > 10_000


def test_broken_json_is_said_to_be_so() -> None:
    with pytest.raises(msgspec.DecodeError):
        read_context(b'{"page":')
