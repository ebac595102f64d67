from typing import Any

import pytest

from hatua.processor.steps.put_handshake import put_handshake
from tests.unit.processor.drafts import draft


def token(name: str, context: Any = None, properties: Any = None) -> str:
    one = draft(event_name=name, context=context, properties=properties)
    put_handshake(one)
    return one.handshake_token


@pytest.mark.parametrize("key", ["handshakeToken", "handshake_token", "hs_token"])
def test_the_token_comes_from_the_context_of_any_event(key: str) -> None:
    assert token("page_view", {key: "tok"}) == "tok"


@pytest.mark.parametrize("name", ["handshake_complete", "webview_opened", "conversation_started"])
@pytest.mark.parametrize("key", ["handshakeToken", "handshake_token", "hs_token", "token"])
def test_an_event_of_a_handshake_may_carry_it_in_its_properties(name: str, key: str) -> None:
    assert token(name, {}, {key: "tok"}) == "tok"
    assert token(name, {"hs_token": "first"}, {key: "tok"}) == "first"


def test_the_properties_of_other_events_are_their_own() -> None:
    assert token("payment_initiated", {}, {"token": "card-token"}) == ""
