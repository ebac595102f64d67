"""What the collector's log asks of Redis: how often, and how much at a time."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

from hatua.base.settings import Secret
from hatua.contract.record import Envelope
from hatua.streams.redis_client import Command
from hatua.streams.redis_streams import RedisLog
from hatua.streams.redis_writer import RedisWriter
from hatua.streams.settings import StreamsSettings
from tests.contracts.event_log import NOW_MS
from tests.fixtures.redis import RedisServer

SHARDS = 4
REQUESTS = 200


def scripts_of_each_trip(writer: RedisWriter) -> list[int]:
    """How many appending scripts each round trip from now on carries."""
    trips: list[int] = []
    run = writer._redis.run

    async def counted(commands: Sequence[Command]) -> list[Any]:
        trips.append(sum(command[0] == "EVALSHA" for command in commands))
        return await run(commands)

    writer._redis.run = counted  # type: ignore[method-assign]
    return trips


def an_envelope(number: int) -> Envelope:
    return Envelope("p1", f"e{number}", f"person-{number}", NOW_MS, b"{}")


def test_all_requests_of_one_tick_share_one_round_trip_and_a_script_for_each_shard(redis_server: RedisServer) -> None:
    settings = StreamsSettings(
        redis_url=Secret(redis_server.url),
        stream_key=f"test:{uuid.uuid4().hex}",
        shards=SHARDS,
        redis_timeout_ms=30_000,
    )

    async def all_at_once() -> tuple[list[int], list[list[bool]]]:
        writer = RedisLog(settings).writer()
        await writer.append([an_envelope(-1)], ())
        trips = scripts_of_each_trip(writer)
        answers = await asyncio.gather(*(writer.append([an_envelope(n)], ()) for n in range(REQUESTS)))
        await writer.close()
        return trips, answers

    trips, answers = asyncio.run(all_at_once())
    assert trips == [SHARDS]
    assert answers == [[True]] * REQUESTS


def test_requests_that_come_during_a_round_trip_share_the_next_one(redis_server: RedisServer) -> None:
    settings = StreamsSettings(
        redis_url=Secret(redis_server.url),
        stream_key=f"test:{uuid.uuid4().hex}",
        shards=SHARDS,
        redis_timeout_ms=30_000,
    )

    async def late_ones() -> list[int]:
        writer = RedisLog(settings).writer()
        await writer.append([an_envelope(-1)], ())
        trips = scripts_of_each_trip(writer)
        first = asyncio.create_task(writer.append([an_envelope(0)], ()))
        while not trips:
            await asyncio.sleep(0)
        others = [asyncio.create_task(writer.append([an_envelope(n)], ())) for n in range(1, REQUESTS)]
        await asyncio.gather(first, *others)
        await writer.close()
        return trips

    assert asyncio.run(late_ones()) == [1, SHARDS]
