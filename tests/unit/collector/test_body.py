"""Reading from a connection that is slow, or gone."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from hatua.collector.answers import Refusal
from hatua.collector.body import DRAINED_BYTES, Receive, discard_body
from hatua.collector.body import read_body as read_counted
from hatua.collector.room import BodyRoom
from hatua.contract.limits import MAX_BODY_BYTES
from hatua.contract.reasons import RequestError

Message = MutableMapping[str, Any]


class Connection:
    """An ASGI receive that says these messages, then nothing more."""

    def __init__(self, *messages: Message) -> None:
        self.messages = list(messages)

    async def __call__(self) -> Message:
        if not self.messages:
            await asyncio.Event().wait()
        return self.messages.pop(0)


async def read_body(receive: Receive, declared: int, **options: float) -> bytes:
    return await read_counted(receive, declared, BodyRoom(10_000_000).visit(), **options)


def part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_that_is_all_there_is_not_waited_for() -> None:
    assert asyncio.run(read_body(Connection(part(b"abc", more=True)), 3)) == b"abc"
    assert asyncio.run(read_body(Connection(part(b"abc", more=False)), -1)) == b"abc"
    assert asyncio.run(read_body(Connection(part(b"a", more=True), part(b"bc", more=True)), 3)) == b"abc"


@pytest.mark.parametrize("messages", [[], [part(b"a", more=True)]], ids=["nothing", "a-part"])
def test_a_body_that_does_not_come_is_given_up_by_name(messages: list[Message]) -> None:
    with pytest.raises(Refusal, match=r"did not arrive within 0\.01 s") as refusal:
        asyncio.run(read_body(Connection(*messages), 100, timeout_s=0.01))
    assert refusal.value.error is RequestError.INCOMPLETE_BODY


def test_a_body_that_finds_no_room_is_refused_and_what_it_held_is_given_back() -> None:
    room = BodyRoom(10)
    for messages in ([part(b"x" * 11, more=False)], [part(b"x" * 6, more=True)] * 2):
        visit = room.visit()
        with pytest.raises(Refusal, match="the limit is 10") as refusal:
            asyncio.run(read_counted(Connection(*messages), 12, visit))
        assert refusal.value.error is RequestError.OVERLOADED
        visit.end()
        assert room.held_bytes == 0


def test_a_connection_that_ends_before_its_body_is_named() -> None:
    for messages in ([], [part(b"abc", more=True)]):
        with pytest.raises(Refusal, match=f"ended after {3 * len(messages)} bytes"):
            asyncio.run(read_body(Connection(*messages, {"type": "http.disconnect"}), 100))


def test_a_body_over_the_limit_is_read_on_to_the_end_but_not_for_ever() -> None:
    chunk = part(b" " * MAX_BODY_BYTES, more=True)
    connection = Connection(chunk, chunk, part(b"", more=False), part(b"next", more=False))
    with pytest.raises(Refusal, match="the body is 1,000,000 bytes; the limit is 500,000"):
        asyncio.run(read_body(connection, -1))
    assert connection.messages == [part(b"next", more=False)]
    endless = Connection(*[chunk] * 100)
    with pytest.raises(Refusal, match="the limit is 500,000"):
        asyncio.run(read_body(endless, -1))
    assert (100 - len(endless.messages)) * MAX_BODY_BYTES <= DRAINED_BYTES + MAX_BODY_BYTES


def test_a_body_that_nobody_wants_is_read_without_complaint() -> None:
    asyncio.run(discard_body(Connection({"type": "http.disconnect"}), 5))
    asyncio.run(discard_body(Connection(part(b" " * (MAX_BODY_BYTES + 1), more=False)), -1))
