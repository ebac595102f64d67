"""The collector's side of the log on Redis."""

import asyncio
from collections.abc import Sequence
from typing import Final

from hatua.base.clock import Clock
from hatua.base.errors import InvalidSetting, Unavailable
from hatua.contract.record import Envelope, LogDepth, Tally
from hatua.streams.packing import unpack_event
from hatua.streams.port import LogFull, LogUnavailable
from hatua.streams.redis_batch import Append, share_out
from hatua.streams.redis_client import AsyncRedis, Command, Shards
from hatua.streams.settings import StreamsSettings

TRIP_EVENTS: Final = 8_192
"""Events of one round trip after which no further append joins it."""

LENGTHS_AGE_S: Final = 1.0
"""How old the known lengths of the shards may be, to which other collectors add and from which processors take."""

MAX_QUEUED_EVENTS: Final = 65_536
"""Events that may wait in memory for a round trip, should Redis be slow; more is LogUnavailable."""


class RedisWriter:
    """LogWriter for one event loop. The appends of a tick, and those that come while a round trip is under way, share
    the next one; there is one at a time, so events of one person keep the order in which they were appended."""

    def __init__(self, settings: StreamsSettings, shards: Shards, clock: Clock | None) -> None:
        self._settings = settings
        self._shards = shards
        self._clock = clock
        self._name = f"log {settings.stream_key} on Redis"
        self._redis = AsyncRedis(settings)
        self._queue: list[Append] = []
        self._queued_events = 0
        self._sending: asyncio.Task[None] | None = None
        self._lengths = [0] * shards.count
        self._lengths_at = 0.0
        self._looking: asyncio.Task[None] | None = None
        self._checked = False
        self._closed = False

    async def append(self, envelopes: Sequence[Envelope], tallies: Sequence[Tally]) -> list[bool]:
        """See LogWriter.append. Atomic in each shard: with one node of a cluster away, an append to two shards can
        raise LogUnavailable although the events of one are in; the retry then finds those to be duplicates."""
        if self._closed:
            raise LogUnavailable(f"{self._name} is closed")
        if not self._checked:
            await self._look()
        if envelopes:
            await self._refuse_beyond_the_bound(len(envelopes))
        loop = asyncio.get_running_loop()
        append = Append(envelopes, tallies, self._shards, loop.create_future())
        self._queue.append(append)
        self._queued_events += len(envelopes)
        if self._sending is None:
            self._sending = loop.create_task(self._send())
        return await append.future

    async def _refuse_beyond_the_bound(self, events: int) -> None:
        bound = self._settings.max_events
        if sum(self._lengths) + self._queued_events + events > bound:
            await self._look()  # processors may have taken some
            waiting = sum(self._lengths) + self._queued_events
            if waiting + events > bound:
                raise LogFull(f"{self._name}: {waiting} events wait; {events} more would pass the bound of {bound}")
        if self._queued_events > MAX_QUEUED_EVENTS:
            raise LogUnavailable(
                f"{self._name}: {self._queued_events} events wait for a round trip; the limit is {MAX_QUEUED_EVENTS}"
            )

    async def _look(self) -> None:
        """Learns the lengths of all shards; those who ask at once share a round trip."""
        looking = self._looking
        if looking is None:
            looking = self._looking = asyncio.get_running_loop().create_task(self._ask_lengths())
        await asyncio.shield(looking)

    async def _ask_lengths(self) -> None:
        try:
            commands: list[Command] = [("XLEN", stream) for stream in self._shards.streams]
            if not self._checked:
                commands.append(self._shards.question())
            results = await self._redis.run(commands)
            for result in results:
                if isinstance(result, Unavailable):
                    raise result
            if not self._checked:
                try:
                    self._shards.check(results[-1])
                except InvalidSetting as problem:
                    raise LogUnavailable(str(problem)) from None
                self._checked = True
            self._learn(results[: self._shards.count])
        finally:
            self._looking = None

    def _learn(self, lengths: list[int]) -> None:
        self._lengths, self._lengths_at = lengths, asyncio.get_running_loop().time()

    async def _send(self) -> None:
        try:
            await asyncio.sleep(0)  # the other requests of this tick join
            while self._queue:
                count = events = 0
                while count < len(self._queue) and events < TRIP_EVENTS:
                    events += len(self._queue[count].prepared)
                    count += 1
                appends, self._queue = self._queue[:count], self._queue[count:]
                try:
                    await self._round_trip(appends)
                finally:
                    self._queued_events -= events
                    closed = LogUnavailable(f"{self._name}: the append was given up")
                    for append in appends:
                        append.settle(closed)  # nobody waits for ever, whatever happened
        finally:
            self._sending = None

    async def _round_trip(self, appends: list[Append]) -> None:
        batches = share_out(appends)
        now = self._clock() if self._clock else 0
        commands = [batch.command(self._shards, now, self._settings.dedup_window_ms) for batch in batches]
        look = asyncio.get_running_loop().time() - self._lengths_at >= LENGTHS_AGE_S
        if look:
            commands += [("XLEN", stream) for stream in self._shards.streams]
        results = await self._redis.run(commands)
        if look and not any(isinstance(result, Unavailable) for result in results[len(batches) :]):
            self._learn(results[len(batches) :])
        for batch, result in zip(batches, results, strict=False):  # the lengths come after
            if isinstance(result, Unavailable):
                batch.failed(result)
            else:
                batch.answered(result[0])
                self._lengths[batch.shard] = result[1]
        for append in appends:
            append.settle()

    async def depth(self) -> LogDepth:
        """See LogWriter.depth. One round trip."""
        streams = self._shards.streams
        commands: list[Command] = [("XLEN", stream) for stream in streams]
        commands += [("XLEN", f"{stream}:dead") for stream in streams]
        commands += [("XRANGE", stream, "-", "+", "COUNT", 1) for stream in streams]
        results = await self._redis.run(commands)
        for result in results:
            if isinstance(result, Unavailable):
                raise result
        count = len(streams)
        firsts = [first[0] for first in results[2 * count :] if first]
        oldest = min((unpack_event(fields[b"e"])[2] for _, fields in firsts), default=0)
        return LogDepth(sum(results[:count]), oldest, sum(results[count : 2 * count]))

    async def close(self) -> None:
        """See LogWriter.close."""
        if self._closed:
            return
        self._closed = True
        if self._sending is not None:
            await asyncio.wait([self._sending])
        await self._redis.close()
