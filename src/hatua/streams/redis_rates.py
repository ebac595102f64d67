"""Rate limits that several processes share: their counts, added up in Redis."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from hashlib import blake2b
from typing import Final

from hatua.base.errors import Unavailable
from hatua.base.log import fields
from hatua.base.rates import SharedLimiter
from hatua.streams.redis_client import AsyncRedis, Command
from hatua.streams.settings import StreamsSettings

log = logging.getLogger(__name__)

EVERY_S: Final = 0.25
"""Between two exchanges. A limit of requests a minute is then exact to a quarter of a second of traffic."""


class RedisRates:
    """For one event loop. A key (an address) is kept as a hash, for two windows."""

    def __init__(self, settings: StreamsSettings) -> None:
        self._redis = AsyncRedis(settings)
        self._prefix = f"{{{settings.stream_key}}}:rates"
        self._away = False

    @contextlib.asynccontextmanager
    async def sharing(self, limiters: Mapping[str, SharedLimiter], every_s: float = EVERY_S) -> AsyncIterator[None]:
        """Exchanges the limiters' counts while the context is open. While Redis is away each process limits alone."""
        task = asyncio.create_task(self._run(limiters, every_s))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._redis.close()

    async def _run(self, limiters: Mapping[str, SharedLimiter], every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            for name, limiter in limiters.items():
                try:
                    await self.exchange(name, limiter)
                except Unavailable as problem:
                    if not self._away:
                        log.warning("rate limits are not shared now: %s", problem, extra=fields(limit=name))
                    self._away = True
                else:
                    self._away = False

    async def exchange(self, name: str, limiter: SharedLimiter) -> None:
        """Tells what one limiter counted since the last time, and lets it know the sums. Raises Unavailable."""
        window, counts = limiter.untold()
        if not counts:
            return
        key = f"{self._prefix}:{name}:{limiter.window_ms}:{window}"
        commands: list[Command] = [("HINCRBY", key, _field(one), count) for one, count in counts.items()]
        try:
            results = await self._redis.run([*commands, ("PEXPIRE", key, 2 * limiter.window_ms)])
        except BaseException:  # cancelled too: a count told twice limits a little early, a lost one not at all
            limiter.tell_again(window, counts)
            raise
        failed = next((one for one in results if isinstance(one, Exception)), None)
        if failed is not None:
            limiter.tell_again(window, counts)
            raise failed
        limiter.learn(window, dict(zip(counts, map(int, results), strict=False)))


def _field(key: str) -> bytes:
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=12).digest()
