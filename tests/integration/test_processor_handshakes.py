"""From the conversation to the browser: one token, one link, whichever side reaches us first."""

import itertools
from typing import Any

import pytest

from hatua.contract.event import RawEvent
from tests.fixtures.pipeline import NOON, Pipeline, event

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
PHONE = "254712345678"


def issued(name: str = "issued", at: int = NOON, **fields: Any) -> RawEvent:
    """The bot opened a web view for a phone number."""
    values: dict[str, Any] = {
        "event_name": "webview_opened",
        "event_type": "track",
        "timestamp": at,
        "anonymous_id": PHONE,
        "context": {"externalId": PHONE, "channel": "whatsapp"},
        "properties": {"token": "tok"},
    }
    return event(name, **values | fields)


def completed(name: str = "completed", at: int = NOON + MINUTE, **fields: Any) -> RawEvent:
    """The browser shows the token."""
    values: dict[str, Any] = {
        "event_name": "handshake_complete",
        "event_type": "track",
        "timestamp": at,
        "anonymous_id": "browser",
        "session_id": "s1",
        "context": {"page": {"path": "/"}, "handshakeToken": "tok"},
    }
    return event(name, **values | fields)


LINK = [("browser", PHONE, "handshake")]


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("order", [(issued, completed), (completed, issued)])
def test_a_completed_token_links_the_browser_to_the_phone(pipeline: Pipeline, order: Any, apart: bool) -> None:
    for side in order:
        pipeline.append(side())
        if apart:
            pipeline.drain()
            pipeline.restart()
    pipeline.drain()
    assert pipeline.links() == LINK
    assert {row["handshake_token"] for row in pipeline.events("handshake_token")} == {"tok"}


@pytest.mark.parametrize("name", ["conversation_started", "webview_opened", "message.sent"])
def test_any_event_of_the_conversation_may_issue_the_token(pipeline: Pipeline, name: str) -> None:
    context = {"externalId": PHONE, "channel": "whatsapp", "hs_token": "tok"}
    pipeline.append(issued(event_name=name, context=context), completed())
    pipeline.drain()
    assert pipeline.links() == LINK


def test_a_token_seen_twice_links_only_the_first_browser(pipeline: Pipeline) -> None:
    pipeline.append(issued(), completed())
    pipeline.drain()
    pipeline.append(completed("second", NOON + 2 * MINUTE, anonymous_id="friend", received_at=NOON + 2 * MINUTE))
    pipeline.append(completed("earlier by its clock", NOON, anonymous_id="thief", received_at=NOON + 3 * MINUTE))
    pipeline.drain()
    assert pipeline.links() == LINK


def test_two_completions_in_one_batch_link_only_the_first(pipeline: Pipeline) -> None:
    second = completed("second", NOON + 2 * MINUTE, anonymous_id="friend", received_at=NOON + 2 * MINUTE)
    pipeline.append(second, completed())
    pipeline.drain()
    pipeline.append(issued())
    pipeline.drain()
    assert pipeline.links() == LINK


@pytest.mark.parametrize(("after", "links"), [(DAY, LINK), (DAY + 1, [])])
def test_a_token_is_good_for_24_hours(pipeline: Pipeline, after: int, links: Any) -> None:
    pipeline.append(issued())
    pipeline.drain()
    pipeline.append(completed(at=NOON + after))
    pipeline.drain()
    assert pipeline.links() == links


def test_the_browsers_other_events_repeat_the_token_and_link_nothing(pipeline: Pipeline) -> None:
    pipeline.append(issued())
    pipeline.append(completed("page", event_name="page_view"), completed("opened", event_name="webview_opened"))
    pipeline.drain()
    assert pipeline.links() == []


def test_tokens_of_two_projects_do_not_meet(pipeline: Pipeline) -> None:
    pipeline.append(issued(), completed(project_id="q"))
    pipeline.drain()
    assert pipeline.links() == []


def test_a_conversation_of_a_known_user_links_the_browser_to_that_user(pipeline: Pipeline) -> None:
    pipeline.append(issued(user_id="A012345678X"), completed())
    pipeline.drain()
    assert pipeline.links() == [(PHONE, "A012345678X", "login"), ("browser", "A012345678X", "handshake")]


def test_a_conversation_with_an_id_of_its_own_goes_by_the_phone_number_too(pipeline: Pipeline) -> None:
    pipeline.append(issued(anonymous_id="conversation-7"), completed())
    pipeline.drain()
    assert pipeline.links() == [("browser", PHONE, "handshake"), ("conversation-7", PHONE, "handshake")]


def test_a_browser_that_is_signed_in_gives_the_conversation_its_name(pipeline: Pipeline) -> None:
    pipeline.append(issued(), completed(user_id="A012345678X"))
    pipeline.drain()
    assert pipeline.links() == [(PHONE, "A012345678X", "handshake"), ("browser", "A012345678X", "login")]


PIN = "A012345678X"
SIGNED_IN = sorted([(PHONE, PIN, "handshake"), ("browser", PHONE, "handshake"), ("browser", PIN, "login")])


def signed_in(name: str = "signed in", at: int = NOON + 2 * MINUTE, **fields: Any) -> RawEvent:
    """Later in the visit that carries the token, somebody signs in."""
    return completed(name, at, **{"event_name": "identify", "event_type": "track", "user_id": PIN} | fields)


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("order", list(itertools.permutations((issued, completed, signed_in))))
def test_who_signs_in_after_the_handshake_is_who_talks_in_the_conversation(
    pipeline: Pipeline, order: Any, apart: bool
) -> None:
    for side in order:
        pipeline.append(side())
        if apart:
            pipeline.drain()
            pipeline.restart()
    pipeline.drain()
    assert pipeline.links() == SIGNED_IN


def test_the_conversations_own_id_and_its_phone_number_follow_who_signs_in(pipeline: Pipeline) -> None:
    pipeline.append(issued(anonymous_id="conversation-7"), completed(), signed_in())
    pipeline.drain()
    assert [link for link in pipeline.links() if link[1] == PIN] == [
        (PHONE, PIN, "handshake"),
        ("browser", PIN, "login"),
        ("conversation-7", PIN, "handshake"),
    ]


def test_of_two_who_sign_in_under_one_token_the_conversation_is_the_latest_ones(pipeline: Pipeline) -> None:
    other = "P051234567Z"
    pipeline.append(issued(), completed())
    pipeline.append(
        signed_in(), signed_in("again", NOON + 5 * MINUTE), signed_in("other", NOON + 4 * MINUTE, user_id=other)
    )
    pipeline.drain()
    moments = {user: at for name, user, at in pipeline.link_moments() if name == PHONE}
    assert moments == {PIN: NOON + 5 * MINUTE, other: NOON + 4 * MINUTE}


def test_who_signs_in_with_a_forwarded_link_does_not_get_the_conversation(pipeline: Pipeline) -> None:
    pipeline.append(issued(), completed(), signed_in(anonymous_id="friend", session_id="s2"))
    pipeline.drain()
    assert pipeline.links() == [*LINK, ("friend", PIN, "login")]


@pytest.mark.parametrize(("after", "linked"), [(DAY, True), (DAY + 1, False)])
def test_signing_in_counts_for_the_conversation_for_24_hours(pipeline: Pipeline, after: int, linked: bool) -> None:
    pipeline.append(issued(), completed())
    pipeline.drain()
    pipeline.append(signed_in(at=NOON + after))
    pipeline.drain()
    assert ((PHONE, PIN, "handshake") in pipeline.links()) is linked


def test_a_conversation_of_a_known_user_stays_theirs_whoever_signs_in(pipeline: Pipeline) -> None:
    pipeline.append(issued(user_id="K"), completed(), signed_in())
    pipeline.drain()
    assert (PHONE, PIN, "handshake") not in pipeline.links()
