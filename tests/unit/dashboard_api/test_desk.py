"""The desk: so many at once, so many waiting, none for too long; who goes away leaves a place."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from hatua.dashboard_api.desk import Desk
from hatua.dashboard_api.errors import TooManyRequests


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    opened = threading.Event()
    yield opened
    opened.set()


def test_a_failure_of_the_answer_is_the_failure_of_the_question() -> None:
    async def go() -> None:
        desk = Desk(1, 0, 1_000)
        with pytest.raises(TimeoutError, match="of its own"):
            await desk.ask(_raise, TimeoutError("of its own"))
        with pytest.raises(ZeroDivisionError):
            await desk.ask(_raise, ZeroDivisionError())
        assert await desk.ask(lambda: 7) == 7
        desk.close()

    asyncio.run(go())


def test_a_turn_that_does_not_come_is_given_up_and_one_that_came_is_not(gate: threading.Event) -> None:
    async def go() -> None:
        desk = Desk(1, 5, 100)
        first = asyncio.ensure_future(desk.ask(gate.wait))
        await asyncio.sleep(0)
        with pytest.raises(TooManyRequests, match="no turn within"):
            await desk.ask(lambda: 1)
        await asyncio.sleep(0.2)  # past the limit of waiting: the first has its turn, and keeps it
        gate.set()
        assert await first is True
        assert await desk.ask(lambda: 2) == 2
        desk.close()

    asyncio.run(go())


def test_who_goes_away_while_waiting_leaves_the_place(gate: threading.Event) -> None:
    async def go() -> None:
        desk = Desk(1, 1, 60_000)
        first = asyncio.ensure_future(desk.ask(gate.wait))
        second = asyncio.ensure_future(desk.ask(lambda: 1))
        await asyncio.sleep(0)
        with pytest.raises(TooManyRequests, match="2 questions are under way"):
            await desk.ask(lambda: 2)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        await asyncio.sleep(0)
        third = asyncio.ensure_future(desk.ask(lambda: 3))
        await asyncio.sleep(0)
        gate.set()
        assert (await first, await third) == (True, 3)
        desk.close()

    asyncio.run(go())


def test_a_desk_that_closes_sends_away_who_waits_and_who_comes(gate: threading.Event) -> None:
    async def go() -> None:
        desk = Desk(1, 5, 60_000)
        first = asyncio.ensure_future(desk.ask(gate.wait))
        second = asyncio.ensure_future(desk.ask(lambda: 1))
        await asyncio.sleep(0)
        desk.close()
        desk.close()
        with pytest.raises(TooManyRequests, match="stopping"):
            await second
        with pytest.raises(TooManyRequests, match="stopping"):
            await desk.ask(lambda: 2)
        gate.set()
        assert await first is True

    asyncio.run(go())


def _raise(problem: Exception) -> None:
    raise problem
